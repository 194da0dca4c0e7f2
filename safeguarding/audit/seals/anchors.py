"""Do the seals that left the database agree with what is there? An anchor is a signed note kept anywhere else.

Needs the standard library and `cryptography`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from .findings import Kind, Report
from .merkle import EMPTY
from .notes import Checkpoint, NoteError, PublicKey, SignedNote, notes_in

# What else lies in the folder of the seals (`sealing/ledger.py`), with what is beside it while it is written.
LEDGER = "destroyed.ledger"


@dataclass(frozen=True, slots=True)
class Anchor:
    """One signed note, and where it was found."""

    where: str
    note: str


@dataclass(slots=True)
class _Held:
    anchor: Anchor
    said: SignedNote
    checkpoint: Checkpoint
    digest: bytes
    # Word for word the seal of this number in the database, which is checked there.
    is_known: bool = False


def read_anchors(paths: Iterable[Path], report: Report) -> Iterator[Anchor]:
    """Every anchor in these files and in the files of these folders, each file once.

    What cannot be read is reported.
    """
    seen: set[Path] = set()
    for path in paths:
        for file in _files(path) if path.is_dir() else [path]:
            if (real := file.resolve()) in seen:
                continue
            seen.add(real)
            try:
                notes, pieces = notes_in(file.read_text(encoding="utf-8"))
            except (OSError, UnicodeDecodeError) as error:
                report.not_checked.append(
                    f"The anchor {file} cannot be read: {getattr(error, 'strerror', 'not text')}."
                )
                continue
            if pieces:
                report.add(Kind.ANCHOR_UNREADABLE, f"{file}: {pieces} of {len(notes) + pieces}")
            if not notes and not pieces:
                report.not_checked.append(f"The file {file} holds no anchor.")
            yield from (Anchor(str(file), note) for note in notes)


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file() and LEDGER not in file.name)


class Anchors:
    """The anchors to compare with, by the number of their seal and by their size."""

    def __init__(self, anchors: Iterable[Anchor], report: Report) -> None:
        self._by_number: defaultdict[int, list[_Held]] = defaultdict(list)
        self._by_size: defaultdict[int, list[_Held]] = defaultdict(list)
        for anchor in anchors:
            report.anchors += 1
            try:
                said = SignedNote.parse(anchor.note)
                checkpoint = Checkpoint.parse(said.body)
            except NoteError:
                report.add(Kind.ANCHOR_UNREADABLE, anchor.where)
                continue
            held = _Held(anchor, said, checkpoint, sha256(anchor.note.encode()).digest())
            self._by_number[checkpoint.number].append(held)
            self._by_size[checkpoint.size].append(held)
        self.sizes = frozenset(self._by_size)
        self.check_root(0, EMPTY, report)

    def compare(self, number: int, digest: bytes, report: Report) -> None:
        """A seal of the database that is believed: an anchor of its number must be the same, word for word."""
        for held in self._by_number.get(number, ()):
            held.is_known = held.digest == digest
            if not held.is_known:
                report.add(Kind.ANCHOR_DIFFERS, _place(held))

    def check_root(self, size: int, root: bytes, report: Report) -> None:
        """The root of the first `size` events, against every anchor of that size."""
        for held in self._by_size.get(size, ()):
            if held.checkpoint.root != root:
                report.add(Kind.ANCHOR_ROOT, _place(held))

    def finish(self, size: int, last: Checkpoint | None, keys: dict[bytes, PublicKey], report: Report) -> None:
        """At the end of everything: who signed the anchors, whose are they, and is there as much as they say?"""
        newest = last.number if last else 0
        for held in (one for some in self._by_number.values() for one in some):
            if held.is_known:
                continue
            if keys and held.said.signed_by(keys) is None:
                report.add(Kind.ANCHOR_SIGNATURE, _place(held))
            if report.origin and held.checkpoint.origin != report.origin:
                report.add(Kind.ANCHOR_ORIGIN, _place(held))
            if held.checkpoint.size > size or held.checkpoint.number > newest:
                there = f"{size} events and {newest} seals are there"
                report.add(Kind.ANCHOR_AHEAD, f"{_place(held)} covers {held.checkpoint.size} events; {there}")


def _place(held: _Held) -> str:
    return f"{held.anchor.where}, seal {held.checkpoint.number}"
