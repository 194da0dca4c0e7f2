"""What of plans waits for somebody who has no Today? Dates that have passed or come soon, and attendance."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.permissions import may
from safeguarding.audit.reading import read_many, visible
from safeguarding.dates import counted, short_day
from safeguarding.first_pages import Task, Thing, Waiting, due
from safeguarding.http import Request
from safeguarding.plans.capabilities import PlanCapability as C
from safeguarding.plans.kinds import Area
from safeguarding.plans.models import AttendanceFile, Step
from safeguarding.plans.permissions import not_named
from safeguarding.plans.services import work

from .decision_lines import with_decisions

# As many as are named one by one; more than a school has at once.
SHOWN, MOST = 5, 100
SOON = timedelta(days=14)
# School days after which attendance is to be brought in again.
STALE = 5
_NOT_NAMED = (
    "The school’s privacy notice does not name your role, so Harbour shows you none. The Headteacher or a safeguarding "
    "lead decides who is named beyond the notice."
)


def _holds(capability: C) -> Callable[[Request], bool]:
    return lambda request: may(request.user, capability, request.held.school_id)


def _dates(area: Area, request: Request) -> Waiting:
    """Dates of one kind of plan, whosever duty they are, that have passed or come within days: the earliest first."""
    today = timezone.localdate()
    rows = work.waiting(visible(request, Step), request.held.school_id)
    rows = rows.filter(area=area, due_on__lte=today + SOON).select_related("child", "episode")
    found = list(rows.order_by("due_on", "pk")[:MOST])
    if not found:
        return Waiting(nothing=_NOT_NAMED if not_named(request.user, request.held.school_id) else "")
    read_many(request, found[:SHOWN], purpose="first page")
    things = [
        Thing(
            one.title,
            reverse("plan_step", args=[one.pk]),
            *due(one.due_on, today),
            about=f"{one.episode.title} · {one.child.class_name or 'No class'}",
        )
        for one in found[:SHOWN]
        if one.due_on
    ]
    return Waiting(tuple(things), len(found))


def _attendance(request: Request) -> Waiting:
    """That no file of attendance reaches the last school days."""
    school_id, today = request.held.school_id, timezone.localdate()
    files = visible(request, AttendanceFile).filter(school=school_id)
    newest: date | None = files.aggregate(newest=Max("last_on"))["newest"]
    if newest is None and not_named(request.user, school_id):
        return Waiting(nothing=_NOT_NAMED)
    bring = reverse("attendance")
    if newest is None:
        return Waiting((Thing("Bring in attendance", bring, about="None has been brought in yet"),), 1)
    missing = SchoolCalendar.of(school_id).school_days_between(newest, today - timedelta(days=1))
    reaches = f"Attendance reaches {short_day(newest, today)}"
    if missing < STALE:
        return Waiting(nothing=f"{reaches}.")
    stands = f"{counted(missing, 'school day')} missing"
    return Waiting((Thing("Bring in attendance", bring, stands, "warn", reaches),), 1)


TASKS = (
    Task(
        "plans_of_care",
        "Children who are or were looked after",
        f"No date of their plans has passed, and none comes in the next {SOON.days} days.",
        may=_holds(C.KEEP_CARE),
        waits=with_decisions(Area.CARE, partial(_dates, Area.CARE)),
        ways=(("Plans and dates", "plans"),),
        order=20,
    ),
    Task(
        "plans_of_needs",
        "Education, health and care plans",
        f"No date of these plans has passed, and none comes in the next {SOON.days} days.",
        may=_holds(C.KEEP_NEEDS),
        waits=with_decisions(Area.NEEDS, partial(_dates, Area.NEEDS)),
        ways=(("Plans and dates", "plans"),),
        order=21,
    ),
    Task(
        "attendance",
        "Attendance",
        "Attendance is up to date.",
        may=_holds(C.KEEP_ATTENDANCE),
        waits=_attendance,
        ways=(("Attendance of every child", "attendance"),),
        order=22,
    ),
)
