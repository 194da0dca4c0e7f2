"""Every night: has each key its record, and everything that is sealed its key? And is each key wrapped for whom it is
about?

A key without a record is left by a form that was never saved, or by a draft until `sweeping.py` has ended it; it opens
nothing. Words without a key are an alarm. A wrap that is missing is made, one that is not needed any more is taken
away.
"""

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime, time
from uuid import UUID

from django.db import connections, transaction
from django.utils import timezone

from safeguarding.ages import not_ahead
from safeguarding.audit.context import system_task
from safeguarding.audit.models import Outcome, Verb
from safeguarding.audit.services import record
from safeguarding.keys import uuid7
from safeguarding.locks import take_longer
from safeguarding.sealing.exceptions import Destroyed, KeyProblem
from safeguarding.sealing.models import KEYS, KeyCheck
from safeguarding.sealing.services.keeping import share
from safeguarding.sealing.services.rows import sealed_under
from safeguarding.sealing.services.sweeping import YOUNG
from safeguarding.sealing.subjects import Subject, linked

_BATCH = 5000
_FROM = time(2)
_PAGE = """
SELECT r.id, r.kind, r.made_at, array_remove(array_agg(w.subject_id), NULL)
FROM (SELECT id, kind, made_at FROM sealing_recordkey WHERE id > %s AND destroyed_at IS NULL AND kind <> 'lost'
ORDER BY id LIMIT %s) r
LEFT JOIN sealing_wrap w ON w.record_id = r.id GROUP BY r.id, r.kind, r.made_at ORDER BY r.id
"""
# Of these records, those with neither a key that opens nor an end. Their place is held: a new key under the old number
# would shut what is there for good (`keeping.py`).
_LOST = "lost"
_HOLD = """
INSERT INTO sealing_recordkey (id, kind, destroyed_under)
SELECT id, %s, '' FROM unnest(%s::uuid[]) AS n (id) ON CONFLICT (id) DO NOTHING
"""
_UNKNOWN = """
SELECT r.id FROM sealing_recordkey r WHERE r.id = ANY(%s) AND r.destroyed_at IS NULL AND NOT EXISTS (
    SELECT FROM sealing_wrap w JOIN sealing_subjectkey s ON s.id = w.subject_id
    WHERE w.record_id = r.id AND s.wrapped IS NOT NULL
)
"""


def check_nightly(*, at: datetime) -> KeyCheck | None:
    """Once a night, from two o'clock on; None where it is not due."""
    last = newest_check(at=at)
    local = timezone.localtime(at)
    if local.time() < _FROM or (last and timezone.localdate(last.checked_at) == local.date()):
        return None
    return check_keys(at=at)


def newest_check(*, at: datetime) -> KeyCheck | None:
    """The last one that was made."""
    return KeyCheck.objects.filter(not_ahead("checked_at", at)).order_by("-checked_at").first()


def check_keys(*, at: datetime) -> KeyCheck:
    """Go through all keys and all that is sealed. Records the result, here and as an event."""
    records, without_record = _records(at)
    with transaction.atomic():
        take_longer(minutes=60, because="all that is sealed is gone through")
        without_key = len(set[UUID]().union(*(_unknown(keys) for keys in sealed_under())))
        found = KeyCheck.objects.create(
            id=uuid7(), checked_at=at, records=records, without_record=without_record, without_key=without_key
        )
        record(
            Verb.VERIFY,
            object_type="sealing.keycheck",
            object_id=found.pk,
            count=without_key,
            purpose="keys",
            outcome=Outcome.FAILED if without_key else Outcome.DONE,
        )
    return found


def _records(at: datetime) -> tuple[int, int]:
    """How many keys of records there are, and how many belong to none. Mends the wraps of the others."""
    total, lonely, after = 0, 0, UUID(int=0)
    while rows := _page(after):
        after = rows[-1][0]
        total += len(rows)
        for kind in {row[1] for row in rows}:
            held = {key: set(wraps) for key, its_kind, _, wraps in rows if its_kind == kind}
            with system_task("keys"):
                wanted = linked(kind, list(held))
            lonely += sum(made < at - YOUNG for key, k, made, _ in rows if k == kind and key not in wanted)
            lacking = {key: who for key, who in wanted.items() if {s.id for s in who} - held[key]}
            _mend(kind, lacking)
            _take_spare({key: held[key] - {s.id for s in who} for key, who in wanted.items()})
    return total, lonely


def _mend(kind: str, lacking: Mapping[UUID, Collection[Subject]]) -> None:
    """One that cannot be mended, because its key is lost or whom it is about is destroyed, does not hold up the
    others.
    """
    try:
        share(kind, lacking)
    except (Destroyed, KeyProblem):
        for record_key, who in lacking.items():
            with suppress(Destroyed, KeyProblem):
                share(kind, {record_key: who})


def _page(after: UUID) -> list[tuple[UUID, str, datetime, list[UUID]]]:
    with connections[KEYS].cursor() as cursor:
        cursor.execute(_PAGE, [after, _BATCH])
        return list(cursor.fetchall())


def _take_spare(spare: Mapping[UUID, set[UUID]]) -> None:
    """The database lets a wrap go only while another one opens (`safeguarding/database.py`)."""
    pairs = [(key, subject) for key, subjects in spare.items() for subject in subjects]
    with connections[KEYS].cursor() as cursor:
        cursor.executemany("SELECT public.take_wrap(%s, %s)", pairs)


def _unknown(keys: list[UUID]) -> set[UUID]:
    with connections[KEYS].cursor() as cursor:
        cursor.execute(_HOLD, [_LOST, keys])
        cursor.execute(_UNKNOWN, [keys])
        return {key for (key,) in cursor.fetchall()}
