"""Where in copies do people of a list stand, and whom does a name mean that several have?

A full name, an initial with a surname and a mention mean one person. A forename or a surname alone may be many people's
in a school: it means those of them whose full name stands somewhere in the case, or with whom the record has to do;
else the nearest, such as those of the same class, so that the place is marked and somebody looks at it. Two capitals
are initials of such people alone: else every pair of them would be somebody.

A text that is about one person by key is a place of that person as a whole, whatever it says, and is searched for
nobody else: it goes or stays with them. In days nobody stands.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from children import mentions
from children.names.find import Finder, Hit
from children.names.forms import Person, Sure
from safeguarding.part_texts import Kind
from sharing.requests.models import RequestItem
from sharing.requests.redacting.marks import Area, Document, DrawnPage

from .documents import document_of
from .known_people import Listed

# Of those who share a name that may mean any of them.
_MOST_ALIKE = 3


@dataclass
class Place:
    """Where somebody was found: a text or a page of an item."""

    text: str
    block: str = ""
    kind: str = Kind.TYPED
    # The key of the row of the one person whose text it is.
    of: str = ""
    # Of a page: its words, and where in the text each begins.
    page: DrawnPage | None = None
    starts: Sequence[int] = ()

    def marks(self, hit: Hit, person: str) -> tuple[list[list[Any]], list[list[Any]]]:
        """The span of a hit, or the boxes of the words that it touches."""
        if self.page is None:
            return [[self.block, hit.start, hit.end, person]], []
        first, beyond = bisect_right(self.starts, hit.start) - 1, bisect_left(self.starts, hit.end)
        words = ((self.page.words[n], self.starts[n]) for n in range(max(first, 0), beyond))
        touched = [word for word, start in words if hit.start < start + len(word.text)]
        return [], [[self.page.n, *word.area, person] for word in touched]


@dataclass
class Read:
    """An item that is looked through, and what was found in it: hits with the place of each."""

    item: RequestItem
    places: list[Place]
    hits: list[tuple[Place, Hit]] = field(default_factory=list)

    def look_for(self, finder: Finder, keys: set[str], places: Iterable[Place]) -> None:
        """Add where these people stand."""
        self.hits += [(place, hit) for place in places for hit in finder.hits(place.text, keys)]

    def searched(self, known: Container[str]) -> list[Place]:
        """Where people are looked for: not in days, nor in what is of somebody of whom a key is known."""
        return [place for place in self.places if place.kind != Kind.DAY and place.of not in known]


def read(item: RequestItem) -> Read:
    """An item, as names are looked for in it. Raises `OutOfTurn` where its words do not open."""
    return Read(item, list(_places(document_of(item))))


def _places(document: Document) -> Iterator[Place]:
    for block in document.blocks:
        yield Place(block.text, block.key, block.kind, block.of.rpartition(":")[2])
    for page in document.pages:
        text, starts = text_of(page)
        yield Place(text, page=page, starts=starts)


def text_of(page: DrawnPage) -> tuple[str, list[int]]:
    """The words of a page as a text of lines, and where in it each word begins."""
    parts: list[str] = []
    starts: list[int] = []
    length = 0
    last: Area | None = None
    for word in page.words:
        if last is not None:
            middle = (word.area.y0 + word.area.y1) / 2
            parts.append(" " if last.y0 <= middle <= last.y1 and word.area.x0 >= last.x0 else "\n")
            length += 1
        starts.append(length)
        parts.append(word.text)
        length += len(word.text)
        last = word.area
    return "".join(parts), starts


def look(items: Sequence[Read], listed: Mapping[str, Listed], shared: Sequence[Person]) -> None:
    """Find everybody of a list in these items."""
    finder = Finder((one.person for one in listed.values()), shared)
    # By the key of each row, whose it is: nobody's of the list where it is the child's.
    owners = {str(row): key for key, one in listed.items() for row in (one.key, *one.also)}
    owners |= {one.key: "" for one in shared}
    searched = [(one, one.searched(owners)) for one in items]
    texts = [place.text for _, places in searched for place in places]
    words = {word for text in texts for word in finder.words_in(text)}
    mentioned = {pseudonym for text in texts for pseudonym in mentions.mentioned(text)}
    maybe = {
        key
        for key, one in listed.items()
        if one.is_near or one.person.pseudonym in mentioned or not finder.forms[key].telling.isdisjoint(words)
    }
    for one, places in searched:
        one.hits += _owned(one, owners)
        one.look_for(finder, maybe, places)
    known = {hit.person for one in items for _, hit in one.hits if hit.sure == Sure.ONE}
    known |= {key for key in maybe if listed[key].is_near}
    # A forename of nobody who is known so far.
    alike = _nearest(listed, finder, words.difference(*(finder.forms[key].letters for key in known)), but=maybe)
    for one, places in searched:
        one.look_for(finder, alike, places)
        one.hits = list(_meant(one.hits, listed, known))


def _owned(item: Read, owners: Mapping[str, str]) -> Iterator[tuple[Place, Hit]]:
    """The texts of an item that are somebody's by key, each as a whole."""
    for place in item.places:
        if place.text and (person := owners.get(place.of, "")):
            yield place, Hit(0, len(place.text), person, place.text, Sure.ONE)


def look_for_all(items: Sequence[Read], homes: Mapping[str, Listed]) -> None:
    """Find homes, in every text of every item: nobody shares one."""
    if homes:
        finder = Finder(one.person for one in homes.values())
        for one in items:
            one.look_for(finder, set(homes), one.places)


def _nearest(listed: Mapping[str, Listed], finder: Finder, words: set[str], *, but: set[str]) -> set[str]:
    """Of those who share a forename that stands there, the nearest few."""
    sharing: defaultdict[str, list[str]] = defaultdict(list)
    for key in listed.keys() - but:
        for word in finder.forms[key].letters & words:
            sharing[word].append(key)
    found: set[str] = set()
    for keys in sharing.values():
        first = min(listed[key].far for key in keys)
        found.update(sorted(key for key in keys if listed[key].far == first)[:_MOST_ALIKE])
    return found


def _meant(
    hits: Iterable[tuple[Place, Hit]], listed: Mapping[str, Listed], known: set[str]
) -> Iterator[tuple[Place, Hit]]:
    """The hits without those of people whom a name does not mean that another has too."""
    by_place: defaultdict[int, list[tuple[Place, Hit]]] = defaultdict(list)
    for place, hit in hits:
        if hit.person in known or hit.sure != Sure.INITIALS:
            by_place[id(place)].append((place, hit))
    for some in by_place.values():
        for (place, hit), alike in zip(some, _called_alike([hit for _, hit in some]), strict=True):
            if hit.person in known:
                yield place, hit
            elif alike.isdisjoint(known):
                order = sorted(alike, key=lambda key: (listed[key].far, key))
                if hit.person in order[:_MOST_ALIKE]:
                    yield place, hit


def _called_alike(hits: Sequence[Hit]) -> list[set[str]]:
    """For each hit of a text, whom its words may mean: everybody with a hit that overlaps it."""
    alike = [{hit.person} for hit in hits]
    reaching: list[int] = []
    for number in sorted(range(len(hits)), key=lambda number: hits[number].start):
        reaching = [one for one in reaching if hits[one].end > hits[number].start]
        for one in reaching:
            alike[one].add(hits[number].person)
            alike[number].add(hits[one].person)
        reaching.append(number)
    return alike
