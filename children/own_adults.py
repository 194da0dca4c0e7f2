"""Which adults does the record of a child know as its own? What is told of the child names them."""

from typing import Any

from django.db.models import Q, QuerySet

from safeguarding.audit.by_keys import Asks
from safeguarding.audit.reading import visible

from .models import Child, Contact, ContactLink, ContactRestriction, ParentalResponsibility

# Tried for an adult whose own is not known.
_TITLES = ("Mr", "Mrs", "Ms", "Miss", "Mx", "Dr")


def own_adults(asks: Asks, child: Child) -> list[Contact]:
    """Return the adults named by a link, an order or parental responsibility of the child, ended ones too, as far as
    the person asking may see them. A row that was corrected away names nobody.
    """
    named = Q()
    for model in (ContactLink, ParentalResponsibility, ContactRestriction):
        rows: QuerySet[Any] = visible(asks, model)
        named |= Q(pk__in=rows.filter(child=child.pk, corrected_at=None, contact__isnull=False).values("contact"))
    return list(visible(asks, Contact).filter(named).order_by("pk"))


def spellings(adult: Contact) -> list[str]:
    """Kerry Ashdown, Mrs Ashdown."""
    first = [adult.forename, *([adult.title] if adult.title else _TITLES)]
    return [f"{one} {adult.surname}" for one in first if one]
