"""What are children called in a pack who are not the child that it is about?

The child, its own adults and whichever children are named with a reason stand in it by their names. Every other child
who has to do with it is “Child B (Year 4)” throughout. Words typed one a line are taken out. What is written is never
changed: something stands in its place, in brackets, or where a mention stood.

Names are looked for in typed words alone. A text that is about one person by key is that person's, whatever it says: a
father is not taken for the son who has his name.
"""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol
from uuid import UUID

from children import mentions
from children.models import Child, Contact, OtherName
from children.names.forms import Named, Person, Written
from children.names.instead import Finds, LeftOut, always, any_of
from children.own_adults import own_adults, spellings
from children.people import family
from children.services.mentioning import Names
from safeguarding.audit.by_keys import Asks
from safeguarding.audit.reading import visible
from safeguarding.concerns.models import ConcernChild
from safeguarding.letters import normal
from safeguarding.parts import Kind, Text
from safeguarding.rendering import Showing

_LETTERS = "BCDEFGHIJKLMNOPQRSTUVWXYZ"
_WORD = re.compile(r"[\w’'-]+")
_LETTERED = re.compile(r"[^\W\d_]{3,}")
# A name has two words or more; of longer ones than this the first are found.
_LONGEST = 5
TAKEN_OUT = "taken out"
# A line of one letter would take out half of a page.
SHORTEST = 2


class AboutChild(Protocol):
    """What has to be known of a pack: its child, the concerns that it comes from, the pseudonyms of the other children
    whom it names, and what is typed to be taken out. A `SharingEvent` is one.
    """

    @property
    def child(self) -> Child: ...
    @property
    def school_id(self) -> UUID: ...
    @property
    def concerns(self) -> Collection[UUID]: ...
    @property
    def named(self) -> Collection[str]: ...
    @property
    def take_out(self) -> str: ...


@dataclass(frozen=True)
class Other:
    """Another child who has to do with a pack: what it is called there, and whether it is named."""

    child: Child
    called: str
    is_named: bool


def others_of(asks: Asks, event: AboutChild, texts: Collection[str]) -> list[Other]:
    """Children of the family, of the concerns that it comes from, and those that its texts mention: as far as the
    person asking may see them.
    """
    named = visible(asks, ConcernChild).filter(concern__in=event.concerns, child__isnull=False).values_list("child")
    found: dict[UUID, Child] = {}
    keys = family(asks, event.child) | {key for (key,) in named}
    cards = visible(asks, Child).filter(school=event.school_id)
    for child in cards.filter(pk__in=keys).order_by("-year_group", "pk"):
        found[child.pk] = child
    pseudonyms = {one for text in texts for one in mentions.mentioned(text)} - {one.pseudonym for one in found.values()}
    names = Names(asks.user, Showing())
    names.fetch(pseudonyms)
    more = {card.pk for one in pseudonyms if (card := names.card(one))} - found.keys()
    if more:
        found |= {child.pk: child for child in visible(asks, Child).filter(pk__in=more).order_by("pk")}
    found.pop(event.child.pk, None)
    return [
        Other(child, _called(number, child), child.pseudonym in event.named)
        for number, child in enumerate(found.values())
    ]


def _called(number: int, child: Child) -> str:
    """Child B (Year 4); after Child Z comes Child B2."""
    round_, place = divmod(number, len(_LETTERS))
    letter = f"{_LETTERS[place]}{round_ + 1 if round_ else ''}"
    return f"Child {letter} ({child.year})" if child.year else f"Child {letter}"


class Naming:
    """Tells the texts of one pack."""

    def __init__(self, asks: Asks, event: AboutChild, texts: Collection[str]) -> None:
        self.asks, self.event = asks, event
        self.others = others_of(asks, event, texts)
        self._called = {one.child.pk: one.called for one in self.others if not one.is_named}
        named = frozenset({event.child.pk, *(one.child.pk for one in self.others if one.is_named)})
        self._names = Names(asks.user, Showing(own=named, only_own=True))
        self._names.fetch({one for text in texts for one in mentions.mentioned(text)})
        self._typed = LeftOut([(_typed(event.take_out), always(TAKEN_OUT))] if event.take_out.strip() else [])

    def __call__(self, text: str) -> str:
        """A text as it stands in the pack."""
        return self._left_out(self._as_told(text))

    def tell(self, text: Text) -> str:
        """A text of a record as it stands there: names are looked for in typed words that are nobody's by key."""
        if text.kind is Kind.TYPED and text.of is None:
            return self(text.text)
        return self._as_told(text.text)

    def _as_told(self, text: str) -> str:
        # One way to write a letter with its accent, as names are looked for.
        return self._typed(normal("NFC", mentions.told(text, self._say)))

    def is_taken_out(self, name: str) -> bool:
        """Whether somebody typed a name, or a part of it, to be taken out."""
        return self._typed(name) != name

    def _say(self, pseudonym: str) -> str:
        card = self._names.card(pseudonym)
        if card is not None and card.pk in self._called:
            return self._called[card.pk]
        return self._names.say(pseudonym)

    @cached_property
    def _left_out(self) -> LeftOut:
        names: list[tuple[Finds, Callable[[str], str]]] = [
            (Written(name, self.event.child, shortest=SHORTEST), always(one.called))
            for one, called in self._unnamed
            for name in called
        ]
        stays = [_full(self.event.child), *(_full(one.child) for one in self.others if one.is_named)]
        stays += [spellings(adult) for adult in self.own_adults]
        kept = sorted({name for some in stays for name in some if name.strip()}, key=len, reverse=True)
        return LeftOut([*names, (any_of(kept), always(""))])

    @cached_property
    def _unnamed(self) -> list[tuple[Other, list[Named]]]:
        """The children who are not named, each with its names: former ones too, as far as they may be seen."""
        found: dict[UUID, list[Named]] = {one.child.pk: [one.child] for one in self.others if not one.is_named}
        rows = visible(self.asks, OtherName).filter(child__in=found).order_by("pk")
        for row in rows if found else ():
            surname = row.surname or found[row.child_id][0].surname
            found[row.child_id].append(Person(str(row.pk), row.forename, surname))
        return [(one, found[one.child.pk]) for one in self.others if not one.is_named]

    @cached_property
    def own_adults(self) -> list[Contact]:
        """The adults of the child's record, as far as the person asking may see them: they stay."""
        return own_adults(self.asks, self.event.child)

    def pointed_out(self, texts: Iterable[str]) -> list[str]:
        """Full names of other children and adults of the school that stand in these texts all the same, and words that
        are a name of a child who is not named, written otherwise than names are.
        """
        texts = list(texts)
        there = {run for text in texts for run in _runs(text)}
        stay = {_folded(name) for some in self._stay() for name in some}
        people = visible(self.asks, Child).filter(school=self.event.school_id)
        names = {
            f"{forename} {surname}"
            for row in people.values_list("forename", "surname", "known_forename", "known_surname")
            for forename, surname in (row[:2], row[2:])
        }
        adults = visible(self.asks, Contact).filter(school=self.event.school_id)
        names |= {f"{forename} {surname}" for forename, surname in adults.values_list("forename", "surname")}
        found = {name.strip() for name in names if (folded := _folded(name)) in there and folded not in stay}
        return sorted(name for name in found if " " in name) + sorted(self._as_words(texts))

    def _as_words(self, texts: Iterable[str]) -> set[str]:
        """Words such as hope, where a child who is not named is called Hope: it may be either."""
        called = [name for _, some in self._unnamed for name in some]
        names = {part.casefold() for one in called for part in (one.forename, one.known_forename)}
        return {word for text in texts for word in _LETTERED.findall(text) if word.casefold() in names}

    def _stay(self) -> list[list[str]]:
        named = [one.child for one in self.others if one.is_named]
        adults = [[f"{one.forename} {one.surname}"] for one in self.own_adults]
        return [_full(self.event.child), *map(_full, named), *adults]


def lines(take_out: str) -> list[str]:
    """What is typed to be taken out, one a line."""
    return [" ".join(line.split()) for line in take_out.splitlines() if line.strip()]


def _typed(take_out: str) -> re.Pattern[str]:
    return any_of(sorted(lines(take_out), key=len, reverse=True), re.IGNORECASE)


def _full(child: Child) -> list[str]:
    return [child.full_name, f"{child.known_forename} {child.known_surname}".strip()]


def _folded(name: str) -> str:
    return " ".join(_WORD.findall(name.casefold()))


def _runs(text: str) -> Iterable[str]:
    """Every two to five words of a text that follow each other."""
    words = _WORD.findall(text.casefold())
    for length in range(2, _LONGEST + 1):
        yield from (" ".join(words[first : first + length]) for first in range(len(words) - length + 1))
