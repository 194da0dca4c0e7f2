"""The tab "Attendance" of a child's record."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from children.models import Child
from children.panels import record_frame
from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.permissions import requires_for_record
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.clocks import terms_of
from safeguarding.dates import counted, school_year
from safeguarding.http import Request
from safeguarding.plans.attendance import counting, marks
from safeguarding.plans.attendance.chart import chart
from safeguarding.plans.capabilities import PlanCapability
from safeguarding.plans.kinds import Area
from safeguarding.plans.models import AttendanceDay
from safeguarding.plans.permissions import areas_read, not_named, stands_in_for_plans

# Days of which the tab shows the marks.
LATEST = 10


@require_GET
@requires_for_record(PlanCapability.VIEW_PLAN_BADGES, also=stands_in_for_plans)
def child_attendance(request: Request, child_id: UUID) -> HttpResponse:
    """What the child attended and missed in a school year, by term and week; with `?year=` in an earlier one."""
    request.nav = "children"
    child = read_one(request, Child, purpose="attendance", pk=child_id)
    if Area.ATTENDANCE not in areas_read(request.user, child):
        if not not_named(request.user, child.school_id):
            raise Http404
        frame = record_frame(request, child, "attendance")
        return render(request, "plans/not_named.html", frame | {"named": "Attendance"})
    rows = visible(request, AttendanceDay).filter(child=child).order_by("on")
    days = read_many(request, rows, purpose="attendance", about=child)
    context = record_frame(request, child, "attendance") | _shown(days, child, request.GET.get("year", ""))
    return render(request, "plans/child_attendance.html", context)


def _shown(rows: Sequence[AttendanceDay], child: Child, asked: str) -> dict[str, Any]:
    every = [counting.Day(row.on, row.am, row.pm, row.minutes_late) for row in rows]
    years = counting.years(every)
    year = next((one for one in years if str(one) == asked), years[0] if years else None)
    days = [day for day in every if school_year(day.on) == year]
    weeks = counting.by_week(days)
    terms = terms_of(SchoolCalendar.of(child.school_id))
    whole = counting.counted_up(days)
    said = f"{whole.percent} attended" if whole.possible else "No session was possible"
    return {
        "whole": whole,
        "chart_says": f"{said}, week by week over {counted(len(weeks), 'week')}",
        "terms": counting.by_term(days, terms),
        "weeks": weeks,
        "chart": chart(weeks),
        "latest": [(day, marks.meaning(day.am), marks.meaning(day.pm)) for day in days[::-1][:LATEST]],
        "year": counting.year_title(year) if year else "",
        "years": [(one, counting.year_title(one)) for one in years if one != year],
        "explained": marks.explained(timezone.localdate()),
    }
