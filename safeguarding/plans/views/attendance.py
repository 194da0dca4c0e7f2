"""The tab "Attendance" of a child's record, and the page on which attendance is brought in."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from children.models import Child
from children.panels import record_frame
from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.permissions import requires, requires_for_record
from safeguarding.accounts.services import get_school
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.clocks import terms_of
from safeguarding.dates import counted, school_year
from safeguarding.front.limits import takes_files
from safeguarding.http import Request
from safeguarding.paging import newest_first
from safeguarding.plans.attendance import counting, marks
from safeguarding.plans.attendance.chart import chart
from safeguarding.plans.attendance.reading import EXAMPLE
from safeguarding.plans.capabilities import PlanCapability
from safeguarding.plans.forms.attendance import AttendanceForm
from safeguarding.plans.kinds import Area
from safeguarding.plans.models import AttendanceDay, AttendanceFile
from safeguarding.plans.permissions import areas_read, keeps_attendance, not_named, stands_in_for_plans
from safeguarding.plans.services.attendance import BroughtIn, bring_in_attendance
from safeguarding.spreadsheet import as_csv

# Days on the tab, and rows that cannot be used on the page: more of these, and the file is the wrong one.
LATEST, MOST_WRONG = 10, 500


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


@takes_files
@requires(PlanCapability.KEEP_ATTENDANCE)
def attendance(request: Request) -> HttpResponseBase:
    """The files that were brought in, newest first, and the way to give another."""
    school = get_school(request.held.school_id)
    form = AttendanceForm(request.POST, request.FILES) if request.method == "POST" else AttendanceForm()
    done: BroughtIn | None = None
    if form.is_valid():
        given = form.cleaned_data
        done = bring_in_attendance(
            school=school, token=given["token"], leave_out=given["leave_out"], by=request.user, **given["file"]
        )
        if not done.is_refused:
            messages.success(request, _told(done))
            return redirect("attendance")
    request.nav = "attendance"
    files = visible(request, AttendanceFile).filter(school=school.pk).select_related("brought_by")
    page = newest_first(files, "brought_at", request.GET.get("before", ""))
    read_many(request, page.rows)
    wrong = done.wrong if done else []
    context = {
        "form": form,
        "page": page,
        "wrong": wrong[:MOST_WRONG],
        "wrong_number": len(wrong),
        "wrong_more": max(len(wrong) - MOST_WRONG, 0),
        "has_errors": bool(wrong),
        "is_not_named": not keeps_attendance(request.user, school.pk),
    }
    return render(request, "plans/attendance.html", context, status=422 if form.errors or wrong else 200)


def _told(done: BroughtIn) -> str:
    """What came of a file that was taken."""
    if done.file is None:
        return "Nothing has changed: Harbour has all of this file already."
    file = done.file
    parts = [
        f"{counted(file.days_new, 'day')} added" if file.days_new else "",
        f"{counted(file.days_changed, 'day')} changed" if file.days_changed else "",
        f"{counted(done.same, 'day')} as before" if done.same else "",
        f"{counted(file.rows_left_out, 'row')} left out" if file.rows_left_out else "",
    ]
    return f"Brought in: {', '.join(filter(None, parts))}."


@require_GET
@requires(PlanCapability.KEEP_ATTENDANCE)
def attendance_example(request: Request) -> HttpResponse:
    """A file to fill in."""
    response = HttpResponse(as_csv(*EXAMPLE), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="attendance.csv"'
    return response
