"""Does an order on another child's record bind the adult who is being added? Said to who may read that order."""

from collections.abc import Collection
from uuid import UUID

from django.contrib import messages
from django.utils import timezone

from children.models import Child, ChildUpdate, ContactLink, ContactRestriction
from safeguarding.audit.reading import visible
from safeguarding.http import Request


def orders_on(request: Request, adults: Collection[UUID], *, but: Child) -> dict[UUID, list[str]]:
    """By the key of the adult what orders in force say on records of other children, in words."""
    today = timezone.localdate()
    rows = visible(request, ContactRestriction).filter(contact__in=adults, corrected_at=None).exclude(child=but)
    found: dict[UUID, list[str]] = {}
    for order in rows.select_related("child").order_by("pk"):
        if order.in_force(today):
            said = f"{order.get_kind_display()} on the record of {order.child.full_name}"
            found.setdefault(order.contact_id, []).append(said)  # type: ignore[arg-type]
    return found


def say_bound(request: Request, child: Child, update: ChildUpdate) -> None:
    """After an adult was added: the orders on other records that bind the adult, and that none is on this one yet."""
    if update.row_key is None:
        return
    link = visible(request, ContactLink).filter(pk=update.row_key).select_related("contact").first()
    if link is None:
        return
    for said in orders_on(request, [link.contact_id], but=child).get(link.contact_id, ()):
        words = f"{link.contact.full_name} is bound by an order: {said}. Record it here too if it holds for this child."
        messages.warning(request, words)
