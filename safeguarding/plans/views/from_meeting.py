"""A plan that begins because a meeting about a concern is one of its dates: with which words does its form open?"""

from typing import Any
from uuid import UUID

from django.utils import timezone

from children.models import Child
from safeguarding.audit.reading import visible
from safeguarding.concerns.models import Agency, Meeting, Referral
from safeguarding.http import Request
from safeguarding.plans.meetings import PlansOfChildren
from safeguarding.plans.services import meetings

from .from_referral import SCHOOLS


def meeting_of(request: Request, child: Child, kind: str, meeting_id: UUID | None) -> Meeting | None:
    """The meeting, where plans of this kind begin with it and the reader may write it into the plan of this child."""
    if meeting_id is None:
        return None
    found = visible(request, Meeting).filter(pk=meeting_id).select_related("concern").first()
    takes = meetings.takes_of(found) if found else None
    if found is None or takes is None or takes.begins != kind:
        return None
    offered = PlansOfChildren().children(request.user, found.concern)
    return found if child in [one.child for one in offered if not one.part] else None


def words_of(request: Request, meeting: Meeting, kind: str) -> dict[str, Any]:
    """What is known from it. A child in need is recorded from the day of the referral to social care, where one was
    made from this concern, else from the day of the meeting.
    """
    first: dict[str, Any] = {"meeting": meeting.pk, "known_by": "meeting"}
    if kind != "child_in_need":
        return first
    made = visible(request, Referral).filter(concern=meeting.concern_id, agency=Agency.SOCIAL_CARE)
    sent = made.exclude(status=Referral.Status.WITHDRAWN).order_by("-sent_at", "-pk").first()
    day = timezone.localdate(sent.sent_at) if sent else meetings.day_and_time(meeting)[0]
    return first | {
        "starts_on": min(day, timezone.localdate()),
        "referred_by": SCHOOLS,
        "reference": sent.their_reference if sent else "",
    }
