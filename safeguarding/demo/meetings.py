"""Which meetings about concerns of the demo school are dates of plans too?

A core group that is to come, called from a concern about a child with a child protection plan; and a strategy
discussion that was held, of which no enquiry came. By the services that the page of a meeting calls.
"""

from datetime import datetime, time, timedelta
from typing import Any

from safeguarding.accounts.calendar import LONDON
from safeguarding.audit.context import Acting, acting
from safeguarding.concerns.models import Concern, ConcernChild, Meeting
from safeguarding.concerns.services.meeting import Called, call_meeting
from safeguarding.concerns.services.meeting_days import hold_meeting
from safeguarding.demo.ground import Ground
from safeguarding.demo.keys import Keys
from safeguarding.plans.models import Episode, Step

_LEAD = "S02"
_WITH = "Casey Fennimore, social worker"


def lay_meetings(ground: Ground, keys: Keys) -> None:
    """Both. Of a core group that is booked the day stays."""
    lead = ground.users[_LEAD]
    booked = Step.objects.filter(kind="core_group", status=Step.Status.WAITING, booked_on__gt=ground.now.date())
    with acting(Acting(user_id=lead.pk, school_id=ground.school_id)):
        for step in booked.select_related("child").order_by("pk"):
            if concern := _concern_about(step.child):
                at = datetime.combine(step.booked_on, step.booked_time or time(14), LONDON)
                _call(concern, "core_group", at, step.child, ground, keys)
                break
        plans = Episode.objects.filter(kind__in=("child_in_need", "child_protection"), status=Episode.Status.OPEN)
        for plan in plans.select_related("child").order_by("kind", "pk"):
            if concern := _concern_about(plan.child):
                at = _school_day_before(ground)
                met = _call(concern, "strategy", at, plan.child, ground, keys)
                results = {plan.child_id: "assessment"}
                hold_meeting(meeting=met, seen=at, held_at=at, results=results, by=lead, at=ground.now)
                break


def _concern_about(child: Any) -> Concern | None:
    """One that is decided, and open to every lead."""
    named = ConcernChild.objects.filter(child=child, role=ConcernChild.Role.WORRIED_ABOUT).values("concern")
    concerns = Concern.objects.filter(pk__in=named, status=Concern.Status.DECIDED, restricted_at=None, in_error="")
    return concerns.order_by("-logged_at", "pk").first()


def _school_day_before(ground: Ground) -> datetime:
    day = ground.now.date() - timedelta(days=1)
    while day.weekday() > 4:
        day -= timedelta(days=1)
    return datetime.combine(day, time(11), LONDON)


def _call(concern: Concern, kind: str, at: datetime, child: Any, ground: Ground, keys: Keys) -> Meeting:
    lead = ground.users[_LEAD]
    called = Called(kind=kind, held_at=at, place="Family centre, room 2", others=_WITH)
    return call_meeting(
        concern=concern, token=keys.token(), called=called, staff=[lead], children=[child], by=lead, at=ground.now
    )
