"""Which protected words stand in a text, and which of them are excused?

People are found by every form of their names (`children/names`). A passage is found wherever its letters follow each
other, whatever stands between them: a line end, a hyphen, a space for each letter; of a long one, any piece. A passage
of a word or two is too common to be looked for everywhere: it is looked for as it was written, in its own item, and
must not stand there more often than it was released (`left_standing`).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from children.names.find import Finder
from children.names.forms import Person
from children.names.normalise import letters_of, plain, squeezed, view_of

# What every bundle says by itself, in the margins and above its pages. Some people are called the same.
_OWN_WORDS = Person("", others=("Page", "Item", "Copy", "Given", "Practice", "Confidential"))
_DAY = re.compile(
    r"\b\d{1,2}\s+(?:January|February|March|April|May|June|July|August|September|October|November|December)\s+\d{4}\b"
)
_PRINTED = frozenset(
    re.findall(
        r"\w+",
        "a about as be can confidential continued copy for full given has have in is it item made no not nothing of on "
        "or out over page part parts practice read taken that the this to was were what with without words written",
    )
)
# A passage of fewer letters and fewer words is looked for in its own item alone.
_LETTERS, _WORDS = 12, 3
# Of a longer one pieces of so many letters are looked for: twice as many in a row always hold one.
_LONG, _PIECE = 80, 40


@dataclass(frozen=True)
class Passage:
    """Words that were taken out of an item."""

    item: int
    words: str

    @property
    def is_short(self) -> bool:
        return len(squeezed(self.words)) < _LETTERS and len(self.words.split()) < _WORDS

    @property
    def is_printed_anyway(self) -> bool:
        """Whether every item has such words above its text or below."""
        return self.is_short and set(re.findall(r"\w+", self.words.lower())) <= _PRINTED


@dataclass(frozen=True)
class Excused:
    """Words that were kept on purpose in an item, and how often.

    `is_standing`: those of a short passage, however often they were left elsewhere in its item.
    """

    item: int
    words: str
    times: int = 1
    is_standing: bool = False


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
    is_short: bool = False

    @property
    def says(self) -> str:
        if self.person:
            return "has a name or an address that was taken out"
        return f"has words that were taken out of item {self.item}"


class Matcher:
    """Looks for what is protected."""

    def __init__(self, protected: Protected) -> None:
        self._finder = Finder(protected.people, (*protected.shared, _OWN_WORDS))
        self._short: defaultdict[int | None, list[Passage]] = defaultdict(list)
        self._whole: dict[str, int] = {}
        self._pieces: dict[str, int] = {}
        for one in dict.fromkeys(protected.passages):
            letters = squeezed(one.words)
            if one.is_short and not one.is_printed_anyway:
                self._short[one.item].append(one)
            elif len(letters) > _LONG:
                ends = range(_PIECE, len(letters) + 1, _PIECE)
                self._pieces |= {letters[end - _PIECE : end]: one.item for end in ends}
            elif letters and not one.is_short:
                self._whole[letters] = one.item
        self._excused = self._excused_by_item(protected.excused)

    def matches(self, text: str, item: int | None) -> Counter[Match]:
        """What of it stands in a text of this item, and how often."""
        found = Counter(Match(squeezed(hit.words), hit.person) for hit in self._finder.hits(_DAY.sub("0", text)))
        bare = squeezed(text)
        for letters, of_item in self._whole.items():
            if count := bare.count(letters):
                found[Match(letters, item=of_item)] = count
        if self._pieces:
            for at in range(len(bare) - _PIECE + 1):
                piece = bare[at : at + _PIECE]
                if piece in self._pieces:
                    found[Match(piece, item=self._pieces[piece])] += 1
        for passage in self._short[item]:
            if count := _times(passage.words, text):
                found[_of_short(passage.item, passage.words)] = count
        return found

    def over(self, text: str, item: int | None, may_be_excused: bool) -> Iterator[Match]:
        """What stands in a text of this item more often than it is excused there."""
        excused = self._excused.get(item) if may_be_excused else None
        for match, count in self.matches(text, item).items():
            if count > (excused[match] if excused else 0):
                yield match

    def _excused_by_item(self, excused: Iterable[Excused]) -> dict[int | None, Counter[Match]]:
        """What would be found in the words that were kept is what they excuse."""
        found: defaultdict[int | None, Counter[Match]] = defaultdict(Counter)
        for one in excused:
            if one.is_standing:
                found[one.item][_of_short(one.item, one.words)] += one.times
                continue
            for match, count in self.matches(one.words, one.item).items():
                if not match.is_short:
                    found[one.item][match] += count * one.times
        return dict(found)


def _of_short(item: int, words: str) -> Match:
    return Match(" ".join(words.split()), item=item, is_short=True)


def left_standing(item: int, texts: Iterable[str], passages: Iterable[Passage]) -> Iterator[Excused]:
    """How often the words of short passages stand in what is released of their item."""
    released = list(texts)
    for passage in dict.fromkeys(one for one in passages if one.item == item and one.is_short):
        if times := sum(_times(passage.words, text) for text in released):
            yield Excused(item, passage.words, times, is_standing=True)


def _times(words: str, text: str) -> int:
    """How often these stand in a text as words by themselves, as they were written and over the ends of its lines."""
    spelled = r"\s+".join(map(letters_of, plain(words).split()))
    return len(re.findall(rf"(?<!\w){spelled}(?!\w)", view_of(text).plain))
