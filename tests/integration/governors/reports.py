"""How does a test have a report to governors? Made by its services, with a few cells that stand for what is counted."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from safeguarding.accounts.services import add_term
from safeguarding.governors.cells import BuiltCell
from safeguarding.governors.models import GovernorReport, ReportBuild
from safeguarding.governors.services import counting, drafting, publishing
from safeguarding.keys import uuid7
from tests import factories

AUTUMN = date(2026, 9, 7)
BUILD = "safeguarding.governors.services.counting.build"


def cell(row: str, value: int | None, *, table: str = "term", section: str = "categories", **more: Any) -> BuiltCell:
    """One number of a report."""
    given = {"column": "", "label": row.title(), "of": None, "unit": "concerns", "hidden": False, "order": 1} | more
    return BuiltCell(section=section, table=table, row=row, value=value, **given)


CELLS = [
    cell("logged", 34, section="volume", table="concerns", label="Logged", order=0),
    cell("ATT", 21, label="Attendance", order=1),
    cell("ONL", None, label="Online", hidden=True, order=2),
    cell("BUL", None, label="Bullying", hidden=True, order=3),
    cell("together", 13, label="Other kinds together", order=4),
    cell("all", 34, label="All", order=5),
]


def with_terms(room: factories.Staffroom) -> factories.Staffroom:
    """The school knows its terms: an autumn that has begun, and the spring after it."""
    for name, first, last in (
        ("Autumn", AUTUMN, date(2026, 12, 18)),
        ("Spring", date(2027, 1, 5), date(2027, 3, 26)),
    ):
        add_term(school=room.school, name=name, starts_on=first, ends_on=last, by=room.headteacher)
    return room


def draft(room: factories.Staffroom, *, by: Any = None, **words: str) -> GovernorReport:
    """A draft whose numbers are counted, with these comments."""
    who = by or room.lead
    made = drafting.begin(school=room.school, first=AUTUMN, token=uuid7(), by=who)
    return commented(counted(made), by=who, **words)


def counted(report: GovernorReport, *, at: datetime | None = None) -> GovernorReport:
    """The same once the worker has counted what was asked for."""
    for one in ReportBuild.objects.filter(report=report, status="asked"):
        assert counting.run(one.pk, at=at)
    report.refresh_from_db()
    return report


def commented(report: GovernorReport, *, by: Any, **words: str) -> GovernorReport:
    return drafting.save_comments(report, seen=report.revision, words=words, by=by) if words else report


def published(room: factories.Staffroom, **words: str) -> GovernorReport:
    """A report that the Headteacher approved and published."""
    report = draft(room, **words)
    publishing.approve(report, seen=report.revision, by=room.headteacher)
    return publishing.publish(report, by=room.headteacher)


def later(moment: datetime, hours: int = 1) -> datetime:
    return moment + timedelta(hours=hours)


def begun_term() -> tuple[str, date, date]:
    """A term that has begun some weeks ago, whatever day it is: name, first and last day."""
    today = timezone.localdate()
    return "Term", today - timedelta(days=40), today + timedelta(days=20)
