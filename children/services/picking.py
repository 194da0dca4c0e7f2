"""Which children may somebody mention, and whom do words name?

Those whom the finder of the log form finds, looked up by name.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import product
from uuid import UUID

from children import names
from children.models import BY_NAME, Child
from children.permissions import may_see_details
from children.services.finding import is_record_number, loggable
from safeguarding.accounts.models import User

# More children than any school has.
MOST = 5_000
_SHOWN = (
    "school_id",
    "pseudonym",
    "number",
    "forename",
    "surname",
    "known_forename",
    "known_surname",
    "year_group",
    "class_name",
    "left_on",
)
# A word with the marks that belong to its letters in other scripts, and the apostrophes inside it.
_IN_WORD = r"[^\W_]|[\u0300-\u036f\u0591-\u05c7\u064b-\u0652\u0900-\u0dff]"
_WORD = re.compile(rf"(?:{_IN_WORD})(?:{_IN_WORD}|['’ʼ‘`](?={_IN_WORD}))*")
_OWNING = re.compile(r"['’ʼ]s$", re.IGNORECASE)
# What may stand between the words of one name.
_GAP = re.compile(r"[^\S\n]{1,3}|[^\S\n]?\r?\n[^\S\n]?|[-‐‑]")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text, folded, with where it stands; `owner` is the same without the ’s of "Rowan’s"."""

    folded: str
    start: int
    end: int
    owner: str = ""

    def is_last(self, of: str) -> bool:
        return of in (self.folded, self.owner)

    def ends(self, of: str) -> int:
        """Where the name ends that this word is the last of."""
        return self.end if self.folded == of else self.end - 2


@dataclass(frozen=True, slots=True)
class Named:
    """A full name in a text, and the children who have it."""

    start: int
    end: int
    children: tuple[Child, ...]


def words_of(text: str) -> list[Word]:
    """The words of a text in which names may stand."""
    return [_word(found) for found in _WORD.finditer(text)]


def _word(found: re.Match[str]) -> Word:
    owner = names.fold(found[0][:-2]) if _OWNING.search(found[0]) else ""
    return Word(names.fold(found[0]), found.start(), found.end(), owner)


class Pickable:
    """The children of a school whom a person may mention today: one query, and that only where it is needed."""

    def __init__(self, by: User, school_id: UUID, today: date) -> None:
        self.by, self.school_id, self.today = by, school_id, today

    @cached_property
    def cards(self) -> list[Child]:
        found = Child.objects.visible_to(self.by).filter(loggable(self.today), school=self.school_id)
        return list(found.only(*_SHOWN).order_by(*BY_NAME)[:MOST])

    @cached_property
    def by_pseudonym(self) -> dict[str, Child]:
        return {card.pseudonym: card for card in self.cards}

    @cached_property
    def _full(self) -> dict[str, dict[tuple[str, ...], list[Child]]]:
        """By the first word of a full name: the words of each such name, the longest first, and who has it."""
        found: defaultdict[str, defaultdict[tuple[str, ...], list[Child]]] = defaultdict(lambda: defaultdict(list))
        for card in self.cards:
            for words in full_names(card):
                found[words[0]][words].append(card)
        return {first: dict(sorted(of.items(), key=lambda each: -len(each[0]))) for first, of in found.items()}

    @cached_property
    def _parts(self) -> dict[str, list[Child]]:
        """By each word of any of their names."""
        found: defaultdict[str, list[Child]] = defaultdict(list)
        for card in self.cards:
            for word in dict.fromkeys(word for words in full_names(card) for word in words):
                found[word].append(card)
        return found

    def full_name_at(self, text: str, words: Sequence[Word], at: int) -> Named | None:
        """The longest full name of a child that begins with the word `at`."""
        first = words[at]
        for folded in filter(None, (first.folded, first.owner)):
            for name, children in self._full.get(folded, {}).items():
                last = at + len(name) - 1
                if last >= len(words) or not words[last].is_last(name[-1]):
                    continue
                inner = all(words[at + n].folded == word for n, word in enumerate(name[:-1]))
                if inner and all(_GAP.fullmatch(text, words[n].end, words[n + 1].start) for n in range(at, last)):
                    return Named(first.start, words[last].ends(name[-1]), tuple(children))
        return None

    def of_part(self, word: Word) -> list[Child]:
        """Everybody of whose name this is a part."""
        return self._parts.get(word.folded) or self._parts.get(word.owner, [])

    def of_number(self, word: str) -> list[Child]:
        """The child of this record number, for who may search by it."""
        if not (is_record_number(word) and may_see_details(self.by, self.school_id)):
            return []
        return [card for card in self.cards if card.number == int(word)]

    def called(self, name: str) -> list[Child]:
        """Everybody with exactly this full name."""
        words = tuple(names.fold(name).split())
        return self._full.get(words[0], {}).get(words, []) if words else []


def full_names(card: Child) -> list[tuple[str, ...]]:
    """The full names of a child, legal and known, as folded words."""
    pairs = product(
        {card.forename, card.known_forename or card.forename}, {card.surname, card.known_surname or card.surname}
    )
    return list(dict.fromkeys(words for pair in pairs if (words := tuple(names.fold(" ".join(pair)).split()))))
