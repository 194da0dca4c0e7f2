"""What stands in the way of something that is to go outside? An address that nobody may be told, and an order.

Neither is quoted. Two people may let it go all the same (`lifting.py`): exactly what stood in the way when they were
asked, and nothing that came later.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from safeguarding.audit.by_keys import Asks
from safeguarding.exceptions import BadInput
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
    homes = _fact("sharing_homes_told(%s, %s::uuid[], %s)", me, list(children), text)
    takes = (event.child_id, event.for_adult_id, event.person, today)
    orders = _fact("sharing_binding(%s, %s, %s, %s, %s)", me, *takes)
    found = [Bar(_key("address", homes), ADDRESS)] if homes else []
    if files and _fact("sharing_confidential(%s, %s::uuid[])", me, list(children)):
        found.append(Bar(_key("documents", sorted(files)), DOCUMENTS))
    return [*found, Bar(_key("order", orders), ORDER)] if orders else found


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


def _key(what: str, keys: Collection[UUID]) -> str:
    return hashlib.sha256("|".join([what, *map(str, keys)]).encode()).hexdigest()
