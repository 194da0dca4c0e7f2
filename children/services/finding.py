"""Find a child by what people say: a name, what it sounds like, a class, a number."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from operator import and_
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from children import names, upn
from children.models import BY_NAME, Child, ChildMerge, FormerUpn
from children.permissions import may_see_details
from safeguarding.accounts.models import School, User

LIMIT = 20
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Found:
    """A card found by a search. `alike`: another child of the list has a name like it, so class and year must be looked
    at.

    `by_slip`: no name is like what was typed, and this one is nearly so.
    """

    child: Child
    alike: bool = False
    by_slip: bool = False


def loggable(today: date) -> Q:
    """Children a concern can be logged about: on roll, or gone for less than twelve months.

    The records of the others stay, and their safeguarding leads find them.
    """
    return Q(left_on=None) | Q(left_on__gt=_a_year_before(today))


def classes_on_roll(school_id: UUID) -> list[str]:
    """The classes of the children on roll at a school, by name."""
    names = Child.objects.filter(school=school_id, left_on=None).exclude(class_name="").order_by("class_name")
    return list(names.values_list("class_name", flat=True).distinct())


def find_children(*, by: User, school: School | UUID, words: str, today: date, everyone: bool = False) -> list[Found]:
    """At most twenty cards of the school that fit every one of `words`, likeliest first, children alike side by side.

    A word fits where a name begins with it or sounds like it, or where it is the class; where no child fits so, it may
    also be a slip of the finger away from a name. Somebody who may see details also finds by UPN, current or former,
    and by the number of the record. `everyone` includes children gone for more than twelve months.
    """
    cards: QuerySet[Child] = Child.objects.visible_to(by).filter(school=school)
    if not everyone:
        cards = cards.filter(loggable(today))
    school_id = school.pk if isinstance(school, School) else school
    number = words.strip().upper()
    if upn.is_well_formed(number):
        known = may_see_details(by, school_id)
        return [Found(c) for c in cards.filter(_numbered(number))] if known else []
    if not (tokens := names.fold(words).split()):
        return []
    of_number: Iterable[Child] = []
    if is_record_number(number) and may_see_details(by, school_id):
        of_number = cards.filter(Q(number=int(number)) | Q(pk__in=_stands_for(int(number), by, school_id)))
    # A class may be called by a number too.
    if found := list(dict.fromkeys([*of_number, *_fitting(cards, tokens)])):
        return _with_alike(found, cards)
    return [replace(each, by_slip=True) for each in _with_alike(_mistyped(cards, tokens), cards)]


def _stands_for(number: int, by: User, school_id: UUID) -> list[UUID]:
    """The record that stays of a merged one, which people still call by its number."""
    merged = ChildMerge.objects.visible_to(by).filter(
        school=school_id, other_number=number, status=ChildMerge.Status.MERGED
    )
    keys = list(merged.values_list("keep_id", flat=True))
    led = led_on(keys)
    return [led.get(key, key) for key in keys]


def led_on(keys: Collection[UUID]) -> dict[UUID, UUID]:
    """Of these keys of children, those of records that have become part of another, and the one that each leads to."""
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT one, there FROM (SELECT one, rules.merged_into(one) AS there FROM unnest(%s::uuid[]) "
            "AS one) AS led "
            "WHERE there IS NOT NULL",
            [list(keys)],
        )
        return dict(cursor.fetchall())


def is_record_number(words: str) -> bool:
    """Whether `words` may be the number of a child's record: nine digits at most, and nothing else."""
    return bool(_NUMBER.fullmatch(words.strip()))


def namesakes(children: Sequence[Child], *, today: date) -> dict[UUID, list[Child]]:
    """For each of these children of one school, the others whose names are, or sound, alike: one query for all."""
    if not children:
        return {}
    heard = list({sound for child in children for sound in child.name_sounds})
    others = Child.objects.filter(loggable(today), school_id=children[0].school_id, name_sounds__overlap=heard)
    near = list(others.order_by(*BY_NAME))
    return {child.pk: [o for o in near if o.pk != child.pk and are_alike(child, o)] for child in children}


def are_alike(one: Child, other: Child) -> bool:
    """Whether both the forenames and the surnames, legal or known, have a sound in common. Of who has one name only,
    that one decides.
    """
    if not _forename_sounds(one) & _forename_sounds(other):
        return False
    first, second = _surname_sounds(one), _surname_sounds(other)
    return bool(first & second) or not (first or second)


def _a_year_before(day: date) -> date:
    """The same day last year; 28 February where last year had no 29th (domain reference 9, trap 1)."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def _numbered(number: str) -> Q:
    return Q(detail__upn=number) | Q(pk__in=FormerUpn.objects.filter(upn=number).values("child_id"))


def _fitting(cards: QuerySet[Child], tokens: Sequence[str]) -> list[Child]:
    """Children whose names begin with every word, then those of whom some are the class, then those who only sound like
    it.

    Names first: a class may be called Rowan too, and all of its children must not stand before the one of that name.
    """
    spelt = [Q(search_text__contains=f" {t}" if len(t) > 1 else f" {t} ") for t in tokens]
    classes = {
        name: names.fold(name).split() for name in cards.order_by().values_list("class_name", flat=True).distinct()
    }
    named_so = [[name for name, words in classes.items() if t in words] for t in tokens]
    of_class = [q | Q(class_name__in=called) if called else q for called, q in zip(named_so, spelt, strict=True)]
    heard = [
        q | Q(name_sounds__contains=[names.sound(t)]) if len(t) > 2 else q
        for t, q in zip(tokens, of_class, strict=True)
    ]
    found: list[Child] = []
    for fits in (spelt, *([of_class] if of_class != spelt else []), heard):
        if len(found) < LIMIT:
            others = cards.order_by(*BY_NAME).filter(reduce(and_, fits)).exclude(pk__in=[c.pk for c in found])
            found += others[: LIMIT - len(found)]
    whole = {f" {t} " for t in tokens}
    return sorted(found, key=lambda c: -sum(t in c.search_text for t in whole))


def _mistyped(cards: QuerySet[Child], tokens: Sequence[str]) -> list[Child]:
    """Children whom every word fits, one or more of them with a slip or two, those with the fewest first.

    In Python, not by an index of trigrams: under row security none is used, and a school has some hundreds of children.
    """
    slips: dict[UUID, int] = {}
    heard = {token: names.sound(token) for token in tokens if len(token) > 2}
    for key, text, sounds, room in cards.order_by(*BY_NAME).values_list(
        "pk", "search_text", "name_sounds", "class_name"
    ):
        fits = {*names.fold(room).split(), *(token for token, sound in heard.items() if sound in sounds)}
        needed = [0 if token in fits else names.slips(token, text) for token in tokens]
        if None not in needed:
            slips[key] = sum(filter(None, needed))
    nearby = sorted(slips, key=lambda key: slips[key])[:LIMIT]
    found = cards.in_bulk(nearby)
    return [found[key] for key in nearby]


def _with_alike(found: list[Child], cards: QuerySet[Child]) -> list[Found]:
    """Each child found, and beside it those of the school whose names are alike."""
    heard = {sound for child in found for sound in child.name_sounds}
    nearby = list(cards.filter(name_sounds__overlap=list(heard)).order_by(*BY_NAME)) if found else []
    placed: dict[UUID, Found] = {}
    for child in found:
        if child.pk in placed:
            continue
        twins = [other for other in nearby if other.pk != child.pk and are_alike(child, other)]
        placed[child.pk] = Found(child, alike=bool(twins))
        for twin in twins:
            placed.setdefault(twin.pk, Found(twin, alike=True))
    return list(placed.values())


def _forename_sounds(child: Child) -> set[str]:
    return _first_sounds((child.forename, child.known_forename))


def _surname_sounds(child: Child) -> set[str]:
    return set(names.sounds(child.surname, child.known_surname))


def _first_sounds(texts: Iterable[str]) -> set[str]:
    """How the first word of each name sounds: it is the one people are called by."""
    return {names.sound(words[0]) for text in texts if (words := names.fold(text).split())}
