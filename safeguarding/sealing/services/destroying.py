"""Destroy the key of a child, an adult or a school, or those of records by themselves: what is sealed for nobody else
is unreadable from then on, in every copy.

Before the rows go, and never after: a crash in between leaves rows that say when they were destroyed. Run as
`destroyer`. What the database still has in old pages ends with the epoch (`rotating.new_epoch`), which every run of
destruction ends with.
"""

from collections.abc import Collection
from uuid import UUID

from django.db import connections, transaction

from safeguarding.sealing.models import KEYS
from safeguarding.sealing.ring import forget
from safeguarding.sealing.subjects import Subject, ending_with

_SUBJECT = """
INSERT INTO sealing_subjectkey (id, kind, epoch_id, wrapped, destroyed_at, destroyed_under)
SELECT %s, %s, number, NULL, now(), %s FROM sealing_epoch WHERE ended_at IS NULL
ON CONFLICT (id) DO UPDATE SET wrapped = NULL, destroyed_at = now(), destroyed_under = excluded.destroyed_under
WHERE sealing_subjectkey.wrapped IS NOT NULL
"""
# Locked first: two subjects of one record that end at once must not each leave it to the other.
_RECORDS = """
WITH held AS (
    SELECT id FROM sealing_recordkey
    WHERE id IN (SELECT record_id FROM sealing_wrap WHERE subject_id = %(subject)s) ORDER BY id FOR UPDATE
), gone AS (
    DELETE FROM sealing_wrap WHERE subject_id = %(subject)s AND record_id IN (SELECT id FROM held) RETURNING record_id
)
SELECT record_id FROM gone
"""
_ENDED = """
UPDATE sealing_recordkey r SET destroyed_at = now(), destroyed_under = %s
WHERE r.id = ANY(%s) AND NOT EXISTS (SELECT 1 FROM sealing_wrap w WHERE w.record_id = r.id)
"""
_HOLD = "SELECT id FROM sealing_recordkey WHERE id = ANY(%s) AND destroyed_at IS NULL ORDER BY id FOR UPDATE"
_UNWRAP = "DELETE FROM sealing_wrap WHERE record_id = ANY(%s)"


def destroy_key(*, subject: Subject, under: str) -> int:
    """Destroy a subject's key and every wrap under it, and those of whoever ends with it. Returns how many records
    nobody can read any more.

    `under` says by what it was destroyed, such as a rule of the retention schedule; it is what stands in the place of
    the words, and names nobody. Done again, it changes nothing. Raises `OutOfTurn` for a subject that ends with another
    only.
    """
    ended = 0
    everybody = ending_with(subject)
    with transaction.atomic(using=KEYS), connections[KEYS].cursor() as cursor:
        for one in everybody:
            cursor.execute(_SUBJECT, [one.id, one.kind, under])
            cursor.execute(_RECORDS, {"subject": one.id})
            records = [record for (record,) in cursor.fetchall()]
            cursor.execute(_ENDED, [under, records])
            ended += cursor.rowcount
    forget()
    return ended


def destroy_records(keys: Collection[UUID], under: str) -> int:
    """Destroy the keys of these records, whoever they are wrapped for. Returns how many there were.

    For records whose key is no child's, such as a note from outside, which is wrapped for its school. `under` is what
    stands in the place of their words, as for `destroy_key`. Done again, it changes nothing, and a record that never
    had a key is passed over.
    """
    with transaction.atomic(using=KEYS), connections[KEYS].cursor() as cursor:
        cursor.execute(_HOLD, [list(keys)])
        held = [record for (record,) in cursor.fetchall()]
        cursor.execute(_UNWRAP, [held])
        cursor.execute(_ENDED, [under, held])
        ended: int = cursor.rowcount
    forget()
    return ended
