"""Who is a child's social worker, according to the school's own system?"""

from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from .models import Contact, ContactLink

_CALLED = "social worker"
IS_SOCIAL_WORKER = Q(relationship__iexact=_CALLED, ends_on=None)


def is_social_worker(link: ContactLink) -> bool:
    """Whether the school's own system calls this adult the child's social worker."""
    return link.relationship.casefold() == _CALLED


def social_workers_of_system(see: Callable[[Any], QuerySet[Any]], children: Collection[UUID]) -> dict[UUID, Contact]:
    """By child the adult who is rung first of those, as far as `see` shows them. Two queries."""
    links = see(ContactLink).filter(IS_SOCIAL_WORKER, child__in=children, corrected_at=None)
    of = {one.child_id: one.contact_id for one in links.order_by("-order", "-pk")}
    adults = see(Contact).in_bulk({*of.values()}) if of else {}
    return {child: adults[key] for child, key in of.items() if key in adults}
