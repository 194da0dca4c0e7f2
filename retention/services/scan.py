"""Until when is each record kept? Worked out every night, from the schedule, from what is known, and from what people
have stated. Work of the worker.

A day is due once two scans at least seven days apart have found that it has passed: a slip of the day, a rule mistyped
or a clock that runs ahead makes nothing due at once.
"""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import batched
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from retention.models import DestructionItem, RetentionDate, RetentionGate, Statement, Trigger
from retention.periods import BARE, CHILD_FILE, WHERE, Abuse, File, Kept, Period, of_file, of_record
from safeguarding.accounts.models import School
from safeguarding.audit.context import system_task
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.ending import dates, reasons
from safeguarding.ending.kinds import RECORDS, kinds
from safeguarding.locks import take_longer
from safeguarding.prepared import prepared

from . import brakes
from .schedule import periods_at, start_rules
from .signs import abuse_of

logger = logging.getLogger(__name__)
TASK = "retention scan"
AGAIN_AFTER = timedelta(days=7)
_BATCH = 500
_K = Statement.Kind
# The day on which the next school confirmed the last that was sent to it, as the app that sends knows it.
_RECEIVED, _DEATH, _LAST_ENTRY = "receipt", "death", "last_entry"
_FOUND = (
    "rule_id",
    "trigger_on",
    "due_on",
    "missing",
    "changed_on",
    "seen_due_on",
    "seen_again_on",
    "scanned_at",
)


@dataclass(frozen=True)
class There:
    """A record with a period, and the child with whose file it ends in any case."""

    kind: str
    key: UUID
    child_id: UUID | None


@dataclass(frozen=True)
class Scanned:
    """One record with a period of its own, and until when it is kept."""

    there: There
    kept: Kept


def scan(*, at: datetime | None = None) -> int:
    """Work out the date of every record of every school. Returns how many records there are. May run twice.

    Where the clocks do not agree, no rule begins, and nothing is seen to be due. What is wrong at one school is raised
    once the others are done.
    """
    here, count, wrong = timezone.now(), 0, None
    with system_task(TASK):
        schools = list(School.objects.order_by("pk"))
    for school in schools:
        try:
            count += _scan_school(school, at or here, here)
        except Exception as trouble:
            logger.exception("The dates of a school were not worked out; they are tried again the next night.")
            wrong = wrong or trouble
    if wrong is not None:
        raise wrong
    return count


@system_task(TASK)
def _scan_school(school: School, now: datetime, here: datetime) -> int:
    take_longer(minutes=30, because="every record of a school gets its day in one transaction, or none")
    gate, _ = RetentionGate.objects.select_for_update(of=("self",)).get_or_create(school=school)
    before = brakes.reading(school.pk, here=here)
    is_sure = before is not None and brakes.clocks_agree(before)
    today = timezone.localdate(now)
    if is_sure:
        start_rules(school.pk, today)
    periods = periods_at(school.pk)
    known, count, told = known_at(school.pk), 0, 0
    for some in batched(known.records, _BATCH):
        found = [Scanned(one, kept) for one, kept in kept_of(some, known, periods)[0].items()]
        _keep(school, found, today, now, is_sure=is_sure)
        count += len(found)
        told += sum(kinds()[one.there.kind].group == RECORDS for one in found)
    if is_sure and before is not None:
        gate.scanned_at, gate.scanned_by_database_at = now, before.now
        gate.save(update_fields=["scanned_at", "scanned_by_database_at"])
    # The log of a school counts no concern about an adult: a number would tell of one.
    record(
        Verb.CHANGE, object_type="retention.retentiondate", school_id=school.pk, count=told, purpose="retention scan"
    )
    return count


# What people have stated that stands: the day of each kind, by child and kind.
Stated = dict[tuple[UUID, str], date]


@dataclass(frozen=True)
class Known:
    """What there is at a school, by keys: its records with a period, on which day each child left, and what is stated.

    Asked of facts alone: no task gains sight of a record by it.
    """

    records: list[There]
    left: dict[UUID, date | None]
    stated: Stated


def known_at(school_id: UUID) -> Known:
    """What the dates of every record of a school rest on, beside the days that apps know."""
    rows = prepared("SELECT * FROM rules.files_at(%s)", [school_id])
    said = {
        (child, str(kind)): day
        for child, _, *days in rows
        for kind, day in zip((_K.RECEIPT, _K.LAST_SCHOOL, _K.KEEP), days, strict=True)
        if day is not None
    }
    found = prepared("SELECT kind, record, child FROM rules.records_at(%s) ORDER BY record", [school_id])
    ends = {key for key, kind in kinds().items() if kind.ends_with_child}
    there = [There(kind, key, child if kind in ends else None) for kind, key, child in found]
    return Known(there, {row[0]: row[1] for row in rows}, said)


def kept_of(records: Collection[There], known: Known, *ways: Collection[Period]) -> list[dict[There, Kept]]:
    """Until when each of these records is kept, by each of several sets of periods. What is known is asked once."""
    of_kind: dict[str, list[There]] = {}
    for one in records:
        of_kind.setdefault(one.kind, []).append(one)
    found: list[dict[There, Kept]] = [{} for _ in ways]
    for kind, some in of_kind.items():
        by_key = {one.key: one for one in some}
        if kind == CHILD_FILE:
            left = {key: known.left[key] for key in by_key}
            until = _of_files(left, known.stated, ways)
        else:
            until = _of_kind(kind, list(by_key), ways)
        for so_far, kept in zip(found, until, strict=True):
            so_far |= {by_key[key]: one for key, one in kept.items()}
    return found


def kept_of_kind(kind: str, keys: Collection[UUID], periods: Collection[Period]) -> dict[UUID, Kept]:
    """Until when each record of a kind is kept whose date its facts know, by its key."""
    [found] = _of_kind(kind, keys, [periods]) if keys else [{}]
    return found


def _of_files(
    left: dict[UUID, date | None], stated: Stated, ways: Collection[Collection[Period]]
) -> list[dict[UUID, Kept]]:
    files = files_of(left, [period for periods in ways for period in periods], stated)
    return [{key: of_file(file, periods) for key, file in files.items()} for periods in ways]


def _of_kind(kind: str, keys: Collection[UUID], ways: Collection[Collection[Period]]) -> list[dict[UUID, Kept]]:
    rules = kinds()[kind].rules
    days = dates.days_by([*rules.values(), "kept_until"], keys)
    since = {key: {code: days[fact].get(key) for code, fact in rules.items()} for key in keys}
    until = days["kept_until"]
    return [{key: of_record(since[key], periods, until.get(key)) for key in keys} for periods in ways]


def files_of(left: dict[UUID, date | None], periods: Collection[Period], stated: Stated) -> dict[UUID, File]:
    """What the date of each of these children's files rests on by these periods, by the child's key. `left`: the day
    each left.
    """
    keys = list(left)
    last = [_LAST_ENTRY] if any(period.trigger == Trigger.LAST_ENTRY for period in periods) else []
    days = dates.days_of(["birth", _DEATH, _RECEIVED, *last, *WHERE.values()], keys)
    applying, abuse = {code: set(days[trigger]) for code, trigger in WHERE.items()}, abuse_of(keys)
    moved, filled = _moved([key for key in keys if left[key] is not None], periods)
    return {
        key: File(
            born=days["birth"].get(key),
            left=left[key],
            receipt=_last(days[_RECEIVED].get(key), stated.get((key, _K.RECEIPT))),
            # No other school gets the file of a child who has died.
            is_last_school=(key, _K.LAST_SCHOOL) in stated or key in days[_DEATH],
            keep_until=stated.get((key, _K.KEEP)),
            applying=frozenset(code for code, where in applying.items() if key in where),
            moved=moved.get(key),
            is_bare=key in moved and key not in filled,
            abuse=abuse.get(key, Abuse()),
            last_entry=days[_LAST_ENTRY].get(key) if last else None,
        )
        for key in keys
    }


def _moved(left: list[UUID], periods: Collection[Period]) -> tuple[dict[UUID, date], Collection[UUID]]:
    """Of children who have left, since when those are gone who went to another school, and on whose record something
    is. Nothing is asked where no period counts by it.
    """
    if not left or all(period.code != BARE for period in periods):
        return {}, ()
    moved = dates.days("moved", left)
    return moved, reasons.filled(list(moved)) if moved else ()


def _last(*received: date | None) -> date | None:
    """The later of the day that a file to the next school knows and the one that somebody has stated."""
    return max((day for day in received if day is not None), default=None)


def _keep(school: School, found: Iterable[Scanned], today: date, now: datetime, *, is_sure: bool) -> None:
    """Write what was found. What is as it was is seen again, where it `is_sure` which day it is; another rule or day
    begins from the start.
    """
    scanned = list(found)
    keys = [one.there.key for one in scanned]
    there = {row.record_key: row for row in RetentionDate.objects.filter(record_key__in=keys)}
    new, old = [], []
    for one in scanned:
        what = one.there
        row = there.get(what.key)
        if row is None:
            row = RetentionDate(
                school=school,
                child_id=what.child_id,
                kind=what.kind,
                in_group=kinds()[what.kind].group,
                record_key=what.key,
                changed_on=today,
            )
            new.append(row)
        else:
            old.append(row)
        _take(row, one.kept, today, is_sure=is_sure)
        row.scanned_at = now
    RetentionDate.objects.bulk_create(new)
    RetentionDate.objects.bulk_update(old, [name.removesuffix("_id") for name in _FOUND])


def _take(row: RetentionDate, kept: Kept, today: date, *, is_sure: bool) -> None:
    says: dict[str, Any] = {
        "rule_id": kept.period.key if kept.period else None,
        "trigger_on": kept.trigger_on,
        "due_on": kept.due_on,
        "missing": kept.missing,
    }
    if any(getattr(row, name) != value for name, value in says.items()):
        for name, value in says.items():
            setattr(row, name, value)
        row.changed_on, row.seen_due_on, row.seen_again_on = today, None, None
    if kept.missing or kept.due_on is None or kept.due_on >= today:
        row.seen_due_on = row.seen_again_on = None
    elif not is_sure:
        return
    elif row.seen_due_on is None or row.seen_due_on > today:
        row.seen_due_on, row.seen_again_on = today, None
    elif row.seen_again_on is None and today - row.seen_due_on >= AGAIN_AFTER:
        row.seen_again_on = today


def is_due() -> Q:
    """Records whose time is over, as two scans have seen."""
    return Q(seen_again_on__isnull=False)


def on_no_list(rows: QuerySet[RetentionDate], items: QuerySet[DestructionItem]) -> QuerySet[RetentionDate]:
    """Of these rows, those of records that are due and that nobody has put on a list."""
    return rows.filter(is_due()).exclude(record_key__in=items.filter(left_out_at=None).values("record_key"))
