"""A school year of attendance whose six years are over, on a list that two people have approved."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from children.models import Child
from retention.models import DestructionItem, Mark, RetentionRule
from retention.services.holds import set_hold
from retention.services.lists import begin_list, send
from retention.services.scan import scan
from retention.services.statements import mark
from safeguarding.dates import school_year
from safeguarding.keys import uuid7
from safeguarding.plans.attendance.reading import Line
from safeguarding.plans.models import AttendanceDay, AttendanceYear
from safeguarding.plans.services.attendance import BroughtIn, bring_in_attendance
from safeguarding.sealing import ring
from tests import factories, sheets

from .conftest import Office, days_ago, time_was_looked_at, wait_is_over


@dataclass(frozen=True)
class Register:
    """Children on roll, with marks in a school year that is over for more than six years, and in this one."""

    place: Office
    children: list[Child]
    upns: list[str]
    year: AttendanceYear
    old: list[date]
    new: list[date]

    def days(self, child: Child) -> list[date]:
        """The days of which Harbour has marks of a child, in their order."""
        return [*AttendanceDay.objects.filter(child=child).order_by("on").values_list("on", flat=True)]

    def brought(self, days: Sequence[date], *, at: Any = None, said: str = "/") -> BroughtIn:
        """A file with a mark of every child on each of these days."""
        lines = [
            Line(number, upn, on.isoformat(), said, "\\", "")
            for number, (upn, on) in enumerate(((upn, on) for upn in self.upns for on in days), start=2)
        ]
        return bring_in_attendance(
            school=self.place.school,
            lines=lines,
            digest="0" * 64,
            token=uuid7(),
            by=self.place.room.lead,
            at=at or timezone.now(),
        )

    def hold(self, child: Child) -> Any:
        """The police ask that everything about a child is kept."""
        review_on = timezone.localdate() + timedelta(days=200)
        words = {"scope": "child", "kind": "police", "reason": "The police asked.", "review_on": review_on}
        return set_hold(school=self.place.school, token=uuid7(), child=child, by=self.place.room.deputy, **words)

    def ensure_opened(self) -> None:
        """Every child’s key opens still."""
        ring.forget()
        said = {one.child_id: one.reason for one in Mark.objects.all()}
        assert said == {child.pk: f"Read: {child.forename}." for child in self.children}

    def approved(self) -> DestructionItem:
        """The year on a list, decided and approved, whose fourteen days are over."""
        made = begin_list(school=self.place.school, records=[self.year.pk], token=uuid7(), by=self.place.room.lead)
        item = made.items.get()
        self.place.decide(item)
        made.refresh_from_db()
        self.place.approve(send(on_list=made, seen=made.revision, by=self.place.room.lead))
        wait_is_over()
        time_was_looked_at()
        return item


def weekdays(first: date, number: int) -> list[date]:
    found: list[date] = []
    while len(found) < number:
        if first.weekday() < 5:
            found.append(first)
        first += timedelta(days=1)
    return found


def lay_register(place: Office, number: int, days: int = 2) -> Register:
    """So many children, with so many days of the last school year whose six years were over sixty days ago."""
    last = date(school_year(days_ago(60).date()) - 6, 8, 31)
    upns = [sheets.number(serial) for serial in range(1, number + 1)]
    children = [
        factories.child(place.school, f"Ida{serial}", "Thorne", by=place.room.office, details={"upn": upn})
        for serial, upn in enumerate(upns)
    ]
    old, new = weekdays(date(last.year - 1, 11, 4), days), weekdays(date(last.year, 11, 4), 1)
    register = Register(place, children, upns, AttendanceYear(), old, new)
    for child in children:
        mark(child=child, token=uuid7(), applies=True, reason=f"Read: {child.forename}.", by=place.room.lead)
    for some in (old, new):
        done = register.brought(some, at=timezone.now() - timedelta(days=(timezone.localdate() - some[-1]).days - 1))
        assert done.file and done.file.days_new == number * len(some)
    year = AttendanceYear.objects.get(last_on=last)
    for before in (50, 40):
        scan(at=days_ago(before))
    RetentionRule.objects.filter(school=place.school).update(from_day=timezone.localdate() - timedelta(days=60))
    return replace(register, year=year)
