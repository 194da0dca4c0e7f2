"""Which protected words stand in a text, and which of them are excused?

People are found by every form of their names (`people.py`). A passage is found wherever its letters follow each other,
whatever stands between them: a line end, a hyphen, a space for each letter. A passage of a word or two is too common to
be looked for everywhere: it is looked for in its own item, and counted.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sharing.requests.people import Finder, Person
from sharing.requests.plain import plain, squeezed, views

# What every bundle says by itself, in the margins and above its pages. Some people are called the same.
_OWN_WORDS = Person("", others=("Page", "Item", "Copy", "Given", "Practice", "Confidential"))
_DAY = re.compile(
    r"\b\d{1,2}\s+(?:January|February|March|April|May|June|July|August|September|October|November|December)\s+\d{4}\b"
)
# A passage of fewer letters and fewer words is looked for in its own item alone.
_LETTERS, _WORDS = 12, 3


@dataclass(frozen=True)
class Passage:
    """Words that were taken out of an item."""

    item: int
    words: str

    @property
    def is_short(self) -> bool:
        return len(squeezed(self.words)) < _LETTERS and len(self.words.split()) < _WORDS


@dataclass(frozen=True)
class Excused:
    """Words that were kept on purpose in an item, and how often."""

    item: int
    words: str
    times: int = 1


@dataclass(frozen=True)
class Protected:
    """What may not stand in a bundle.

    `people` were taken out; no form counts that one of `shared` has: the child, and those who are kept. Addresses are
    people with phrases.
    """

    people: tuple[Person, ...] = ()
    shared: tuple[Person, ...] = ()
    passages: tuple[Passage, ...] = ()
    excused: tuple[Excused, ...] = ()


@dataclass(frozen=True)
class Match:
    """A protected word that stands somewhere: of a person, or of the item it was taken out of."""

    letters: str
    person: str = ""
    item: int | None = None

    @property
    def says(self) -> str:
        if self.person:
            return "has a name or an address that was taken out"
        return f"has words that were taken out of item {self.item}"


class Matcher:
    """Looks for what is protected."""

    def __init__(self, protected: Protected) -> None:
        self._finder = Finder(protected.people, (*protected.shared, _OWN_WORDS))
        self._passages = [(one, squeezed(one.words)) for one in protected.passages if squeezed(one.words)]
        self._excused: Counter[tuple[int, str]] = Counter()
        for one in protected.excused:
            self._excused[one.item, squeezed(one.words)] += one.times

    def matches(self, text: str, item: int | None) -> Counter[Match]:
        """What of it stands in a text of this item, and how often."""
        found = Counter(Match(squeezed(hit.words), hit.person) for hit in self._finder.hits(_DAY.sub("0", text)))
        bare = squeezed(text)
        looked_at = [view.plain.casefold() for view in views(text)]
        for passage, letters in self._passages:
            if not passage.is_short:
                count = bare.count(letters)
            elif passage.item == item:
                count = max(len(_whole(passage.words).findall(one)) for one in looked_at)
            else:
                count = 0
            if count:
                found[Match(letters, item=passage.item)] = count
        return found

    def over(self, texts: Sequence[str], item: int | None, may_be_excused: bool) -> Iterator[Match]:
        """What stands in texts of this item more often than it is excused there."""
        for text in texts:
            for match, count in self.matches(text, item).items():
                excused = self._excused[item, match.letters] if may_be_excused and item is not None else 0
                if count > excused:
                    yield match


def _whole(words: str) -> re.Pattern[str]:
    """As a word by itself, in plain small letters."""
    return re.compile(rf"(?<!\w){r'\s+'.join(map(re.escape, plain(words).casefold().split()))}(?!\w)")
