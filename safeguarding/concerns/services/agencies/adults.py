"""Which adults are on the records of the children in a concern, and what binds each of them today?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet

from children.models import Contact, ContactLink, ContactRestriction
from children.people import Person
from safeguarding.concerns.models import Concern, ConcernChild

See = Callable[[type[Model]], QuerySet[Any]]


@dataclass(frozen=True)
class Adults:
    """Adults by child, in the order in which they are rung; all orders and agreements in force; and whom they bind."""

    of_child: list[tuple[str, list[Person]]]
    orders: list[ContactRestriction]

    @property
    def bound(self) -> set[UUID]:
        return {order.contact_id for order in self.orders if order.contact_id}


def adults_of(concern: Concern, see: See, *, today: date) -> Adults:
    """What `see` shows of the adults around the children whom somebody is worried about: four queries."""
    named = see(ConcernChild).filter(
        concern=concern, child__isnull=False, role__in=(ConcernChild.Role.WORRIED_ABOUT, ConcernChild.Role.MAY_HAVE_CAUSED_HARM)
    )  # fmt: skip
    children = {one.child_id: one.child for one in named.select_related("child").order_by("added_at", "pk")}
    links = see(ContactLink).filter(child__in=children, ends_on=None, contact__in=see(Contact))
    orders = [order for order in see(ContactRestriction).filter(child__in=children) if order.in_force(today)]
    people: dict[UUID, list[Person]] = {key: [] for key in children}
    shown: dict[UUID, Contact] = {}
    for link in links.select_related("contact").order_by("order", "pk"):
        bound = [order for order in orders if order.contact_id == link.contact_id and order.child_id == link.child_id]
        people[link.child_id].append(Person(link.contact, link, orders=bound))
        shown[link.contact_id] = link.contact
    for order in orders:
        # Somebody whom the reader does not see is not named.
        order.contact = shown.get(order.contact_id)  # type: ignore[arg-type]
        order.child = children[order.child_id]
    return Adults([(children[key].full_name, found) for key, found in people.items()], orders)
