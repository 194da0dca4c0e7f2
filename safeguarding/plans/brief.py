"""What of plans do people take to a meeting? Each plan with what waits in it and what it asks of the school, who works
with the child, the child's attendance in this school year; and what began, ended and was held.

Nothing of an adoption: the two pages go out of the school.
"""

from datetime import date, datetime
from functools import partial

from django.db.models import Q
from django.utils import timezone

from children.models import Child
from safeguarding.audit.reading import visible
from safeguarding.concerns.briefing import Block
from safeguarding.concerns.chronology import Marked
from safeguarding.dates import counted, full_day, school_year
from safeguarding.http import Request

from .attendance.counting import Day, Sessions, counted_up, year_title
from .decides import LABEL, who_decides
from .kinds import Area
from .models import AttendanceDay, Episode, Professional, Step
from .services import team, work
from .services.standing import Stands, standing

_WHERE = "Plans and status"
# Of which steps that were held the two pages tell, marked or not.
_TOLD = ("strategy_discussion", "initial_conference", "review_conference")
# More than two pages hold of anything.
_MOST = 40


def blocks(request: Request, child: Child, today: date) -> list[Block]:
    """The plans that are open with their dates, and the people, as far as the reader sees them."""
    plans = visible(request, Episode).exclude(area=Area.ADOPTION).filter(child=child, status=Episode.Status.OPEN)
    found = list(plans.order_by("starts_on", "pk")[:_MOST])
    who = _team(request, child)
    lines = [(plan.title, _about(plan)) for plan in found]
    if said := who_decides(request, child):
        lines.append((LABEL, said))
    if found:
        steps = visible(request, Step).filter(episode__in=[plan.pk for plan in found], status=Step.Status.WAITING)
        waits = work.by_day(steps.exclude(due_on=None, booked_on=None))[:_MOST]
        shown = [step for step in waits if not work.is_ahead(step, today)]
        missing = work.still_missing(visible(request, Step).filter(episode__in=[plan.pk for plan in found]))
        shown = [*missing.select_related("episode")[:_MOST], *shown]
        lines += [(step.title, _when(step, today, on_roll=child.is_on_roll)) for step in shown]
    return [
        block
        for block in (
            Block("Plans and their dates", lines, _WHERE),
            Block("What is asked of the school", _asked(found), _WHERE, in_sentences=True),
            Block("Who works with the child", [(one.name, _who(one)) for one in who], _WHERE, _has_social_worker(who)),
            Block("Attendance", _attendance(request, child, today), "Attendance"),
        )
        if block.lines
    ]


def _asked(plans: list[Episode]) -> list[tuple[str, str]]:
    """What each plan asks of the school."""
    return [(plan.title, plan.asked) for plan in plans if plan.asked]


def told_in_any_case(request: Request, child: Child, since: datetime, until: datetime) -> list[Marked]:
    """That a plan began or ended between two moments, and the conferences and strategy discussions that were held: as
    the chronology has them, which tells of no adoption.
    """
    first, last = timezone.localdate(since), timezone.localdate(until)
    plans = visible(request, Episode).exclude(area=Area.ADOPTION).filter(child=child)
    began_or_ended = plans.filter(Q(starts_on__range=(first, last)) | Q(ends_on__range=(first, last)))
    steps = visible(request, Step).exclude(area=Area.ADOPTION).filter(child=child, kind__in=_TOLD)
    held = steps.filter(held_on__range=(first, last))
    found = [("plan_met" if meeting else "plan_step", key) for key, meeting in held.values_list("pk", "meeting")]
    for key, begun, ended in began_or_ended.values_list("pk", "starts_on", "ends_on"):
        found += [("plan_begun", key)] if first <= begun <= last else []
        found += [("plan_ended", key)] if ended and first <= ended <= last else []
    return found


def _team(request: Request, child: Child) -> list[Professional]:
    """Who works with the child, the social worker first: of two, as after a merge, the newest alone."""
    found = [one for one in team.team_of(partial(visible, request), child.pk) if Area.ADOPTION not in one.areas]
    first = team.newest(found)
    others = [one for one in found if one.role != Professional.Role.SOCIAL_WORKER]
    return ([first, *others] if first else others)[:_MOST]


def _has_social_worker(people: list[Professional]) -> bool:
    return any(one.role == Professional.Role.SOCIAL_WORKER for one in people)


def _attendance(request: Request, child: Child, today: date) -> list[tuple[str, str]]:
    year = school_year(today)
    rows = visible(request, AttendanceDay).filter(child=child, on__gte=date(year, 9, 1), on__lte=today)
    sessions = counted_up(Day(*row) for row in rows.values_list("on", "am", "pm"))
    if not sessions.possible:
        return []
    lines = [(f"School year {year_title(year)}", f"{sessions.percent} of {counted(sessions.possible, 'session')}")]
    if sessions.missed:
        lines.append(("Missed", _missed(sessions)))
    if sessions.is_persistent:
        said = "half of what was possible or more" if sessions.is_severe else "a tenth of what was possible or more"
        lines.append(("Severe absence" if sessions.is_severe else "Persistent absence", said))
    return lines


def _missed(sessions: Sessions) -> str:
    return f"{sessions.authorised} with permission, {sessions.unauthorised} without"


def _about(plan: Episode) -> str:
    parts = (f"since {full_day(plan.stands_from)}", plan.authority_label, plan.in_words("latest_category"))
    return ", ".join(part for part in parts if part)


def _when(step: Step, today: date, *, on_roll: bool) -> str:
    how = standing(step, today=today, on_roll=on_roll)
    if how.how is Stands.STILL_MISSING:
        return f"{how.words[:1].lower()}{how.words[1:]}"
    due = f"due {full_day(step.due_on)}" if step.due_on else ""
    booked = f"booked for {full_day(step.booked_on)}" if step.booked_on else ""
    late = (
        "not yet recorded as held"
        if how.how is Stands.ASK
        else f"{how.words[:1].lower()}{how.words[1:]}"
        if how.is_late or how.how is Stands.AFTER_REVIEW
        else ""
    )
    return ", ".join(part for part in (due, booked, late) if part)


def _who(person: Professional) -> str:
    parts = (person.get_role_display(), person.organisation, person.telephone, person.email)
    return ", ".join(part for part in parts if part)
