"""By the rows of which models has an organisation received something, and what is it called where anybody may read it?

An organisation of the place is named; any other by its kind: its name can say where a family has moved, or what it
needed. Each app that sends something out says how its rows are told.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from uuid import UUID

from django.db.models import Model

from .models import SHARED, Recipient, SharingEvent

# The rows of a model with these keys, told as the organisations that received something by them.
Recipients = Callable[[Collection[UUID]], Iterable[str]]
_recipients: dict[str, Recipients] = {}
# Of these kinds a name says nothing about a family: they are the services of the place.
_NAMED = frozenset({"dfe", "support", "health"})
_OF_THE_PLACE = frozenset({"authority", "social_care", "police", "officer"})


def recipients_with(model: type[Model], told: Recipients) -> None:
    """Say who received something by the rows of a model."""
    _recipients[model._meta.label_lower] = told


def recipients_of(sources: Sequence[tuple[str, UUID | None]]) -> tuple[str, ...]:
    """Who received something, by records as labels of their models and keys."""
    keys: defaultdict[str, list[UUID]] = defaultdict(list)
    for label, key in sources:
        if label in _recipients and key is not None:
            keys[label].append(key)
    return tuple(sorted({said for label, some in keys.items() for said in _recipients[label](some)}))


def said(recipient: Recipient) -> str:
    """Stockport school nursing; School or education setting."""
    named = recipient.kind in _NAMED or (recipient.kind in _OF_THE_PLACE and recipient.code)
    return recipient.name if named else recipient.get_kind_display()


def _of_shares(keys: Collection[UUID]) -> Iterable[str]:
    rows = SharingEvent.objects.filter(pk__in=keys, status__in=SHARED).values_list("recipient", flat=True)
    return [said(one) for one in Recipient.objects.filter(pk__in=[key for key in rows if key])]


recipients_with(SharingEvent, _of_shares)
