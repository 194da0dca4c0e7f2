"""Who is told of a date of a plan? Its owner, the day before and when it is late; else the leads.

Of what an authority or health services should have held, leads are told once it is late. Work of the worker.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import people_with
from safeguarding.accounts.services import leads_on_duty, settle_notices, tell
from safeguarding.audit.context import system_task
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import who_sees
from safeguarding.audit.services import record
from safeguarding.concerns.services.reminding import AT_ONCE, FROM
from safeguarding.plans.capabilities import PlanCapability
from safeguarding.plans.kinds import Duty
from safeguarding.plans.models import Step
from safeguarding.plans.notice_kinds import PlanNotice

from . import work


@system_task("plan dates")
def tell_of_dates(*, at: datetime | None = None) -> int:
    """Tell of the school's own duties that are due by tomorrow, and of every date that is late. What no rule gives a
    day is told by the day for which it is booked.

    Once for each day that was agreed: one that was counted again is told again. Returns how many times somebody was
    told.
    """
    here = timezone.localtime(at or timezone.now())
    if here.time() < FROM:
        return 0
    today = here.date()
    soon = Q(duty=Duty.SCHOOL, day__gte=today, day__lte=today + timedelta(days=1))
    soon &= Q(told_due_for=None) | ~Q(told_due_for=F("day"))
    late = Q(day__lt=today) & (Q(told_late_for=None) | ~Q(told_late_for=F("day")))
    due = work.by_day(work.waiting(Step.objects.all())).filter(soon | late).select_related("owner")
    told = 0
    for step in due.select_for_update(skip_locked=True, of=("self",)):
        told += _tell(step, today, here)
        if told >= AT_ONCE:
            break
    return told


def settle(steps: Iterable[UUID], *, by: User, at: datetime) -> None:
    """These dates ask for nothing any more: they were held or set aside, or their plan was entered in error."""
    for key in steps:
        settle_notices(object_id=key, kinds=[*PlanNotice], by=by, at=at)


def _tell(step: Step, today: date, at: datetime) -> int:
    people = _recipients(step, today)
    if not people:
        # It stays to be told, once there is somebody: a lead who is back, a plan that was no error.
        return 0
    day = step.due_on or step.booked_on
    is_late = day is not None and day < today
    step.told_due_for = day
    if is_late:
        step.told_late_for = day
    step.save(update_fields=["told_due_for", "told_late_for"])
    record(Verb.ASK, step, purpose="reminder")
    tell(
        people=people,
        school_id=step.school_id,
        kind=PlanNotice.DATE_LATE if is_late else PlanNotice.DATE_DUE,
        object_type="plan_step",
        object_id=step.pk,
        at=at,
    )
    return len(people)


def _recipients(step: Step, today: date) -> list[User]:
    """Those who are told of it, if they may see it. Where no lead may, those who stand in; and where there are none,
    everybody who keeps plans of the area, away or not, and the Headteacher.
    """
    owner = [step.owner] if step.owner and step.duty == Duty.SCHOOL else []
    leads = leads_on_duty(step.school_id, on=today)
    others = list(people_with(PlanCapability.STAND_IN_PLANS, step.school_id, today))
    anybody = [*people_with(PlanCapability(f"keep_{step.area}"), step.school_id, today), *others]
    seen = who_sees(step, [person.pk for person in (*owner, *leads, *anybody)])
    standing_in = [person for person in others if "standing_in" in seen.get(person.pk, ())]
    for people in (owner, leads, standing_in, [*dict.fromkeys(anybody)]):
        if told := [person for person in people if person.pk in seen]:
            return told
    return []
