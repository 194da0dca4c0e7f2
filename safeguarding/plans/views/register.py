"""The page on which attendance is brought in, with the children who miss most."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Model
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from children.badges import badges_of
from children.models import Child
from children.services.finding import classes_on_roll
from safeguarding.accounts.permissions import requires
from safeguarding.accounts.services import get_school
from safeguarding.audit.reading import read_many, visible
from safeguarding.dates import counted, full_day
from safeguarding.front.limits import takes_files
from safeguarding.http import Request
from safeguarding.paging import newest_first
from safeguarding.plans.attendance.counting import Sessions
from safeguarding.plans.attendance.reading import EXAMPLE
from safeguarding.plans.capabilities import PlanCapability
from safeguarding.plans.forms.attendance import AttendanceForm, ClassForm
from safeguarding.plans.models import AttendanceDay, AttendanceFile
from safeguarding.plans.permissions import keeps_attendance
from safeguarding.plans.services.absence import sessions_of_children
from safeguarding.plans.services.attendance import BroughtIn, bring_in_attendance
from safeguarding.spreadsheet import as_csv

# Children on the page, and rows of a file that cannot be used: more of these, and the file is the wrong one.
MOST, MOST_WRONG = 200, 500


@takes_files
@requires(PlanCapability.KEEP_ATTENDANCE)
def attendance(request: Request) -> HttpResponseBase:
    """The children who miss most, or those of a class; the files that were brought in; the way to give another."""
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
    narrowed = ClassForm(request.GET, rooms=classes_on_roll(school.pk))
    children = _children(request, school.pk, narrowed.chosen())
    files = visible(request, AttendanceFile).filter(school=school.pk).select_related("brought_by")
    page = newest_first(files, "brought_at", request.GET.get("before", ""))
    named: list[Model] = [*page.rows, *(card for card, _ in children[:MOST])]
    read_many(request, named, purpose="attendance")
    wrong = done.wrong if done else []
    badges = badges_of(request, {card.pk: card.card_badges for card, _ in children[:MOST]})
    context = {
        "form": form,
        "page": page,
        "narrowed": narrowed,
        "room": narrowed.chosen(),
        "children": [(card, sessions, badges[card.pk]) for card, sessions in children[:MOST]],
        "children_more": max(len(children) - MOST, 0),
        "wrong": wrong[:MOST_WRONG],
        "wrong_number": len(wrong),
        "wrong_more": max(len(wrong) - MOST_WRONG, 0),
        "has_errors": bool(wrong),
        # Who is not named sees neither of them.
        "is_not_named": not (children or page.rows or keeps_attendance(request.user, school.pk)),
    }
    return render(request, "plans/attendance.html", context, status=422 if form.errors or wrong else 200)


def _children(request: Request, school_id: UUID, room: str) -> list[tuple[Child, Sessions]]:
    """The children of a class, or those whose absence this school year is persistent: severe absence comes first."""
    today = timezone.localdate()
    rows = visible(request, AttendanceDay).filter(school=school_id, child__left_on=None)
    if room:
        rows = rows.filter(child__class_name=room)
    found = sessions_of_children(rows, today)
    shown = {key: sessions for key, sessions in found.items() if room or sessions.is_persistent}
    cards = visible(request, Child).filter(pk__in=shown).order_by("sort_name", "pk")
    return sorted(((card, shown[card.pk]) for card in cards), key=lambda one: -one[1].missed_part)


def _told(done: BroughtIn) -> str:
    """What came of a file that was taken."""
    ended = f" {_left_out(done)}" if done.ended else ""
    if done.file is None:
        if ended and not done.same:
            return f"Nothing was imported.{ended}"
        return f"Nothing has changed: Harbour has all of this file already.{ended}"
    file, wrong = done.file, len(done.wrong)
    parts = [
        f"{counted(file.days_new, 'day')} added" if file.days_new else "",
        f"{counted(file.days_changed, 'day')} changed" if file.days_changed else "",
        f"{counted(done.same, 'day')} as before" if done.same else "",
        f"{counted(wrong, 'row')} left out" if wrong else "",
    ]
    return f"Brought in: {', '.join(filter(None, parts))}.{ended}"


def _left_out(done: BroughtIn) -> str:
    """Which rows were left out because their school year has ended here."""
    rows = counted(done.ended, "row was", "rows were")
    return f"{rows} left out: attendance up to {full_day(done.ended_on)} has been destroyed." if done.ended_on else ""


@require_GET
@requires(PlanCapability.KEEP_ATTENDANCE)
def attendance_example(request: Request) -> HttpResponse:
    """A file to fill in."""
    response = HttpResponse(as_csv(*EXAMPLE), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="attendance.csv"'
    return response
