"""What can be wrong with the record of events, in plain sentences? Needs the standard library alone."""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

# So many places are named for each kind; all are counted.
_NAMED = 10


class Verdict(IntEnum):
    """The exit code of both verifiers."""

    WHOLE = 0
    NOT_WHOLE = 1
    NOT_CHECKED = 2


class Kind(StrEnum):
    """What was found. `SENTENCES` says it to somebody who does not know Harbour."""

    EVENT_CHANGED = "event_changed"
    EVENT_MISSING = "event_missing"
    EVENT_UNSEALED = "event_unsealed"
    EVENT_BACKDATED = "event_backdated"
    EVENT_AFTER_SEAL = "event_after_seal"
    NUMBERS = "numbers"
    BEYOND_SEALS = "beyond_seals"
    SHORT_OF_SEALS = "short_of_seals"
    SEAL_NUMBERS = "seal_numbers"
    SEAL_UNREADABLE = "seal_unreadable"
    SEAL_SIGNATURE = "seal_signature"
    SEAL_FORMER_KEY = "seal_former_key"
    SEAL_ORIGIN = "seal_origin"
    SEAL_STORED = "seal_stored"
    SEAL_ORDER = "seal_order"
    SEAL_ROOT = "seal_root"
    ANCHOR_UNREADABLE = "anchor_unreadable"
    ANCHOR_SIGNATURE = "anchor_signature"
    ANCHOR_ORIGIN = "anchor_origin"
    ANCHOR_ROOT = "anchor_root"
    ANCHOR_DIFFERS = "anchor_differs"
    ANCHOR_AHEAD = "anchor_ahead"
    RECORD_EMPTY = "record_empty"
    EXPORT_CUT = "export_cut"


SENTENCES = {
    Kind.EVENT_CHANGED: "An event is not as it was when it was sealed: something in it was changed afterwards.",
    Kind.EVENT_MISSING: "An event that was sealed is no longer there.",
    Kind.EVENT_UNSEALED: "An event waits longer to be sealed than it should. Sealing has stopped, or a "
    "piece of work in the "
    "database has been left open, or the event was put in by hand. Until it is sealed nothing proves it.",
    Kind.EVENT_BACKDATED: "An event says that it happened long before everything else it was sealed with: it "
    "was written later "
    "than it says.",
    Kind.EVENT_AFTER_SEAL: "An event says that it happened after the moment at which it was sealed.",
    Kind.NUMBERS: "The numbers of the sealed events have a gap, or one appears twice.",
    Kind.BEYOND_SEALS: "Events have numbers that no seal covers: the seals over them were removed, or the "
    "numbers put in by "
    "hand.",
    Kind.SHORT_OF_SEALS: "The newest seal covers more events than are there: the newest events were removed.",
    Kind.SEAL_NUMBERS: "The numbers of the seals have a gap, or one appears twice: a seal was removed or put in.",
    Kind.SEAL_UNREADABLE: "A seal cannot be read: its text was changed.",
    Kind.SEAL_SIGNATURE: "A seal carries no good signature of a key of this record: it was changed, or made "
    "by somebody else.",
    Kind.SEAL_FORMER_KEY: "A seal is signed by a key that had been replaced before it was made.",
    Kind.SEAL_ORIGIN: "A seal belongs to another record than those before it.",
    Kind.SEAL_STORED: "What is stored beside a seal is not what the seal says.",
    Kind.SEAL_ORDER: "A seal covers fewer events, or is earlier, than the one before it.",
    Kind.SEAL_ROOT: "The events do not lead to the root that was signed: they were changed, removed, added or put in "
    "another order.",
    Kind.ANCHOR_UNREADABLE: "A part of an anchor cannot be read: its text was changed or not copied whole.",
    Kind.ANCHOR_SIGNATURE: "An anchor carries no good signature of a key of this record: it is forged, was "
    "changed, or belongs to "
    "another record; or the key of this record was exchanged.",
    Kind.ANCHOR_ORIGIN: "An anchor belongs to another record.",
    Kind.ANCHOR_ROOT: "The events up to an anchor do not lead to its root: they are not those that were "
    "there when it was "
    "made.",
    Kind.ANCHOR_DIFFERS: "An anchor and the seal of the same number differ: the seals were made again.",
    Kind.ANCHOR_AHEAD: "An anchor covers more than is there: the newest events or seals were removed, or "
    "an older backup was "
    "put back.",
    Kind.RECORD_EMPTY: "There is no event and no seal at all. Harbour writes its first event when its key "
    "is made: everything "
    "was "
    "removed, or this is not the record.",
    Kind.EXPORT_CUT: "The export is not whole: its end is missing, or lines were removed or added.",
}


@dataclass
class Report:
    """Everything that was looked at and found. Findings by kind: how many, and where the first are."""

    origin: str = ""
    as_of: str = ""
    events: int = 0
    seals: int = 0
    newest: dict[str, object] = field(default_factory=dict)
    anchors: int = 0
    unsealed: int = 0
    keys: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    not_checked: list[str] = field(default_factory=list)
    counts: dict[Kind, int] = field(default_factory=dict)
    places: dict[Kind, list[str]] = field(default_factory=dict)

    def add(self, kind: Kind, where: str) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if len(places := self.places.setdefault(kind, [])) < _NAMED:
            places.append(where)

    @property
    def verdict(self) -> Verdict:
        """Something found is said before something that could not be looked at."""
        if self.counts:
            return Verdict.NOT_WHOLE
        return Verdict.NOT_CHECKED if self.not_checked else Verdict.WHOLE

    def as_json(self) -> dict[str, object]:
        """What both verifiers print."""
        return {
            "verdict": self.verdict.name.lower().replace("_", " "),
            "exit": int(self.verdict),
            "origin": self.origin,
            "as_of": self.as_of,
            "events_sealed": self.events,
            "events_waiting": self.unsealed,
            "seals": self.seals,
            "newest_seal": self.newest,
            "anchors": self.anchors,
            "keys": self.keys,
            "findings": [
                {"kind": kind.value, "count": count, "sentence": SENTENCES[kind], "where": self.places[kind]}
                for kind, count in self.counts.items()
            ],
            "not_checked": self.not_checked,
            "notes": self.notes,
        }
