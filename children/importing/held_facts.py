"""What may a list change of the facts that somebody changed here by hand?

The list says the same as before: nothing. It says something else, or anything for the first time: a person is asked.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from children.facts import Adult, Home
from children.names import fold, sounds

from .adults import REACH, bare, match, renamed
from .differences import CARD, DETAIL, Change, Held, differences, known_adult, new_adult, plain, same_place
from .rows import Facts

NAME, ON_ROLL, ADULT, RESPONSIBILITY = "name", "on_roll", "adult", "responsibility"
ADDRESS, CONFIDENTIAL = "address", "address_confidential"
# Of an adult who was added and ended here: no list has named the adult yet.
UNLISTED = "unlisted"
NAME_PARTS = ("title", "forename", "surname")
HOME_PARTS = ("address", "town", "county", "postcode")
# The facts of which a list can say something else than Harbour.
OF_CHILD = frozenset((*CARD, *DETAIL, ADDRESS, CONFIDENTIAL, ON_ROLL))
OF_ADULT = frozenset((*REACH, NAME, RESPONSIBILITY))
# A fact of a child, or of one of its adults by the key of the contact.
Place = tuple[str, str]


def same(field: str, one: Any, other: Any) -> bool:
    """Whether two values of a fact say the same, as the facts of a row are written."""
    if field in REACH:
        return bare(one or "") == bare(other or "")
    if field in (NAME, ADULT):
        return _called(one) == _called(other)
    if field == "class_name":
        return fold(one or "") == fold(other or "")
    if field == ADDRESS and one and other:
        return same_place(Home(**one), Home(**other))
    return (one or "") == (other or "") if not isinstance(one, bool) else one is other


def _called(name: Any) -> str:
    return fold(f"{name['forename']} {name['surname']}") if name else ""


def may_be(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether two adults, as `adult_of` writes them, may be one under two spellings: a number or an address of mail in
    common, or names that sound alike. A forename may be missing.
    """
    if any(bare(one.get(way, "")) == bare(other.get(way, "")) != "" for way in REACH):
        return True
    first, last = ((set(sounds(one[part])), set(sounds(other[part]))) for part in ("forename", "surname"))
    return bool(last[0] & last[1]) and (not (first[0] and first[1]) or bool(first[0] & first[1]))


def place_of(home: Any) -> dict[str, str]:
    """An address as the facts of a row write it, of a household or a home."""
    return {name: getattr(home, name) for name in HOME_PARTS} if home is not None else {}


def name_of(adult: Any) -> dict[str, str]:
    """What an adult is called, of a contact or an adult of a row."""
    return {name: getattr(adult, name) for name in NAME_PARTS}


def adult_of(adult: Any) -> dict[str, str]:
    """What an adult is called and how the adult is reached, of a contact or an adult of a row."""
    return name_of(adult) | {way: getattr(adult, way) for way in REACH}


def said_by(change: Change, facts: Facts) -> Any:
    """What the row says where it would change something."""
    if change.field == ADDRESS:
        return facts[ADDRESS]
    if change.field == NAME:
        return name_of(Adult(**facts["adults"][change.place]))
    return adult_of(Adult(**facts["adults"][change.place])) if change.field == ADULT else change.now


def here(held: Held, place: Place) -> Any:
    """What Harbour has of a fact."""
    field, contact = place
    if field == ON_ROLL:
        return held.child.left_on is None
    if field == ADDRESS:
        return place_of(held.home)
    if field in CARD:
        return plain(getattr(held.child, field))
    if not contact:
        return plain(getattr(held.detail, field))
    known = next((one for one in held.adults if str(one.contact.pk) == contact), None)
    if known is None:
        return None
    if field == RESPONSIBILITY:
        return known.responsibility.held if known.responsibility else None
    return name_of(known.contact) if field == NAME else getattr(known.contact, field)


def said_in(held: Held, facts: Facts) -> Iterator[tuple[Place, Any]]:
    """What a row says of every fact that can be kept otherwise."""
    for name in OF_CHILD & facts.keys():
        yield (name, ""), facts[name]
    for meant in match(held.adults, facts):
        if meant.known is None:
            continue
        contact = str(meant.known.contact.pk)
        yield (NAME, contact), name_of(meant.adult)
        if meant.adult.responsibility is not None:
            yield (RESPONSIBILITY, contact), meant.adult.responsibility
        for way in REACH:
            if value := getattr(meant.adult, way):
                yield (way, contact), value


def changes_by(held: Held, facts: Facts, *, is_partial: bool = False) -> list[Change]:
    """What a row would change, less what the list said before where Harbour keeps something else.

    What it says otherwise now is grave, and so is whatever a transfer file (`is_partial`), which is no list, would put
    in the place of something. An adult who is no longer on the record comes back by nobody's spelling alone: the same
    name changes nothing, another that may be the same adult's is grave.
    """
    return [
        weighed
        for one in differences(held, facts)
        for change in _as_renamed(one, held, facts)
        if (weighed := _weigh(change, held, facts, is_partial)) is not None
    ]


def _as_renamed(change: Change, held: Held, facts: Facts) -> Iterator[Change]:
    """A new adult, or the other name of one whom the child has: somebody is asked. Who was taken off the record is
    nobody's new name.
    """
    adult = Adult(**facts["adults"][change.place]) if change.field == ADULT else None
    if adult is None or any(same(ADULT, one, adult_of(adult)) or may_be(one, adult_of(adult)) for one in held.gone):
        yield change
        return
    known = renamed(held.adults, facts, change.place)
    if known is None:
        yield change
        return
    was, now = known.contact.full_name, " ".join(part for part in new_name(known.contact, adult).values() if part)
    if was != now:
        yield replace(change, field=NAME, was=was, now=now, grave=True, contact=str(known.contact.pk))
    yield from known_adult(change.place, adult, known, facts)


def new_name(contact: Any, adult: Adult) -> dict[str, str]:
    """What an adult is called under a new name; what the list leaves empty stays."""
    return {part: getattr(adult, part) or getattr(contact, part) for part in NAME_PARTS}


def as_another(changes: Sequence[Change], facts: Facts) -> list[Change]:
    """The changes of a row whose adults of another name are said to be others: those are added."""
    others = {change.place: Adult(**facts["adults"][change.place]) for change in changes if change.field == NAME}
    stay = [change for change in changes if not (change.contact and change.place in others)]
    return [*stay, *(new_adult(place, adult) for place, adult in others.items())]


def _weigh(change: Change, held: Held, facts: Facts, is_partial: bool) -> Change | None:
    said = said_by(change, facts) if change.field in (ADDRESS, ADULT) else change.now
    if change.field == ADULT:
        if not is_partial and any(same(ADULT, one, said) for one in held.gone if UNLISTED not in one):
            return None
        if any(same(ADULT, one, said) or may_be(one, said) for one in held.gone):
            return replace(change, grave=True, by_hand=True)
        return change
    if is_partial:
        return replace(change, grave=True) if change.was not in (None, "", []) else change
    place = (change.field, change.contact)
    # A class in other letters is the same class.
    if place not in held.said or (change.field == "class_name" and same(change.field, change.was, said)):
        return change
    return None if same(change.field, held.said[place], said) else replace(change, grave=True, by_hand=True)
