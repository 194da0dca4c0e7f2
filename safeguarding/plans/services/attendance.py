"""Bring in a file of attendance: whole or not at all, and the same file again changes nothing."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from children.services import bulk
from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.models import School, User
from safeguarding.audit.services import record
from safeguarding.audit.verbs import Verb
from safeguarding.dates import school_year
from safeguarding.ending.by_child import ended_until
from safeguarding.keys import uuid7
from safeguarding.plans.attendance.checking import Checked, Checking, Marks, Wrong, upn_of
from safeguarding.plans.attendance.reading import Line
from safeguarding.plans.models import ATTENDANCE, AttendanceDay, AttendanceFile, AttendanceYear
from safeguarding.plans.permissions import ensure_keeps_attendance
from safeguarding.prepared import prepared
from safeguarding.turns import wait_for

_FACTS = ("am", "pm", "minutes_late")
_BY_UPN = "SELECT upn, child FROM rules.children_by_upn(%s, %s, %s::text[])"


@dataclass(frozen=True)
class BroughtIn:
    """What came of a file. `file` is None where nothing was written: a row cannot be used, or all of it was there."""

    wrong: list[Wrong]
    file: AttendanceFile | None = None
    # Days that stand in Harbour as the file has them.
    same: int = 0
    # Rows of school years whose attendance has been destroyed here, and the last day of those.
    ended: int = 0
    ended_on: date | None = None

    @property
    def is_refused(self) -> bool:
        return self.file is None and bool(self.wrong)


@transaction.atomic
def bring_in_attendance(
    *,
    school: School,
    lines: Sequence[Line],
    digest: str,
    token: UUID,
    by: User,
    leave_out: bool = False,
    at: datetime | None = None,
) -> BroughtIn:
    """Write the marks of a file. With a row that cannot be used nothing is written, unless `leave_out` is said.

    Raises `NotAllowed` for whoever does not keep the attendance of this school.
    """
    ensure_keeps_attendance(by, school.pk)
    # Two files of a school come one after the other: the second sees what the first has written.
    wait_for(school.pk)
    if (before := AttendanceFile.objects.filter(token=token).first()) is not None:
        return BroughtIn([], before)
    at = at or timezone.now()
    ended_on = ended_until(ATTENDANCE, school.pk)
    checked = _checked(school, lines, by, timezone.localdate(at), ended_on)
    if not checked.days or (checked.wrong and not leave_out):
        return BroughtIn(checked.wrong, ended=checked.ended, ended_on=ended_on)
    known = _known({child for child, _ in checked.days}, {on for _, on in checked.days})
    new = {key: marks for key, marks in checked.days.items() if key not in known}
    changed = dict(_changed(checked, known))
    if not new and not changed:
        return BroughtIn([], same=len(checked.days), ended=checked.ended, ended_on=ended_on)
    days = [on for _, on in checked.days]
    file = AttendanceFile.objects.create(
        school=school,
        token=token,
        digest=digest,
        first_on=min(days),
        last_on=max(days),
        rows_read=len(lines),
        days_new=len(new),
        days_changed=len(changed),
        rows_left_out=len(checked.wrong) + checked.ended,
        brought_at=at,
        brought_by=by,
    )
    _keep_years(school, {on for _, on in new})
    of_file = {"school_id": school.pk, "file_id": file.pk}
    bulk.insert(
        AttendanceDay,
        (
            {"id": uuid7(), **of_file, "child_id": child, "on": on, **said._asdict()}
            for (child, on), said in new.items()
        ),
    )
    bulk.update(
        AttendanceDay,
        (*_FACTS, "file"),
        ({"id": key, "file_id": file.pk, **said._asdict()} for key, said in changed.items()),
    )
    record(Verb.IMPORT, file, by=by, count=len(new) + len(changed), purpose="attendance")
    same = len(checked.days) - len(new) - len(changed)
    return BroughtIn(checked.wrong, file, same, checked.ended, ended_on)


def _keep_years(school: School, days: Collection[date]) -> None:
    """A row for each school year of which there are marks: it says from when they may end."""
    years = {date(school_year(on) + 1, 8, 31) for on in days}
    AttendanceYear.objects.bulk_create(
        (AttendanceYear(school=school, last_on=last) for last in sorted(years)), ignore_conflicts=True
    )


def _checked(school: School, lines: Sequence[Line], by: User, today: date, ended: date | None) -> Checked:
    numbers = sorted({upn_of(line) for line in lines} - {""})
    children = dict(prepared(_BY_UPN, [by.pk, school.pk, numbers]))
    return Checking(children, SchoolCalendar.of(school.pk), today, ended).check(lines)


def _known(children: Collection[UUID], days: Collection[date]) -> dict[tuple[UUID, date], tuple[UUID, Marks]]:
    """What stands in Harbour of these children and days: the key of each row, and its marks."""
    rows: Any = AttendanceDay.objects.filter(child__in=children, on__range=(min(days), max(days)))
    found = rows.values_list("child_id", "on", "pk", *_FACTS)
    return {(child, on): (key, Marks(*facts)) for child, on, key, *facts in found.iterator(bulk.BATCH)}


def _changed(checked: Checked, known: dict[tuple[UUID, date], tuple[UUID, Marks]]) -> Iterator[tuple[UUID, Marks]]:
    """Days that the file has otherwise. Where it says nothing, what is known stays: registers are exported at noon."""
    for key, said in checked.days.items():
        if key in known:
            row, was = known[key]
            late = was.minutes_late if said.minutes_late is None else said.minutes_late
            now = Marks(said.am or was.am, said.pm or was.pm, late)
            if now != was:
                yield row, now
