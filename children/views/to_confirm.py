"""What protects a child and waits for somebody to confirm it? For Today of whoever decides, until it is confirmed."""

from typing import Any

from django.db.models import CharField, Value
from django.urls import reverse

from children.models import Child, ConfidentialAddress, ContactRestriction, ParentalResponsibility, Safeguard
from safeguarding.accounts.permissions import may
from safeguarding.accounts.roles import Capability
from safeguarding.audit.reading import read_many, visible
from safeguarding.http import Request

# As many as stand beside Today; the next follow as these are confirmed. And more than a school leaves waiting.
SHOWN, MOST = 5, 300
_CALLED: dict[type[Safeguard], str] = {
    ContactRestriction: "Order or agreement to confirm",
    ConfidentialAddress: "Confidential address to confirm",
    ParentalResponsibility: "Parental responsibility to confirm",
}


def confirms(request: Request) -> bool:
    """Whether the reader confirms what protects children of the school."""
    return may(request.user, Capability.DECIDE_CONCERNS, request.held.school_id)


def to_confirm(request: Request) -> dict[str, Any] | None:
    """What somebody has recorded, the oldest first. What a list says waits on the record of its child alone: nobody was
    asked to confirm it.
    """
    first, *rest = (
        visible(request, model)
        .filter(school=request.held.school_id, status=Safeguard.Status.RECORDED, recorded_by__isnull=False)
        .order_by()
        .values_list("recorded_at", "pk", "child_id", Value(called, CharField()))
        for model, called in _CALLED.items()
    )
    found = sorted(first.union(*rest, all=True)[:MOST])
    if not found:
        return None
    keys = [child for _, _, child, _ in found[:SHOWN]]
    cards = {
        one.pk: one for one in read_many(request, visible(request, Child).filter(pk__in=keys), purpose="to confirm")
    }
    shown = [
        (called, reverse("safeguard", args=[key]), cards[child])
        for _, key, child, called in found[:SHOWN]
        if child in cards
    ]
    return {"safeguards": shown, "number": len(found)}
