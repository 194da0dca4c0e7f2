"""Which keys are at hand? Those of the records that this request has fetched: one query for a whole list.

A field that comes from the database notes whose key it needs (`note`). The first that is read fetches the keys of all
that were noted since. Nothing is kept beyond the request or the task (`forget`): what is destroyed meanwhile stays shut
after it.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import DatabaseError

from safeguarding.prepared import prepared

from . import crypto, keyfiles
from .crypto import DoesNotOpen
from .exceptions import KeyProblem, KeysAway
from .models import KEYS

# Keys fetched at a time, and held at most: a command that reads a million rows does not hold a million keys.
BATCH = 2000
MOST = 20_000

_SELECT = """
SELECT r.id, r.destroyed_at, r.destroyed_under, w.wrapped, s.id, s.wrapped, s.epoch_id
FROM sealing_recordkey r
LEFT JOIN sealing_wrap w ON w.record_id = r.id
LEFT JOIN sealing_subjectkey s ON s.id = w.subject_id AND s.wrapped IS NOT NULL
WHERE r.id = ANY(%s)
"""


@dataclass(frozen=True)
class Gone:
    """That the key of a record has been destroyed: when, and under what."""

    at: datetime
    under: str


@dataclass(frozen=True)
class Key:
    """The key of a record: to seal and open with, and as it is wrapped."""

    raw: bytes
    cipher: AESGCM

    @classmethod
    def of(cls, raw: bytes) -> "Key":
        return cls(raw, AESGCM(raw))


class Lost:
    """That a record has had a key which is not there any more, and nobody has destroyed: it is in a backup, if
    anywhere.
    """


Found = Key | Gone | Lost | None


class Ring:
    """The keys of one request."""

    def __init__(self) -> None:
        self.noted: dict[bytes, None] = {}
        self.keys: dict[bytes, Found] = {}
        self.subjects: dict[tuple[UUID, int], bytes] = {}
        self.epochs: dict[int, bytes] = {}

    def key(self, record: bytes) -> Found:
        """The key of a record (its 16 bytes); None where there is none."""
        if record not in self.keys:
            self.noted.pop(record, None)
            others = list(islice((one for one in self.noted if one not in self.keys), BATCH - 1))
            for one in others:
                del self.noted[one]
            self.fetch([record, *others])
        return self.keys[record]

    def fetch(self, records: list[bytes]) -> None:
        """Look for the keys of these records: one query."""
        self.hold(dict.fromkeys(records))
        for record, at, under, wrapped, subject, subject_wrapped, epoch in _rows(records):
            held = self.keys[record.bytes]
            if isinstance(held, Key):
                continue
            if subject_wrapped is not None:
                outer = self.subject(subject, bytes(subject_wrapped), epoch)
                self.keys[record.bytes] = Key.of(_unwrap(outer, bytes(wrapped), crypto.of_record(record, subject)))
            else:
                self.keys[record.bytes] = Gone(at, under) if at is not None else Lost()

    def hold(self, keys: Mapping[bytes, Found]) -> None:
        """Keep these at hand."""
        if len(self.keys) > MOST:
            self.keys.clear()
            self.subjects.clear()
        self.keys.update(keys)

    def subject(self, subject: UUID, wrapped: bytes, epoch: int) -> bytes:
        """The key of a subject, unwrapped once."""
        key = self.subjects.get((subject, epoch))
        if key is None:
            # To ask whether the file has changed since takes as long as to open what it opens.
            outer = self.epochs.get(epoch) or self.epochs.setdefault(epoch, epoch_key(epoch))
            key = _unwrap(outer, wrapped, crypto.of_subject(subject, epoch))
            self.subjects[subject, epoch] = key
        return key


_ring: ContextVar[Ring | None] = ContextVar("ring", default=None)


def ring() -> Ring:
    """The keys at hand here."""
    found = _ring.get()
    if found is None:
        found = Ring()
        _ring.set(found)
    return found


def note(record: bytes) -> None:
    """That something has been fetched which the key of this record opens."""
    if record:
        ring().noted[record] = None


def forget() -> None:
    """Let go of every key."""
    _ring.set(None)


def epoch_key(number: int) -> bytes:
    """Raises `KeyProblem` where the file has no key of that epoch."""
    try:
        return keyfiles.epochs()[number]
    except KeyError:
        raise KeyProblem(
            f"The file of epoch keys, {keyfiles.epochs_path()}, has no key of epoch {number}, under which "
            "keys are kept in the "
            "database of keys. One of the two was put back from another time. Put back both of the same day."
        ) from None


def _unwrap(outer: bytes, wrapped: bytes, bound: str) -> bytes:
    try:
        return crypto.unwrap(outer, wrapped, bound)
    except DoesNotOpen:
        raise KeyProblem(
            "A key in the database of keys does not open with the key that it is under: the row was "
            "changed, or comes from "
            "another installation. Put back the database of keys from its backup."
        ) from None


def _rows(records: Iterable[bytes]) -> Iterator[tuple[UUID, datetime | None, str, bytes, UUID, bytes | None, int]]:
    try:
        yield from prepared(_SELECT, [[UUID(bytes=record) for record in records]], using=KEYS)
    except DatabaseError:
        raise KeysAway from None
