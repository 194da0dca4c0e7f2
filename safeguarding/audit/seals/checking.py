"""Is the record of events whole? Everything is computed anew, in one pass over the events, and compared with what was
signed.

Both verifiers call `examine`: `manage.py verify_audit` with what the database says, the stand-alone one with an export.
Needs the standard library and `cryptography`. Memory: one batch of events, and a line for each anchor.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256

from .anchors import Anchor, Anchors
from .canonical import canonical, from_moment, moment
from .findings import Kind, Report
from .merkle import Frontier, leaf_hash
from .notes import Checkpoint, NoteError, PublicKey, SignedNote, keys_by_id

# An event is sealed within a minute or two of its commit. Longer is told.
PATIENCE = timedelta(minutes=15)
# Nothing that Harbour does in one transaction takes longer.
LONGEST_TRANSACTION = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A numbered event as stored: its number from 0, its id, the hash it was sealed with, and what it says now (None:
    gone).
    """

    index: int
    event_id: str
    hash: bytes
    event: Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class Seal:
    """A checkpoint as stored: the signed note, and what is kept beside it."""

    number: int
    size: int
    at: str
    note: str
    frontier: bytes


@dataclass
class Evidence:
    """What is looked at: leaves in the order of their numbers, seals in that of theirs, (id, time) of events without a
    leaf.
    """

    leaves: Iterable[Leaf]
    seals: Iterable[Seal]
    waiting: Iterable[tuple[str, str]]
    as_of: str


@dataclass
class _Keys:
    """Which keys are believed: those given, and those that a believed key named as the next one."""

    believed: dict[bytes, PublicKey]
    replaced: set[bytes] = field(default_factory=set)

    def follow(self, signer: PublicKey, checkpoint: Checkpoint) -> None:
        if not checkpoint.next_key:
            return
        key = PublicKey.parse(checkpoint.next_key)
        self.believed[key.id] = key
        self.replaced.add(signer.id)


class Examination:
    def __init__(self, keys: Iterable[PublicKey], anchors: Anchors, report: Report) -> None:
        self.report = report
        self.keys = _Keys(keys_by_id(keys))
        self.anchors = anchors
        self.tree = Frontier()
        self.next_index = 0
        self.last: Checkpoint | None = None
        # Events of the next seal happened after this, by more than nothing explains: the time of the last complete
        # seal.
        self.horizon = ""

    def seal(self, seal: Seal, leaves: Iterator[Leaf]) -> None:
        """Read a seal, go through the events that it adds, compare the root."""
        where = f"seal {seal.number}"
        expected = self.report.seals + 1
        if seal.number != expected:
            self.report.add(Kind.SEAL_NUMBERS, f"seal {seal.number}, where {expected} should be")
        self.report.seals = seal.number
        checkpoint = self._believe(seal, where)
        if checkpoint is None:
            return
        self._compare(seal, checkpoint, where)
        if checkpoint.size >= self.tree.size:
            self._advance(leaves, checkpoint)
            if self.tree.size < checkpoint.size:
                self.report.add(
                    Kind.SHORT_OF_SEALS, f"{where} covers {checkpoint.size} events, {self.tree.size} are there"
                )
            elif self.tree.root() != checkpoint.root:
                self.report.add(Kind.SEAL_ROOT, where)
            elif self.tree.to_bytes() != seal.frontier:
                self.report.add(Kind.SEAL_STORED, where)
        self.last = checkpoint
        if checkpoint.is_complete:
            self.horizon = moment(checkpoint.at - LONGEST_TRANSACTION)

    def rest(self, leaves: Iterator[Leaf], evidence: Evidence) -> None:
        """What comes after the newest seal: events with a number that nothing covers, and events that wait."""
        covered = self.tree.size
        self._advance(leaves, None)
        if beyond := self.tree.size - covered:
            self.report.add(Kind.BEYOND_SEALS, f"{beyond} events from number {covered} on")
        late = moment(from_moment(evidence.as_of) - PATIENCE)
        for event_id, at in evidence.waiting:
            self.report.unsealed += 1
            if at < late:
                self.report.add(Kind.EVENT_UNSEALED, f"event {event_id} of {at}")
        self.anchors.finish(self.tree.size, self.last, self.keys.believed, self.report)

    def _believe(self, seal: Seal, where: str) -> Checkpoint | None:
        """What a seal says, if a key that is believed signed it. None, and a finding, otherwise."""
        try:
            note = SignedNote.parse(seal.note)
            checkpoint = Checkpoint.parse(note.body)
            key = note.signed_by(self.keys.believed)
            # Without any key the caller has said that no signature could be checked; the rest still can.
            if key is None and self.keys.believed:
                self.report.add(Kind.SEAL_SIGNATURE, where)
                return None
            if key and key.id in self.keys.replaced:
                self.report.add(Kind.SEAL_FORMER_KEY, where)
            if key:
                self.keys.follow(key, checkpoint)
        except NoteError:
            self.report.add(Kind.SEAL_UNREADABLE, where)
            return None
        self.report.origin = self.report.origin or checkpoint.origin
        if checkpoint.origin != self.report.origin or (key and key.name != checkpoint.origin):
            self.report.add(Kind.SEAL_ORIGIN, where)
        return checkpoint

    def _compare(self, seal: Seal, checkpoint: Checkpoint, where: str) -> None:
        """With what is stored beside it, with the one before it, and with an anchor of the same number."""
        if (seal.number, seal.size, seal.at) != (checkpoint.number, checkpoint.size, moment(checkpoint.at)):
            self.report.add(Kind.SEAL_STORED, where)
        if self.last and (checkpoint.size < self.last.size or checkpoint.at < self.last.at):
            self.report.add(Kind.SEAL_ORDER, where)
        self.anchors.compare(checkpoint.number, sha256(seal.note.encode()).digest(), self.report)

    def _advance(self, leaves: Iterator[Leaf], upto: Checkpoint | None) -> None:
        """Add leaves to the tree until it has the size of a seal; without one, to the end."""
        tree, report, sizes, horizon = self.tree, self.report, self.anchors.sizes, self.horizon
        sealed_at = moment(upto.at) if upto else ""
        while upto is None or tree.size < upto.size:
            leaf = next(leaves, None)
            if leaf is None:
                return
            if leaf.index != self.next_index:
                report.add(Kind.NUMBERS, f"number {leaf.index}, where {self.next_index} should be")
            self.next_index = leaf.index + 1
            if leaf.event is None:
                report.add(Kind.EVENT_MISSING, f"event {leaf.event_id}, number {leaf.index}")
            elif leaf_hash(canonical(leaf.event)) != leaf.hash or leaf.event.get("id") != leaf.event_id:
                report.add(Kind.EVENT_CHANGED, f"event {leaf.event_id}, number {leaf.index}")
            else:
                at = str(leaf.event.get("at"))
                if sealed_at and at > sealed_at:
                    report.add(Kind.EVENT_AFTER_SEAL, f"event {leaf.event_id} of {at}, sealed at {sealed_at}")
                elif at < horizon:
                    report.add(Kind.EVENT_BACKDATED, f"event {leaf.event_id} of {at}, sealed after {horizon}")
            tree.append(leaf.hash)
            if tree.size in sizes:
                self.anchors.check_root(tree.size, tree.root(), report)


def examine(evidence: Evidence, *, keys: Iterable[PublicKey], anchors: Iterable[Anchor], report: Report) -> Report:
    """Look at everything. What was found is in the report, which is returned; `report` may already hold findings."""
    keys = list(keys)
    report.as_of = evidence.as_of
    report.keys = [str(key) for key in keys]
    held = Anchors(anchors, report)
    examination = Examination(keys, held, report)
    leaves = iter(evidence.leaves)
    for seal in evidence.seals:
        examination.seal(seal, leaves)
    examination.rest(leaves, evidence)
    report.events = examination.tree.size
    if last := examination.last:
        report.newest = {
            "number": last.number,
            "size": last.size,
            "root": last.body().split("\n")[2],
            "at": moment(last.at),
        }
    _ensure_something_was_there(report)
    return report


def _ensure_something_was_there(report: Report) -> None:
    """Nothing that could be wrong is not the same as whole."""
    if not (report.seals or report.events or report.unsealed):
        report.add(Kind.RECORD_EMPTY, "the whole record")
    elif not report.seals:
        report.not_checked.append("Nothing is sealed yet, so nothing could be compared. Sealing takes a minute or two.")
    if not report.anchors:
        report.notes.append(
            "No anchor was found or given. Without one nobody can tell whether the newest events were "
            "removed, with their seals."
        )
