"""What of plans waits for somebody who has no Today? Dates that are late or happen soon, and attendance."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial

from django.db.models import Max, Q
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
from safeguarding.plans.models import AttendanceDay, AttendanceFile, Designation, Step
from safeguarding.plans.permissions import not_named
from safeguarding.plans.services import work
from safeguarding.plans.services.absence import sessions_of_children
from safeguarding.plans.services.badging import standing_badges
from safeguarding.plans.wording import stand

from .decision_lines import with_decisions
from .missing_children import Missing, missing_children

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
    """Dates of one kind of plan, whosever duty they are, that are late or happen within days: the earliest first, and
    before them the children who are still missing.
    """
    today = timezone.localdate()
    rows = work.by_day(work.waiting(visible(request, Step), request.held.school_id))
    rows = rows.filter(work.past(today) | Q(day__lte=today + SOON), area=area).select_related("child", "episode")
    found, missing = list(rows[:MOST]), [one for one in missing_children(request) if one.step.area == area]
    if not (found or missing):
        return Waiting(nothing=_NOT_NAMED if not_named(request.user, request.held.school_id) else "")
    if found:
        read_many(request, found[:SHOWN], purpose="first page")
    return Waiting(
        (*map(_missing, missing), *(_thing(one, today) for one in found[:SHOWN])),
        len(missing) + len(found),
    )


def _thing(step: Step, today: date) -> Thing:
    return Thing(step.title, reverse("plan_step", args=[step.pk]), *_stands(step, today), about=_about(step))


def _missing(one: Missing) -> Thing:
    address = reverse("plan_step", args=[one.step.pk])
    return Thing(one.step.title, address, one.stands.says, one.stands.tone, _about(one.step))


def _about(step: Step) -> str:
    return " · ".join(filter(None, (step.child.full_name, step.child.class_name, step.episode.title)))


def _stands(step: Step, today: date) -> tuple[str, str]:
    """How far off it is, or how late; of what was booked for a day that has passed, that somebody has to say."""
    how = stand(step, today=today, on_roll=True)
    if how.is_late and step.late_after:
        return due(step.late_after, today)
    ahead = step.happens_on
    return due(ahead, today) if ahead and ahead >= today else (how.says, how.tone)


def _attendance(request: Request) -> Waiting:
    """How many children are severely or persistently absent, and that no file reaches the last school days."""
    file = _file(request)
    absent = tuple(_absent(request)) if not not_named(request.user, request.held.school_id) else ()
    return Waiting((*absent, *file.things), len(absent) + file.number, file.nothing)


def _absent(request: Request) -> Iterator[Thing]:
    """Severe absence first; of how many children there is a plan. Three queries."""
    rows = visible(request, AttendanceDay).filter(school=request.held.school_id, child__left_on=None)
    found = sessions_of_children(rows, timezone.localdate())
    badges = standing_badges(visible(request, Designation).filter(school=request.held.school_id))
    planned = {*badges.values_list("child", flat=True)} if found else set()
    severe = {child for child, one in found.items() if one.is_severe}
    persistent = {child for child, one in found.items() if one.is_persistent} - severe
    where = f"{reverse('attendance')}#children"
    for title, some, tone in (("Severe absence", severe, "bad"), ("Persistent absence", persistent, "warn")):
        if some:
            about = f"{counted(len(some & planned), 'child', 'children')} with a plan or a status"
            yield Thing(title, where, counted(len(some), "child", "children"), tone, about)


def _file(request: Request) -> Waiting:
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
