"""What stands in the way of something that is to go outside? An address that nobody may be told, and an order.

Neither is quoted. Two people may let it go all the same (`lifting.py`): exactly what stood in the way when they were
asked, and nothing that came later.
"""

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from children.models import ChildDetail, Household, HouseholdMember
from safeguarding.audit.by_keys import Asks
from safeguarding.audit.reading import visible
from safeguarding.exceptions import BadInput
from safeguarding.letters import normal
from sharing.events.models import SharingEvent

ADDRESS = (
    "The pages hold an address that nobody outside may be told. Take it out or choose other records, else a second "
    "person has to let it go"
)
DOCUMENTS = (
    "Documents go along, and there is an address that nobody outside may be told. Harbour does not read what is in "
    "them: look into each. Leave them out, else a second person has to let them go"
)
ORDER = (
    "An order or agreement about this child binds the adult that this is for. A second person has to let it go before "
    "anything goes out"
)

_SHORTEST = 5
_LINE = 8


@dataclass(frozen=True)
class Bar:
    """Something that stands in the way. `key` is another one for another address, or another order."""

    key: str
    sentence: str


def bars_of(
    asks: Asks, event: SharingEvent, text: str, children: Collection[UUID], *, today: date, files: Collection[UUID] = ()
) -> list[Bar]:
    """What stands in the way of this text, whoever asks: a home or an order counts that they may not see. `children`
    are those who have to do with it: the child itself, and others of the pack. `files` are documents that go along:
    nobody but a person reads what is in them.
    """
    me = asks.user.pk
    homes = homes_told(asks, text, children)
    takes = (event.child_id, event.for_adult_id, event.person, today)
    orders = _fact("sharing_binding(%s, %s, %s, %s, %s)", me, *takes)
    found = [Bar(_key("address", homes), ADDRESS)] if homes else []
    if files and _fact("sharing_confidential(%s, %s::uuid[])", me, list(children)):
        found.append(Bar(_key("documents", sorted(files)), DOCUMENTS))
    return [*found, Bar(_key("order", orders), ORDER)] if orders else found


def homes_told(asks: Asks, text: str, children: Collection[UUID]) -> list[UUID]:
    """The homes of these children that nobody may be told of, where this text says which: also those out of sight."""
    return _fact("sharing_homes_told(%s, %s::uuid[], %s)", asks.user.pk, list(children), text)


def _fact(asked: str, *values: Any) -> list[UUID]:
    """The keys that a fact of the database gives, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT rules.{asked}", values)
        return sorted(cursor.fetchone()[0])


def standing_bars(event: SharingEvent, bars: Collection[Bar]) -> list[Bar]:
    """Those that nobody has lifted."""
    lifted = set(event.lift_of) if event.lifted_at else set()
    return [one for one in bars if one.key not in lifted]


def ensure_nothing_bars(event: SharingEvent, bars: Collection[Bar]) -> None:
    """Raise `BadInput` with the first sentence."""
    for one in standing_bars(event, bars):
        raise BadInput(f"{one.sentence}.")


def secret_homes(asks: Asks, children: Collection[UUID]) -> list[Household]:
    """Homes, now or before, of these children in which somebody lives or lived whose address is confidential, as far
    as who asks may see it.
    """
    homes = visible(asks, HouseholdMember).filter(child__in=children)
    living = visible(asks, HouseholdMember).filter(household__in=homes.values("household"))
    details = visible(asks, ChildDetail).filter(child__in=living.values("child"), address_confidential=True)
    members = living.filter(child__in=details.values("child"))
    return list(visible(asks, Household).filter(pk__in=members.values("household")).order_by("pk"))


def address_parts(home: Household) -> list[str]:
    """What tells where a home is, in letters and figures alone: the whole address, a part of it with a number, its
    postcode.
    """
    said = re.split(r"[\n,]", home.address)
    lines = [line for part in said if len(line := _plain(part)) >= _LINE and re.search(r"\d", line)]
    return [part for part in (*lines, _plain(home.address), _plain(home.postcode)) if len(part) >= _SHORTEST]


def _plain(text: str) -> str:
    """Letters and figures alone, so that two spellings of an address are one."""
    return "".join(one for one in normal("NFKD", text).casefold() if one.isalnum())


def _key(what: str, keys: Collection[UUID]) -> str:
    return hashlib.sha256("|".join([what, *map(str, keys)]).encode()).hexdigest()
