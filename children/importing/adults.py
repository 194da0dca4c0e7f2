"""Which adult of the child does a row mean? By name, and among adults of one name by title, relationship and reach."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from children.facts import Adult
from children.models import Contact, ContactLink, ParentalResponsibility
from children.names import fold, sounds

from .rows import Facts
from .values import lost_letters

REACH = ("mobile", "telephone", "email")
Score = tuple[int, ...]


@dataclass(slots=True)
class HeldAdult:
    """A contact of the child, the link to it, and what is known of its responsibility."""

    contact: Contact
    link: ContactLink
    responsibility: ParentalResponsibility | None = None
    # What the list calls the adult, where somebody has changed the name here.
    listed: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Meant:
    """An adult of a row, at which place of its list, and the contact of the child that is meant: none for a new one."""

    place: int
    adult: Adult
    known: HeldAdult | None


def match(held: Sequence[HeldAdult], facts: Facts) -> list[Meant]:
    """Each adult that a row names, once, with the contact it means. No contact is meant by two of them."""
    named = {adult.key: (place, adult) for place, adult in reversed(list(_adults(facts)))}
    given = dict(sorted(named.values()))
    likely = sorted(
        (
            (score, -place, -n)
            for place, adult in given.items()
            for n, known in enumerate(held)
            if (score := _likeness(adult, known)) is not None
        ),
        reverse=True,
    )
    meant: dict[int, int] = {}
    for _, place, n in likely:
        if -place not in meant and -n not in meant.values():
            meant[-place] = -n
    return [Meant(place, adult, held[meant[place]] if place in meant else None) for place, adult in given.items()]


def renamed(held: Sequence[HeldAdult], facts: Facts, place: int) -> HeldAdult | None:
    """The contact of the child who may be the adult at this place of the row under another name, where one alone is.

    One whom the row does not name otherwise, with a number or an address of mail in common, or in the same place with a
    forename that sounds alike.
    """
    meant = match(held, facts)
    named = {one.known.contact.pk for one in meant if one.known is not None}
    free = [one for one in held if one.contact.pk not in named]
    new = {one.place: one.adult for one in meant if one.known is None}
    adult = new[place]
    found = [one for one in free if _reached_alike(adult, one)] or [one for one in free if _in_place(adult, one)]
    if len(found) != 1 or sum(_reached_alike(other, found[0]) for other in new.values()) > 1:
        return None
    return found[0]


def _reached_alike(adult: Adult, known: HeldAdult) -> bool:
    return any(bare(getattr(adult, way)) == bare(getattr(known.contact, way)) != "" for way in REACH)


def _in_place(adult: Adult, known: HeldAdult) -> bool:
    alike = set(sounds(adult.forename)) & set(sounds(known.contact.forename))
    return known.link.order == adult.order and bool(alike)


def bare(reach: str) -> str:
    """A telephone number or address of mail without how it is spaced."""
    return "".join(reach.split()).casefold()


def _adults(facts: Facts) -> Iterator[tuple[int, Adult]]:
    for place, given in enumerate(facts.get("adults", ())):
        yield place, Adult(**given)


def _likeness(adult: Adult, known: HeldAdult) -> Score | None:
    """How much speaks for the two being one, the strongest first; None where the name, or what stands for it, is
    another's. By the name it has here, or the one that the list last gave.
    """
    contact = known.contact
    called = [(contact.surname, contact.forename, contact.title)]
    if listed := known.listed:
        called.append((listed["surname"], listed["forename"], listed["title"]))
    found = [score for name in called if (score := _likeness_to(*name, adult, known)) is not None]
    return max(found, default=None)


def _likeness_to(surname: str, forename: str, title: str, adult: Adult, known: HeldAdult) -> Score | None:
    reach = {name: getattr(known.contact, name) for name in REACH}
    was = Adult(surname, forename, title, known.link.relationship, **reach)
    if adult.identity and adult.identity == was.identity:
        return 1, 0, 0, 0
    given, name = f"{adult.forename} {adult.surname}", f"{was.forename} {was.surname}"
    if fold(name) != fold(given) and not lost_letters(given, name):
        return None
    about = [(fold(adult.title), fold(was.title)), (fold(adult.relationship), fold(was.relationship))]
    # "Mrs Ashdown" and "Mr Ashdown" are two; "Mrs Ann Ashdown" and "Ms Ann Ashdown" are one.
    if not adult.forename and any(now and before and now != before for now, before in about):
        return None
    same = sum(bare(getattr(adult, way)) == bare(reach[way]) for way in REACH)
    return 0, same, *(int(now == before) for now, before in reversed(about))
