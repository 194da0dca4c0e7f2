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
_ABOUT = (ConcernChild.Role.WORRIED_ABOUT, ConcernChild.Role.MAY_HAVE_CAUSED_HARM)


@dataclass(frozen=True)
class Adults:
    """Adults by child, in the order in which they are rung, and the orders and agreements in force that stand beside
    them.
    """

    of_child: list[tuple[str, list[Person]]]
    orders: list[ContactRestriction]

    @property
    def bound(self) -> set[UUID]:
        """The adults whom one binds, about whichever child of the concern."""
        return {order.contact_id for order in self.orders if order.contact_id}

    @property
    def by_key(self) -> dict[UUID, Person]:
        """Each adult once, as on the record of the child that was named first."""
        found: dict[UUID, Person] = {}
        for person in (person for _, people in self.of_child for person in people):
            found.setdefault(person.contact.pk, person)
        return found


def adults_of(concern: Concern, see: See, *, today: date) -> Adults:
    """What `see` shows of the adults around the children whom somebody is worried about, or who may have caused harm.

    Who of them is bound by an order about another child of the concern is bound here too. Three queries.
    """
    rows = see(ConcernChild).filter(concern=concern, child__isnull=False)
    named = list(rows.select_related("child").order_by("added_at", "pk"))
    children = {one.child_id: one.child for one in named}
    people: dict[UUID, list[Person]] = {one.child_id: [] for one in named if one.role in _ABOUT and one.child_id}
    links = see(ContactLink).filter(child__in=people, ends_on=None, contact__in=see(Contact))
    in_force = [order for order in see(ContactRestriction).filter(child__in=children) if order.in_force(today)]
    shown: dict[UUID, Contact] = {}
    for link in links.select_related("contact").order_by("order", "pk"):
        bound = [order for order in in_force if order.contact_id == link.contact_id]
        people[link.child_id].append(Person(link.contact, link, orders=bound))
        shown[link.contact_id] = link.contact
    orders = [order for order in in_force if order.child_id in people or order.contact_id in shown]
    for order in orders:
        # Somebody whom the reader does not see is not named.
        order.contact = shown.get(order.contact_id)  # type: ignore[arg-type]
        order.child = children[order.child_id]
    return Adults([(children[key].full_name, found) for key, found in people.items()], orders)
