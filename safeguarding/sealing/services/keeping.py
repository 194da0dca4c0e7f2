"""Give a record its key, and wrap it for whom it is about. Committed at once, and so before any words under it.

What is written under a key is in another database and another transaction: a key whose words were never saved belongs
to nothing and is found at night; words without a key cannot come about.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import batched
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connections, transaction

from safeguarding.sealing import crypto
from safeguarding.sealing.exceptions import Destroyed, KeyProblem, KeysAway
from safeguarding.sealing.models import KEYS
from safeguarding.sealing.ring import BATCH, Found, Gone, Key, epoch_key, ring
from safeguarding.sealing.subjects import Subject

_FIND_SUBJECTS = "SELECT id, wrapped, epoch_id FROM sealing_subjectkey WHERE id = ANY(%s)"
# Not while an epoch is ending (`rotating.py`): this waits for it, and then there is none of this number any more.
EPOCH_LOCK = 4_710_201
_WAIT = f"SELECT pg_advisory_xact_lock_shared({EPOCH_LOCK})"
_EPOCH = "SELECT number FROM sealing_epoch WHERE ended_at IS NULL"
_ADD_SUBJECTS = """
INSERT INTO sealing_subjectkey (id, kind, epoch_id, wrapped, destroyed_under)
SELECT id, kind, %s, wrapped, '' FROM unnest(%s::uuid[], %s::text[], %s::bytea[]) AS n (id, kind, wrapped)
ON CONFLICT (id) DO NOTHING
"""
# One statement: a record has a key and a wrap, or neither. Of two processes that make it at once the first counts.
_ADD_RECORDS = """
WITH made AS (
    INSERT INTO sealing_recordkey (id, kind, destroyed_under)
    SELECT id, %s, '' FROM unnest(%s::uuid[]) AS n (id) ON CONFLICT (id) DO NOTHING RETURNING id
), wraps AS (
    INSERT INTO sealing_wrap (record_id, subject_id, wrapped)
    SELECT record, subject, wrapped FROM unnest(%s::uuid[], %s::uuid[], %s::bytea[]) AS n (record, subject, wrapped)
    WHERE record IN (SELECT id FROM made)
)
SELECT id FROM made
"""
_ADD_WRAPS = """
INSERT INTO sealing_wrap (record_id, subject_id, wrapped)
SELECT record, subject, wrapped FROM unnest(%s::uuid[], %s::uuid[], %s::bytea[]) AS n (record, subject, wrapped)
ON CONFLICT DO NOTHING
"""


def key_of(record: UUID, kind: str, subject: Subject) -> Key:
    """The key of a record, to seal with; made, and wrapped for `subject`, where there is none yet.

    Raises `Destroyed` where it has been destroyed, `KeyProblem` where it was lost, `KeysAway`.
    """
    found = ring().key(record.bytes)
    if found is None:
        make(kind, {record: [subject]})
        found = ring().key(record.bytes)
    return _to_seal_with(found)


def _to_seal_with(found: Found) -> Key:
    """Raises `Destroyed`, and `KeyProblem` for a key that was lost: another one in its place would shut what is there
    for good.
    """
    if isinstance(found, Key):
        return found
    if isinstance(found, Gone):
        raise Destroyed
    raise KeyProblem(
        "Nothing can be added to this record just now: its key is not in the database of keys. It has to "
        "be put back from a "
        "backup of the keys first. Tell whoever looks after Harbour at your school."
    )


def make(kind: str, records: Mapping[UUID, Collection[Subject]]) -> None:
    """Give each of these records of a kind a key, wrapped for each of its subjects. One that has a key keeps it.

    Raises `Destroyed` where a subject's own key has been destroyed, `KeysAway`, `KeyProblem`.
    """
    for some in batched(records.items(), BATCH):
        subjects = _subject_keys({s for _, wanted in some for s in wanted})
        keys = {record: crypto.new_key() for record, _ in some}
        wraps = [_wrap(record, keys[record], s.id, subjects) for record, wanted in some for s in wanted]
        with _keys_database() as cursor:
            cursor.execute(_ADD_RECORDS, [kind, list(keys), *_columns(wraps)])
            made = {record for (record,) in cursor.fetchall()}
        ring().hold({record.bytes: Key.of(keys[record]) for record in made})
        if others := [record.bytes for record in keys if record not in made]:
            ring().fetch(others)


def share(kind: str, records: Mapping[UUID, Collection[Subject]]) -> None:
    """Wrap the keys of these records for their subjects too, and give a key to each that has none.

    A subject whose own key has been destroyed is passed over; raises `Destroyed` where a record has no other. That a
    record is no longer about somebody is seen at night (`checking.py`): nothing that answers a page takes a key away.
    """
    for some in batched(records.items(), BATCH):
        wanted = dict(some)
        ring().fetch([record.bytes for record in wanted])
        held = {record: ring().keys[record.bytes] for record in wanted}
        if new := {record: wanted[record] for record, found in held.items() if found is None}:
            make(kind, new)
        old = {record: _to_seal_with(found).raw for record, found in held.items() if found is not None}
        if old:
            ended = _ended({s for record in old for s in wanted[record]})
            living = {record: [s for s in wanted[record] if s.id not in ended] for record in old}
            if not all(living.values()):
                raise Destroyed
            subjects = _subject_keys({s for some_of in living.values() for s in some_of})
            wraps = [_wrap(record, raw, s.id, subjects) for record, raw in old.items() for s in living[record]]
            with _keys_database() as cursor:
                cursor.execute(_ADD_WRAPS, _columns(wraps))


def _wrap(record: UUID, raw: bytes, subject: UUID, keys: Mapping[UUID, bytes]) -> tuple[UUID, UUID, bytes]:
    return record, subject, crypto.wrap(keys[subject], raw, crypto.of_record(record, subject))


def _columns(wraps: Iterable[tuple[UUID, UUID, bytes]]) -> tuple[list[Any], list[Any], list[Any]]:
    rows = list(wraps)
    return [r for r, _, _ in rows], [s for _, s, _ in rows], [w for _, _, w in rows]


def _ended(subjects: Collection[Subject]) -> set[UUID]:
    """Those of them whose own key has been destroyed."""
    with _keys_database() as cursor:
        cursor.execute(_FIND_SUBJECTS, [[s.id for s in subjects]])
        return {subject for subject, wrapped, _ in cursor.fetchall() if wrapped is None}


def _subject_keys(subjects: Collection[Subject]) -> dict[UUID, bytes]:
    """The keys of these subjects, made where there are none. Raises `Destroyed` where one has been destroyed."""
    found = _there(subjects)
    if missing := [s for s in subjects if s.id not in found]:
        _add(missing)
        found |= _there(missing)
    return found


def _there(subjects: Collection[Subject]) -> dict[UUID, bytes]:
    with _keys_database() as cursor:
        cursor.execute(_FIND_SUBJECTS, [[s.id for s in subjects]])
        rows = cursor.fetchall()
    if any(wrapped is None for _, wrapped, _ in rows):
        raise Destroyed
    return {subject: ring().subject(subject, bytes(wrapped), epoch) for subject, wrapped, epoch in rows}


def _add(subjects: Collection[Subject]) -> None:
    """New keys under the epoch of now, which does not end meanwhile."""
    with _keys_database() as cursor, transaction.atomic(using=KEYS):
        cursor.execute(_WAIT)
        cursor.execute(_EPOCH)
        [epoch] = cursor.fetchone() or [0]
        outer = epoch_key(epoch)
        wrapped = [crypto.wrap(outer, crypto.new_key(), crypto.of_subject(s.id, epoch)) for s in subjects]
        cursor.execute(_ADD_SUBJECTS, [epoch, [s.id for s in subjects], [s.kind for s in subjects], wrapped])


@contextmanager
def _keys_database() -> Iterator[Any]:
    """A cursor on the database of keys. Raises `KeysAway` where it does not answer."""
    try:
        with connections[KEYS].cursor() as cursor:
            yield cursor
    except DatabaseError:
        raise KeysAway from None
