"""What differs from the school's own system? For the page on which the office sees what to correct there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from children.facts import Home
from children.importing.differences import LABELS, NOT_SHOWN, Held, in_words, same_place
from children.importing.held_facts import (
    ADDRESS,
    ADULT,
    HOME_PARTS,
    NAME,
    NAME_PARTS,
    ON_ROLL,
    RESPONSIBILITY,
    UNLISTED,
    here,
)
from children.models import HeldFact, Household
from children.services.imports.comparing import load
from children.services.imports.sight import whole_list
from safeguarding.accounts.models import User
from safeguarding.audit.protection import known

_CORRECT = "Correct it in your system"
_ENTER = "Harbour has nothing: enter it here, or take it out of your system"


def differing(facts: QuerySet[HeldFact]) -> QuerySet[HeldFact]:
    """Those of which the list says something else than Harbour.

    Of what no list has said anything there is nothing to correct in it; of a child whom it does not name, that alone.
    """
    unlisted = HeldFact.objects.filter(child=OuterRef("child"), field=ON_ROLL, said=False)
    of_the_child = Q(contact=None) | Q(field__in=(ADULT, RESPONSIBILITY))
    said = facts.exclude(said="").exclude(field=ADULT, said__has_key=UNLISTED)
    return said.filter(Q(field=ON_ROLL) | ~of_the_child | ~Exists(unlisted))


@dataclass(frozen=True)
class Difference:
    """A fact with what Harbour has and what the list says, in words. `about` names the adult it is of, `todo` says what
    the office does about it.
    """

    fact: HeldFact
    label: str
    about: str
    ours: str
    theirs: str
    todo: str = _CORRECT


def differences_of(facts: Sequence[HeldFact], *, by: User) -> list[Difference]:
    """Each of these facts as a page shows it to `by`. An address that is confidential for any child is not among the
    words. To somebody from whom a home is hidden no address is: which of them were left out would tell of it.
    """
    held = load({fact.child_id for fact in facts})
    schools = {fact.school_id for fact in facts if fact.field == ADDRESS}
    withheld = None if schools and known("hidden_households", by.pk) else _withheld(schools)
    return [_difference(fact, held[fact.child_id], withheld) for fact in facts]


def _withheld(schools: Collection[UUID]) -> list[Household]:
    """The homes of these schools whose address is confidential for a child who lives there, hidden or not."""
    if not schools:
        return []
    with whole_list():
        homes = Household.objects.filter(
            school__in=schools, members__ends_on=None, members__child__detail__address_confidential=True
        )
        return list(homes.distinct())


def _difference(fact: HeldFact, held: Held, withheld: Sequence[Household] | None) -> Difference:
    """`withheld` are the homes whose address is not shown; None where none is."""
    about = fact.contact.full_name if fact.contact is not None and fact.field != NAME else ""
    if fact.field == ADULT:
        gone = "No longer on the record" if fact.contact_id else "Not on the record"
        return Difference(fact, "Adult", "", gone, _words(ADULT, fact.said))
    ours = here(held, (fact.field, str(fact.contact_id) if fact.contact_id else ""))
    todo = _todo(fact, ours)
    if fact.field == ADDRESS and (held.is_secret or withheld is None or _is_one_of(withheld, ours, fact.said)):
        return Difference(fact, LABELS[ADDRESS], about, ours and NOT_SHOWN, NOT_SHOWN, todo)
    theirs = _words(fact.field, fact.said, listed=True)
    return Difference(fact, LABELS[fact.field], about, _words(fact.field, ours), theirs, todo)


def _is_one_of(homes: Sequence[Household], *places: Any) -> bool:
    return any(same_place(home, Home(**place)) for place in places if place for home in homes)


def _todo(fact: HeldFact, ours: Any) -> str:
    if fact.field == ON_ROLL:
        return "Take the child off your list" if fact.said else "Add the child to your list"
    return _ENTER if ours in (None, "", [], {}) else _CORRECT


def _words(field: str, value: Any, *, listed: bool = False) -> str:
    if field == ON_ROLL and listed:
        return "On the list" if value else "Not on the list"
    if field == ON_ROLL:
        return "On roll" if value else "Has left"
    if field in (ADDRESS, NAME, ADULT):
        parts, between = (HOME_PARTS, ", ") if field == ADDRESS else (NAME_PARTS, " ")
        return between.join((value or {})[part] for part in parts if (value or {}).get(part))
    return in_words(field, value)
