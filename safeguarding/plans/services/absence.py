"""How many sessions did each of several children miss? Counted by the database, of the days that somebody may see."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from safeguarding.dates import school_year
from safeguarding.plans.attendance.counting import Sessions
from safeguarding.plans.attendance.marks import Counts, codes_of
from safeguarding.plans.models import AttendanceDay


def sessions_of_children(days: QuerySet[AttendanceDay], today: date) -> dict[UUID, Sessions]:
    """By child the sessions of this school year up to today. One query."""
    rows = days.filter(on__range=(date(school_year(today), 9, 1), today))
    return {key: Sessions(*counts) for key, *counts in rows.order_by().values_list("child").annotate(**_counts())}


def _counts() -> dict[str, Any]:
    """The sessions of some days, in the order of `Sessions`."""
    return {
        f"as_{counts}": Count("pk", filter=Q(am__in=codes)) + Count("pk", filter=Q(pm__in=codes))
        for counts, codes in ((counts.value, codes_of(counts)) for counts in Counts)
    }
