"""In whose plans is a meeting about a concern a date? Beside its page; and on Today those that wait to be put in."""

from typing import Any

from django.db.models import Exists, OuterRef

from safeguarding.accounts.permissions import may
from safeguarding.accounts.roles import Capability
from safeguarding.audit.reading import read_many, visible
from safeguarding.concerns.models import ConcernChild, Meeting
from safeguarding.http import Request
from safeguarding.plans.capabilities import PlanCapability as C
from safeguarding.plans.kinds import EPISODES
from safeguarding.plans.meetings import OfChild, PlansOfChildren, in_concern, who_does_both
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.services import meetings

P = Meeting.InPlans
# As many as are named beside Today; more than a school has.
SHOWN, MOST = 3, 50


def in_plans(request: Request, meeting: Meeting) -> dict[str, Any] | None:
    """The children of the concern with the step that the meeting is in their plan, as far as the reader sees it;
    nothing for a meeting that is a date of no plan. Who may write them is told what is left to do, others who can.
    """
    if (takes := meetings.takes_of(meeting)) is None or not (about := in_concern(request.user, meeting.concern_id)):
        return None
    kept = [one.child for one in PlansOfChildren().children(request.user, meeting.concern)]
    rows = visible(request, Step).filter(meeting=meeting, met_for__isnull=False).select_related("episode")
    steps = {step.child_id: step for step in rows.order_by("-pk")}
    begins = EPISODES[takes.begins] if meeting.state != Meeting.State.CALLED_OFF else None
    plans = meetings.open_plans([child.pk for child in kept], takes)
    waits = meeting.in_plans == P.WAITS
    reads = may(request.user, C.VIEW_PROTECTION, meeting.school_id)
    found = [
        OfChild(child, steps.get(child.pk), begins if child in kept and child.pk not in plans and not part else None)
        for child, part in ((one.child, one.part) for one in about)
        # Whom the concern is not about stands here with a plan that has such a date.
        if child.pk in steps or (child in kept and (not part or child.pk in plans)) or (reads and not part)
    ]
    if not found and not waits:
        return None
    return {
        "children": found,
        "waits": waits,
        "keeps": bool(kept),
        "others": [] if kept or not waits else who_does_both(meeting),
    }


def does_both(request: Request) -> bool:
    """Who decides on concerns and keeps plans by their roles at the school."""
    user, school_id = request.user, request.held.school_id
    return may(user, Capability.DECIDE_CONCERNS, school_id) and may(user, C.KEEP_PROTECTION, school_id)


def lines(request: Request) -> dict[str, Any] | None:
    """Meetings that are dates of plans, and whose plans do not say yet what they say; no lines where there is none."""
    about = meetings.discussed(visible(request, ConcernChild), visible(request, Episode))
    rows = visible(request, Meeting).filter(
        Exists(about.filter(concern=OuterRef("concern"))), school_id=request.held.school_id, in_plans=P.WAITS
    )
    found = list(rows.select_related("concern").order_by("held_at", "pk")[:MOST])
    if not found:
        return None
    read_many(request, found[:SHOWN], purpose="meetings for the plans")
    return {"meetings": found[:SHOWN], "number": len(found), "hot": True}
