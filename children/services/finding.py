"""Find a child by what people say: a name, what it sounds like, a class, a number."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from itertools import groupby
from operator import and_
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from children import names, upn
from children.models import BY_NAME, Child, ChildMerge, FormerUpn
from children.permissions import may_see_details
from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import rights
from safeguarding.dates import short_day

from .match_reasons import Behind, Fit, Fitting, Reason, fitting, is_on_card, is_spelt

LIMIT = 20
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Found:
    """A card found by a search, and why. `alike`: another child of the list has a name like it, so class and year must
    be looked at.
    """

    child: Child
    fits: Fitting
    alike: bool = False

    @property
    def why(self) -> str:
        return self.fits.words

    @property
    def told_apart(self) -> str:
        """What tells the child apart from others: known as, class and year, when it left."""
        child, on_roll = self.child, self.child.left_on is None
        return ", ".join(
            filter(
                None,
                (
                    f"known as {child.known_as}" if child.known_as else "",
                    child.class_name or ("no class" if on_roll else ""),
                    child.year if child.year or not on_roll else "no year",
                    "" if child.left_on is None else f"left on {short_day(child.left_on)}",
                ),
            )
        )

    @property
    def asks(self) -> bool:
        """Whether it is to be confirmed, where the child is chosen in a concern, that this is the one."""
        return self.fits.asks

    @property
    def by_slip(self) -> bool:
        """Whether no name is like what was typed, and this one is nearly so."""
        return any(one.fit == Fit.SLIP for one in self.fits.reasons)


def loggable(today: date) -> Q:
    """Children a concern can be logged about: on roll, or gone for less than twelve months.

    The records of the others stay, and their safeguarding leads find them.
    """
    return Q(left_on=None) | Q(left_on__gt=_a_year_before(today))


def may_be_named(child: Child, today: date) -> bool:
    """Whether a concern can be logged about this child: `loggable`, of a card that is at hand."""
    return child.left_on is None or child.left_on > _a_year_before(today)


def classes_on_roll(school_id: UUID) -> list[str]:
    """The classes of the children on roll at a school, by name."""
    names = Child.objects.filter(school=school_id, left_on=None).exclude(class_name="").order_by("class_name")
    return list(names.values_list("class_name", flat=True).distinct())


def find_children(*, by: User, school: School | UUID, words: str, today: date, everyone: bool = False) -> list[Found]:
    """At most twenty cards of the school that fit every one of `words`, and those alike beside them, likeliest first.

    A word fits where a name begins with it or sounds like it, or where it is the class; where no child fits so, it may
    also be a slip of the finger away from a name. The order is that of `Fit`; within it the class and the year that
    `by` teaches come first. Somebody who may see details also finds by UPN, current or former, and by the number of
    the record. `everyone` includes children gone for more than twelve months.
    """
    cards: QuerySet[Child] = Child.objects.visible_to(by).filter(school=school)
    if not everyone:
        cards = cards.filter(loggable(today))
    school_id = school.pk if isinstance(school, School) else school
    number = words.strip().upper()
    if upn.is_well_formed(number):
        known = may_see_details(by, school_id)
        return [Found(c, _called("UPN")) for c in cards.filter(_numbered(number))] if known else []
    if not (tokens := names.fold(words).split()):
        return []
    of_number: list[Child] = []
    if is_record_number(number) and may_see_details(by, school_id):
        of_number = list(cards.filter(Q(number=int(number)) | Q(pk__in=_stands_for(int(number), by, school_id))))
    # A class may be called by a number too.
    found = [Found(child, _called("record number")) for child in of_number]
    found += [one for one in _fitting(cards, tokens, by, school_id) if one.child not in of_number]
    return _with_alike(found[:LIMIT] or _mistyped(cards, tokens), cards)


def asked_about(found: Iterable[Found], key: str | None) -> Found | None:
    """Of those found, the child of this key: who chose it is asked whether it is the one."""
    return next((one for one in found if str(one.child.pk) == key), None)


def _called(number: str) -> Fitting:
    return Fitting((Reason(Fit.EXACT, number),))


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


def _fitting(cards: QuerySet[Child], tokens: Sequence[str], by: User, school_id: UUID) -> list[Found]:
    """Every child that all the words fit, the best fit first.

    Names before classes: a class may be called Rowan too, and all of its children must not stand before the one of that
    name.
    """
    rooms = set(cards.order_by().values_list("class_name", "year_group").distinct())
    called = {token: [room for room, _ in rooms if token in names.fold(room).split()] for token in tokens}
    fits = [_fits(token, called[token]) for token in called]
    children = list(cards.filter(reduce(and_, fits)).order_by(*BY_NAME))
    behind = Behind.of([child for child in children if _is_behind(child, tokens)], by)
    found = [
        Found(child, fitting(child, tokens, behind, [token for token in tokens if child.class_name in called[token]]))
        for child in children
    ]
    room = next((held.class_name for held in rights(by).held if held.school_id == school_id and held.class_name), "")
    years = {year for name, year in rooms if room and name == room}

    def place(one: Found) -> tuple[object, ...]:
        child = one.child
        of_year = child.year_group not in years, child.year_group is None, child.year_group or 0
        return one.fits.place, not room or child.class_name != room, *of_year, child.sort_name, child.pk

    return sorted(found, key=place)


def _fits(token: str, classes: Collection[str]) -> Q:
    """Children one of whose names begins with this word or sounds like it, and those of these classes."""
    fits = Q(search_text__contains=f" {token}" if len(token) > 1 else f" {token} ")
    if classes:
        fits |= Q(class_name__in=classes)
    return fits | Q(name_sounds__contains=[names.sound(token)]) if len(token) > 2 else fits


def _is_behind(child: Child, tokens: Iterable[str]) -> bool:
    """Whether one of the words is a name that does not stand on the card."""
    return any(is_spelt(token, child) and not is_on_card(token, child) for token in tokens)


def _mistyped(cards: QuerySet[Child], tokens: Sequence[str]) -> list[Found]:
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
    return [Found(found[key], Fitting((Reason(Fit.SLIP),))) for key in nearby]


def _with_alike(found: Sequence[Found], cards: QuerySet[Child]) -> list[Found]:
    """What was found, with those of the school whose names are alike: side by side where the words fit them equally
    well, after all of these where they do not fit them.
    """
    heard = {sound for one in found for sound in one.child.name_sounds}
    nearby = list(cards.filter(name_sounds__overlap=list(heard)).order_by(*BY_NAME)) if found else []
    twins = {one.child.pk: [o for o in nearby if o.pk != one.child.pk and are_alike(one.child, o)] for one in found}
    of_words = {one.child.pk: one for one in found}
    placed: dict[UUID, Found] = {}
    for place, group in groupby(found, key=lambda one: one.fits.place):
        beside: list[Child] = []
        for one in group:
            near = [of_words[twin.pk] for twin in twins[one.child.pk] if twin.pk in of_words]
            for each in (one, *(twin for twin in near if twin.fits.place == place)):
                marked = Found(each.child, each.fits, alike=bool(twins[each.child.pk]))
                placed.setdefault(each.child.pk, marked)
            beside += [twin for twin in twins[one.child.pk] if twin.pk not in of_words]
        for twin in beside:
            placed.setdefault(twin.pk, Found(twin, Fitting((Reason(Fit.BESIDE),)), alike=True))
    return list(placed.values())


def _forename_sounds(child: Child) -> set[str]:
    return _first_sounds((child.forename, child.known_forename))


def _surname_sounds(child: Child) -> set[str]:
    return set(names.sounds(child.surname, child.known_surname))


def _first_sounds(texts: Iterable[str]) -> set[str]:
    """How the first word of each name sounds: it is the one people are called by."""
    return {names.sound(words[0]) for text in texts if (words := names.fold(text).split())}
