"""Who is told of a date of a plan? Its owner, else who keeps the area, with the leads before it happens; when it is
late the leads where there is neither.

Work of the worker.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import people_with
from safeguarding.accounts.services import leads_on_duty, settle_notices, tell
from safeguarding.audit.context import system_task
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import who_sees
from safeguarding.audit.services import record
from safeguarding.beforehand import furthest, is_to_tell, moment_of
from safeguarding.concerns.services.meetings_ahead import told_of
from safeguarding.concerns.services.reminding import AT_ONCE, FROM
from safeguarding.plans.capabilities import PlanCapability
from safeguarding.plans.models import Step
from safeguarding.plans.notice_kinds import PlanNotice

from . import work


@system_task("plan dates")
def tell_of_dates(*, at: datetime | None = None) -> int:
    """Tell of every date that is to come, on the last school day before it (`safeguarding/beforehand.py`), and of every
    date that is late.

    Once for each day and time that was agreed: one that was counted again or booked anew is told again. Returns how
    many times somebody was told.
    """
    here = timezone.localtime(at or timezone.now())
    if here.time() < FROM:
        return 0
    calendars = SchoolCalendar.of_many([*School.objects.values_list("pk", flat=True)])
    told = 0
    for step in _coming(here, calendars):
        if told < AT_ONCE:
            # As it is now: another worker may have told of it since.
            told += sum(_tell_before(one, here, calendars) for one in _locked(Step.objects.filter(pk=step.pk)))
    for step in _locked(_late(here.date())):
        if told < AT_ONCE:
            told += _tell_late(step, here)
    return told


def settle(steps: Iterable[UUID], *, by: User, at: datetime) -> None:
    """These dates ask for nothing any more: they were held or set aside, or their plan was entered in error."""
    for key in steps:
        settle_notices(object_id=key, kinds=[*PlanNotice], by=by, at=at)


def settle_moved(step: Step, *, by: User, at: datetime) -> None:
    """It has another day, another time or another owner: what people were told of it before is true no more."""
    settle_notices(object_id=step.pk, kinds=[PlanNotice.DATE_DUE], by=by, at=at)


def _locked(steps: QuerySet[Step]) -> QuerySet[Step]:
    return steps.select_related("owner").select_for_update(skip_locked=True, of=("self",))


def _coming(at: datetime, calendars: Mapping[UUID, SchoolCalendar]) -> list[Step]:
    """What is to be told now of what is to come. None of it is locked: nobody who books it waits."""
    rows = work.by_day(work.waiting(Step.objects.all())).exclude(waits_for_review=True, booked_on=None)
    near = rows.filter(day__gte=at.date(), day__lte=furthest(calendars.values(), at.date()))
    return [step for step in near if _is_to_tell(step, at, calendars)]


def _late(today: date) -> QuerySet[Step]:
    """What has passed, and nobody was told of that day."""
    rows = work.since_when(work.waiting(Step.objects.all())).filter(work.past(today))
    return rows.filter(Q(told_late_for=None) | ~Q(told_late_for=F("late_on"))).order_by("late_on", "pk")


def _moment(step: Step) -> datetime | None:
    day = step.happens_on
    return moment_of(day, step.booked_time if step.booked_on else None) if day else None


def _is_to_tell(step: Step, at: datetime, calendars: Mapping[UUID, SchoolCalendar]) -> bool:
    moment, calendar = _moment(step), calendars[step.school_id]
    return moment is not None and is_to_tell(moment, at, calendar, told_for=step.told_for, told_on=step.told_on)


def _tell_before(step: Step, at: datetime, calendars: Mapping[UUID, SchoolCalendar]) -> int:
    if not _is_to_tell(step, at, calendars):
        return 0
    people = _recipients(step, at.date(), together=True)
    if not people:
        return 0
    step.told_for, step.told_on = _moment(step), at.date()
    told = _told_of_the_meeting(step, at.date())
    _tell(step, [one for one in people if one.pk not in told], PlanNotice.DATE_DUE, at, "told_for", "told_on")
    return len(people) - len({one.pk for one in people} & told)


def _told_of_the_meeting(step: Step, today: date) -> set[UUID]:
    """Who is told of the meeting about a concern that the step is: once, however many children it is about."""
    return {one.pk for one in told_of(step.meeting, today)} if step.meeting else set()


def _tell_late(step: Step, at: datetime) -> int:
    people = _recipients(step, at.date(), together=False)
    if people:
        step.told_late_for = step.late_after
        _tell(step, people, PlanNotice.DATE_LATE, at, "told_late_for")
    # Of nobody it stays to be told, once there is somebody: a lead who is back, a plan that was no error.
    return len(people)


def _tell(step: Step, people: list[User], kind: PlanNotice, at: datetime, *changed: str) -> None:
    step.save(update_fields=[*changed])
    record(Verb.ASK, step, purpose="reminder")
    tell(people=people, school_id=step.school_id, kind=kind, object_type="plan_step", object_id=step.pk, at=at)


def _recipients(step: Step, today: date, *, together: bool) -> list[User]:
    """Those who are told of it, if they may see it: its owner; where there is none, who keeps plans of the area and is
    no lead (the designated teacher, the SENCO). `together` with them the leads on duty, else these where there is
    nobody.

    Where no lead may see it, those who stand in; and where there are none, everybody who keeps plans of the area, away
    or not, and the Headteacher.
    """
    owner = [step.owner] if step.owner else []
    leads = leads_on_duty(step.school_id, on=today)
    others = list(people_with(PlanCapability.STAND_IN_PLANS, step.school_id, today))
    keepers = list(people_with(PlanCapability(f"keep_{step.area}"), step.school_id, today))
    anybody = [*keepers, *others]
    seen = who_sees(step, [person.pk for person in (*owner, *leads, *anybody)])
    standing_in = [person for person in others if "standing_in" in seen.get(person.pk, ())]
    # Leads keep plans of every area: those who are there for this one are told first.
    decide = {person.pk for person in people_with(PlanCapability.KEEP_PROTECTION, step.school_id, today)}
    own = owner if any(person.pk in seen for person in owner) else [one for one in keepers if one.pk not in decide]
    first = [[*dict.fromkeys([*own, *leads])]] if together else [own, leads]
    for people in (*first, standing_in, [*dict.fromkeys(anybody)]):
        if told := [person for person in people if person.pk in seen]:
            return told
    return []
