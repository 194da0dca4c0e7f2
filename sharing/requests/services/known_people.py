"""Whom do the school's lists know who may stand in copies: children, the adults of their families, staff, and homes of
which nobody outside may be told?
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from children.models import (
    Child,
    ChildDetail,
    Contact,
    ContactLink,
    ContactRestriction,
    Household,
    HouseholdMember,
    OtherName,
    ParentalResponsibility,
    Sibling,
)
from children.names.forms import Person
from children.names.normalise import plain
from safeguarding.accounts.services import who_ever_worked_at
from safeguarding.audit.protection import known_of
from safeguarding.concerns.models import ConcernChild
from sharing.requests.models import RequestItem, RequestPerson, RightsRequest

Kind = RequestPerson.Kind
# A part of an address that says less is no address.
_SHORTEST_LINE = 6


@dataclass(frozen=True)
class Listed:
    """Somebody of a list: what they are, the key of their row, and how they are called. `also`: the keys of further
    rows that are theirs.

    `far` is 0 where the record has to do with them, 1 in the same class, 2 in the same year, else 3: of several who
    are called the same, a forename means the nearest.
    """

    kind: str
    key: UUID
    person: Person
    far: int = 3
    also: tuple[UUID, ...] = ()

    @property
    def is_near(self) -> bool:
        return self.far == 0


def own_keys(case: RightsRequest) -> set[UUID]:
    """The keys of the child of the case: its own, and those of records that became part of it."""
    assert case.child_id is not None  # noqa: S101  (nothing is gathered without a child)
    return {case.child_id, *known_of("merged_from", case.child_id)}


def the_child(case: RightsRequest) -> list[Person]:
    """The child of the case, as each of its records calls it: a form that it shares is nobody else's."""
    keys = own_keys(case)
    others = _other_names(keys)
    return [_person(child, others) for child in Child.objects.filter(pk__in=keys).order_by("pk")]


def everybody(case: RightsRequest, items: Iterable[RequestItem]) -> list[Listed]:
    """Everybody of the lists of the school but the child of the case, in a fixed order: a few queries."""
    own = own_keys(case)
    near = _near(case, own, {item.concern_key for item in items if item.concern_key})
    found = [*_children(case, own, near), *_adults(case, near), *_staff(case)]
    return [one for one in found if one.person.full_name or one.person.others]


def _near(case: RightsRequest, own: Collection[UUID], concerns: Collection[UUID]) -> set[UUID]:
    """Keys of the children in the same concerns, brothers, sisters, and the adults of the child."""
    in_concerns = ConcernChild.objects.filter(concern__in=list(concerns), child__isnull=False)
    found = set(in_concerns.values_list("child_id", flat=True))
    for pair in (
        Sibling.objects.filter(first__in=own).values_list("second_id", flat=True),
        Sibling.objects.filter(second__in=own).values_list("first_id", flat=True),
    ):
        found |= set(pair)
    for model in (ContactLink, ParentalResponsibility, ContactRestriction):
        rows = model._default_manager.filter(child__in=own, contact__isnull=False)
        found |= set(rows.values_list("contact_id", flat=True))
    return found


def _children(case: RightsRequest, own: Collection[UUID], near: Collection[UUID]) -> Iterator[Listed]:
    """The children; a record that became part of another one gives that one its names."""
    cards = {card.pk: card for card in Child.objects.filter(school_id=case.school_id).exclude(pk__in=own)}
    others, mine = _other_names(cards), Child.objects.filter(pk=case.child_id).first()
    also: defaultdict[UUID, list[Child]] = defaultdict(list)
    for card in cards.values():
        if card.merged_into_id:
            also[_last(cards, card)].append(card)
    for card in sorted(cards.values(), key=lambda one: one.pk):
        if card.merged_into_id:
            continue
        person = _person(card, others)
        more = tuple(one.full_name for one in also[card.pk])
        is_near = any(key in near for key in (card.pk, *(one.pk for one in also[card.pk])))
        far = 0 if is_near else _far(mine, card)
        named = replace(person, others=(*person.others, *more))
        yield Listed(Kind.CHILD, card.pk, named, far, tuple(one.pk for one in also[card.pk]))


def _far(mine: Child | None, card: Child) -> int:
    if mine is not None and card.class_name and card.class_name == mine.class_name:
        return 1
    return 2 if mine is not None and card.year_group == mine.year_group else 3


def _last(cards: Mapping[UUID, Child], card: Child) -> UUID:
    """The record of which this one is a part in the end."""
    while card.merged_into_id and card.merged_into_id in cards:
        card = cards[card.merged_into_id]
    return card.merged_into_id or card.pk


def _adults(case: RightsRequest, near: Collection[UUID]) -> Iterator[Listed]:
    """The adults of the families. Who is on the list twice under one name is one person, unless the record has to do
    with both: an uncle may be called as the father is.
    """
    by_name: defaultdict[tuple[str, str], list[Contact]] = defaultdict(list)
    for adult in Contact.objects.filter(school_id=case.school_id).order_by("pk"):
        by_name[plain(adult.forename).casefold(), plain(adult.surname).casefold()].append(adult)
    for alike in by_name.values():
        own = [one for one in alike if one.pk in near]
        first, *others = own or alike[:1]
        further = tuple(one.pk for one in alike if one not in (first, *others))
        yield _adult(first, near, further)
        yield from (_adult(one, near) for one in others)


def _adult(adult: Contact, near: Collection[UUID], also: tuple[UUID, ...] = ()) -> Listed:
    person = Person(str(adult.pk), adult.forename.strip(), adult.surname.strip())
    return Listed(Kind.ADULT, adult.pk, person, 0 if adult.pk in near else 3, also)


def _staff(case: RightsRequest) -> Iterator[Listed]:
    """Whoever works or has worked there."""
    for user in sorted(who_ever_worked_at(case.school_id), key=lambda one: one.pk):
        yield Listed(Kind.STAFF, user.pk, Person(str(user.pk), user.first_name.strip(), user.last_name.strip()))


def _person(card: Child, others: Mapping[UUID, tuple[str, ...]]) -> Person:
    return Person(
        str(card.pk),
        card.forename,
        card.surname,
        card.known_forename,
        card.known_surname,
        others=others.get(card.pk, ()),
        pseudonym=card.pseudonym,
    )


def _other_names(children: Collection[UUID]) -> dict[UUID, tuple[str, ...]]:
    """Former names, nicknames, names in another script."""
    found: defaultdict[UUID, list[str]] = defaultdict(list)
    for row in OtherName.objects.filter(child__in=list(children)).order_by("pk"):
        if called := f"{row.forename} {row.surname}".strip():
            found[row.child_id].append(called)
    return {child: tuple(some) for child, some in found.items()}


# --- homes of which nobody outside may be told


def secret_homes(case: RightsRequest, others: Collection[UUID]) -> list[Listed]:
    """Homes, now or before, of the child and of these other children, in which somebody lives whose address is
    confidential; every home of the child where the case says that an address may not be given.
    """
    own = own_keys(case)
    of_child = set(HouseholdMember.objects.filter(child__in=own).values_list("household_id", flat=True))
    all_of = {*own, *others}
    homes = set(HouseholdMember.objects.filter(child__in=all_of).values_list("household_id", flat=True))
    secret = ChildDetail.objects.filter(address_confidential=True).values("child_id")
    members = HouseholdMember.objects.filter(household__in=homes, child__in=secret)
    wanted = set(members.values_list("household_id", flat=True))
    if case.address_is_confidential == RightsRequest.Answer.YES:
        wanted |= of_child
    rows = Household.objects.filter(pk__in=wanted).order_by("pk")
    return [Listed(Kind.ADDRESS, home.pk, Person(str(home.pk), phrases=_phrases(home))) for home in rows]


def _phrases(home: Household) -> tuple[str, ...]:
    """What tells where a home is: the address, each line of it with a number, the first line, the postcode."""
    lines = [part.strip() for line in home.address.splitlines() for part in line.split(",") if part.strip()]
    telling = [
        line
        for place, line in enumerate(lines)
        if len(line) >= _SHORTEST_LINE and (place == 0 or any(letter.isdigit() for letter in line))
    ]
    return tuple(dict.fromkeys(filter(None, (", ".join(lines), *telling, home.postcode.strip()))))


def names_of(person: Person) -> dict[str, Any]:
    """The fields of a person as a row keeps them."""
    return {
        "forename": person.forename,
        "surname": person.surname,
        "known_forename": person.known_forename,
        "known_surname": person.known_surname,
        "others": list(person.others),
        "phrases": list(person.phrases),
        "pseudonym": person.pseudonym,
    }


def person_of(row: RequestPerson) -> Person:
    """A row as a person to be found, by the key of the row."""
    names = row.names
    more = {name: tuple(names.get(name, ())) for name in ("others", "phrases")}
    return Person(str(row.pk), **{**{k: v for k, v in names.items() if k not in more}, **more})
