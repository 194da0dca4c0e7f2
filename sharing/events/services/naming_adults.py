"""Is every adult named where what leaves the school tells of an order, or of parental responsibility?

Others must be warned of who is bound, so a page that tells of an order without saying whom it binds does not go out.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from children.models import Contact, ContactRestriction, ParentalResponsibility
from safeguarding.audit.by_keys import Asks
from safeguarding.audit.reading import visible
from safeguarding.letters import normal
from safeguarding.parts import Key

UNNAMED = (
    "An order or parental responsibility would go out without the name of its adult. Somebody who sees that adult on "
    "the record has to make it. If the name is not to go out, type it under words to take out, or leave the record out"
)
_TELL: dict[str, Any] = {one._meta.label_lower: one for one in (ContactRestriction, ParentalResponsibility)}


def unnamed(
    asks: Asks, adults: Iterable[Contact], told: Mapping[Key, str], is_taken_out: Callable[[str], bool]
) -> list[Key]:
    """The records that lack the name of their adult in what is told of them, unless somebody typed it to be taken out.
    One that names no adult lacks nothing.
    """
    names = {one.pk: normal("NFC", one.full_name) for one in adults}
    found = []
    for label, model in _TELL.items():
        keys = {key.key: key for key in told if key.label == label}
        rows = visible(asks, model).filter(pk__in=list(keys), contact__isnull=False) if keys else ()
        for row in rows:
            name = names.get(row.contact_id, "")
            if not name or (name not in told[keys[row.pk]] and not is_taken_out(name)):
                found.append(keys[row.pk])
    return found
