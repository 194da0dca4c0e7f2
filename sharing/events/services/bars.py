"""What stands in the way of something that is to go outside? An address that nobody may be told, and an order.

Neither is quoted. Two people may let it go all the same (`lifting.py`): exactly what stood in the way when they were
asked, and nothing that came later.
"""

import hashlib
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from children.models import ChildDetail, ContactRestriction, Household, HouseholdMember
from safeguarding.audit.by_keys import Asks
from safeguarding.audit.reading import visible
from safeguarding.exceptions import BadInput
from sharing.events.models import SharingEvent

ADDRESS = (
    "The pages hold an address that nobody outside may be told. Take it out or choose other records, else a second "
    "person has to let it go"
)
ORDER = (
    "An order or agreement about this child binds the adult that this is for. A second person has to let it go before "
    "anything goes out"
)
# A shorter part of an address is found in any text.
_SHORTEST = 5
# "Flat 12B" alone is one too.
_LINE = 8


@dataclass(frozen=True)
class Bar:
    """Something that stands in the way. `key` is another one for another address, or another order."""

    key: str
    sentence: str


def bars_of(asks: Asks, event: SharingEvent, text: str, children: Collection[UUID], *, today: date) -> list[Bar]:
    """What stands in the way of this text, as far as who asks may see it. `children` are those who have to do with
    it: the child itself, and others of the pack.
    """
    homes = _homes_told(asks, text, children)
    orders = _binding(asks, event, today)
    found = [Bar(_key("address", homes), ADDRESS)] if homes else []
    return [*found, Bar(_key("order", orders), ORDER)] if orders else found


def standing_bars(event: SharingEvent, bars: Collection[Bar]) -> list[Bar]:
    """Those that nobody has lifted."""
    lifted = set(event.lift_of) if event.lifted_at else set()
    return [one for one in bars if one.key not in lifted]


def ensure_nothing_bars(event: SharingEvent, bars: Collection[Bar]) -> None:
    """Raise `BadInput` with the first sentence."""
    for one in standing_bars(event, bars):
        raise BadInput(f"{one.sentence}.")


def _homes_told(asks: Asks, text: str, children: Collection[UUID]) -> list[UUID]:
    """Those of the homes that nobody outside may be told of where the text says which."""
    said = _plain(text)
    return [home.pk for home in secret_homes(asks, children) if any(part in said for part in address_parts(home))]


def secret_homes(asks: Asks, children: Collection[UUID]) -> list[Household]:
    """Homes, now or before, of children whose address is confidential, as far as who asks may see it."""
    details = visible(asks, ChildDetail).filter(child__in=children, address_confidential=True)
    members = visible(asks, HouseholdMember).filter(child__in=details.values("child"))
    return list(visible(asks, Household).filter(pk__in=members.values("household")).order_by("pk"))


def address_parts(home: Household) -> list[str]:
    """What tells where a home is, in letters and figures alone: the whole address, a line of it with a number, its
    postcode.
    """
    lines = [
        line for part in home.address.splitlines() if len(line := _plain(part)) >= _LINE and re.search(r"\d", line)
    ]
    return [part for part in (*lines, _plain(home.address), _plain(home.postcode)) if len(part) >= _SHORTEST]


def _binding(asks: Asks, event: SharingEvent, today: date) -> list[UUID]:
    """Orders and agreements in force about the child that bind the adult who asks through somebody, or takes it."""
    rows = visible(asks, ContactRestriction).filter(child=event.child_id, contact__isnull=False, starts_on__lte=today)
    takes = _plain(event.person)
    return [
        order.pk
        for order in rows.select_related("contact").order_by("pk")
        if order.in_force(today)
        and order.contact is not None
        and (
            order.contact_id == event.for_adult_id
            or (order.contact.forename and _plain(f"{order.contact.forename}{order.contact.surname}") in takes)
        )
    ]


def _plain(text: str) -> str:
    """Letters and figures alone, so that two spellings of an address are one."""
    return "".join(one for one in unicodedata.normalize("NFKD", text).casefold() if one.isalnum())


def _key(what: str, keys: Collection[UUID]) -> str:
    return hashlib.sha256("|".join([what, *map(str, keys)]).encode()).hexdigest()
