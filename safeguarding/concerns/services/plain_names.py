"""Which accounts in a child's file name another child plainly, and not by a mention?

Paper shows what people wrote as they wrote it, so the page before it says how many do. Names are found as `pointing`
finds them, of the other children in these concerns and of the family: a nickname, or a name spelt otherwise, is not.
"""

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from children.models import Child
from children.names.forms import pattern_of
from children.people import family
from safeguarding.audit.by_keys import Asked, Asks, ByKeys
from safeguarding.audit.reading import visible
from safeguarding.concerns.models import Account, BodyMapMark

from .apart import named_beside

_SAID = ("facts", "child_words", "presentation", "done_at_once", "place_detail", "others_present")


def _written(asked: Asked) -> object:
    return visible(asked, Account).filter(asked.of("concern_id")).only("concern_id", *_SAID)


_accounts = ByKeys[Account](_written)  # type: ignore[arg-type]
_marks = ByKeys[BodyMapMark](lambda asked: visible(asked, BodyMapMark).filter(asked.of("account_id")))


class _Names(NamedTuple):
    """What finds a name of another child, and the names of those whose file it is."""

    pattern: re.Pattern[str]
    own: frozenset[str]

    def stand_in(self, text: str) -> bool:
        return any(found[0].casefold() not in self.own for found in self.pattern.finditer(text))


def naming_others(asks: Asks, children: Sequence[Child], concerns: Collection[UUID]) -> list[UUID]:
    """Of these concerns, in their order, those in whose account another child is named than these `children`.

    Words are opened all together, however many there are.
    """
    names = _names_of(_others(asks, children, concerns), children)
    if names is None:
        return []
    accounts = _accounts(asks, concerns)
    notes: dict[UUID, list[str]] = {}
    for mark in _marks(asks, [account.pk for account in accounts]):
        notes.setdefault(mark.account_id, []).append(mark.note)
    found = {
        account.concern_id
        for account in accounts
        if any(
            names.stand_in(text) for text in (*(getattr(account, name) for name in _SAID), *notes.get(account.pk, ()))
        )
    }
    return [key for key in concerns if key in found]


def _others(asks: Asks, children: Sequence[Child], concerns: Collection[UUID]) -> list[Child]:
    own = {child.pk for child in children}
    keys = set[UUID]().union(*(named_beside(concerns, child) | family(asks, child) for child in children)) - own
    return list(visible(asks, Child).filter(pk__in=keys)) if keys else []


def _names_of(others: Sequence[Child], children: Sequence[Child]) -> _Names | None:
    """None where there is nobody else."""
    if not others:
        return None
    first, *_ = children
    pattern = re.compile("|".join(f"(?:{pattern_of(other, first).pattern})" for other in others))
    parts = ("forename", "surname", "known_forename", "known_surname", "full_name")
    return _Names(pattern, frozenset(getattr(child, part).casefold() for child in children for part in parts))
