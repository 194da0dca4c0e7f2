"""What differs from the school's own system? For the page on which the office sees what to correct there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from children.importing.differences import LABELS, Held, in_words
from children.importing.held_facts import ADDRESS, ADULT, HOME_PARTS, NAME, NAME_PARTS, ON_ROLL, here
from children.models import HeldFact
from children.services.imports.comparing import load

# Of what no list has said anything there is nothing to correct in it, but that it does not name the child.
SHOWN = Q(field=ON_ROLL) | ~Q(said="")
_NOT_SHOWN = "an address that is not shown"


@dataclass(frozen=True)
class Difference:
    """A fact with what Harbour has and what the list says, in words. `about` names the adult it is of."""

    fact: HeldFact
    label: str
    about: str
    ours: str
    theirs: str


def differences_of(facts: Sequence[HeldFact]) -> list[Difference]:
    """Each of these facts as a page shows it. A confidential address is not among the words."""
    held = load({fact.child_id for fact in facts})
    return [_difference(fact, held[fact.child_id]) for fact in facts]


def _difference(fact: HeldFact, held: Held) -> Difference:
    about = fact.contact.full_name if fact.contact is not None and fact.field != NAME else ""
    if fact.field == ADDRESS and held.is_secret:
        return Difference(fact, LABELS[ADDRESS], about, _NOT_SHOWN, _NOT_SHOWN)
    if fact.field == ADULT:
        gone = "No longer on the record" if fact.contact_id else "Not on the record"
        return Difference(fact, "Adult", "", gone, _words(ADULT, fact.said))
    ours = here(held, (fact.field, str(fact.contact_id) if fact.contact_id else ""))
    theirs = _words(fact.field, fact.said, listed=True)
    return Difference(fact, LABELS[fact.field], about, _words(fact.field, ours), theirs)


def _words(field: str, value: Any, *, listed: bool = False) -> str:
    if field == ON_ROLL and listed:
        return "On the list" if value else "Not on the list"
    if field == ON_ROLL:
        return "On roll" if value else "Has left"
    if field in (ADDRESS, NAME, ADULT):
        parts, between = (HOME_PARTS, ", ") if field == ADDRESS else (NAME_PARTS, " ")
        return between.join((value or {})[part] for part in parts if (value or {}).get(part))
    return in_words(field, value)
