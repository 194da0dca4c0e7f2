"""What went out with a referral, on its page and on that of its concern: the decision, or the form that records one."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from children.models import Child
from safeguarding.audit.reading import visible
from safeguarding.concerns.models import Agency, Concern, ConcernChild, How, Referral
from safeguarding.dates import clock
from safeguarding.http import Request
from sharing.events.models import SharingEvent
from sharing.events.permissions import may_share

M = SharingEvent.Method
# How a referral went, as a decision to share says it.
METHODS = {
    How.TELEPHONE: M.TELEPHONE,
    How.PORTAL: M.PORTAL,
    How.FORM: M.EMAIL,
    How.EMAIL: M.EMAIL,
    How.LETTER: M.PAPER,
}
# Which organisation of the address book an agency is, where it is one.
RECIPIENTS = {Agency.SOCIAL_CARE: "social_care", Agency.POLICE: "police", Agency.HEALTH: "health"}


def filled_in(concern: Concern | None, referral: Referral | None) -> dict[str, Any]:
    """What the form that begins a decision says already."""
    said: dict[str, Any] = {"concern": concern.pk if concern else None}
    if referral is None:
        return said
    return said | {
        "referral": referral.pk,
        "recipient": RECIPIENTS.get(Agency(referral.agency), ""),
        "person": referral.spoken_to,
        "asked": SharingEvent.Asked.OWN,
        "purpose": referral.told,
    }


def sent_as(referral: Referral | None) -> dict[str, Any]:
    """What the form that records the sending says already: as the referral was sent."""
    if referral is None:
        return {}
    here = timezone.localtime(referral.sent_at)
    return {
        "day": here.date(),
        "time": clock(here.time()),
        "method": METHODS.get(How(referral.method), ""),
        "person": referral.spoken_to,
    }


def of_referral(request: Request, referral: Referral) -> dict[str, Any] | None:
    """The decisions about it, and the children who have none yet. Nothing is in the way of the referral."""
    rows = visible(request, SharingEvent).filter(referral=referral)
    made = _made(rows)
    told = {one.child_id for one in made}
    to_share = [] if referral.status == Referral.Status.WITHDRAWN else _without(request, referral.concern_id, told)
    return {"made": made, "to_share": to_share} if made or to_share else None


def of_concern(request: Request, concern: Concern) -> dict[str, Any] | None:
    """The decisions that began with it or take something from it, and the children of a concern who may have one."""
    made = _made(visible(request, SharingEvent).filter(concerns__contains=[concern.pk]))
    to_share = _without(request, concern.pk, set())
    return {"made": made, "to_share": to_share} if made or to_share else None


def _made(rows: QuerySet[SharingEvent]) -> list[SharingEvent]:
    found = rows.exclude(status=SharingEvent.Status.DISCARDED).select_related("child", "recipient")
    return list(found.order_by("made_at", "pk"))


def _without(request: Request, concern_id: Any, told: set[Any]) -> list[Child]:
    """The children of a concern, but these, as far as the reader shares for them."""
    named = visible(request, ConcernChild).filter(concern=concern_id).exclude(child__in=told).exclude(child=None)
    children = visible(request, Child).filter(pk__in=named.values("child")).order_by("sort_name", "pk")
    return [child for child in children if may_share(request.user, child)]
