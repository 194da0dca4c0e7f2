"""Where in copies do people of a list stand, and whom does a name mean that several have?

A full name, an initial with a surname and a mention mean one person. A forename or a surname alone may be many people's
in a school: it means those of them whose full name stands somewhere in the case, or with whom the record has to do;
else the nearest, such as those of the same class, so that the place is marked and somebody looks at it. Two capitals
are initials of such people alone: else every pair of them would be somebody.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from children import mentions
from sharing.requests.models import RequestItem
from sharing.requests.people import Finder, Hit, Person, text_of
from sharing.requests.plain import plain, run_together, squeezed
from sharing.requests.redacting.marks import Document, DrawnPage, document_of

from .known_people import Listed

_INITIALS = 2
# Of those who share a name that may mean any of them.
_MOST_ALIKE = 3
_WORD = re.compile(r"[^\W\d_]+")
_LINE_END = re.compile(r"(?:-|(?<!\s))[^\S\n]*+\n\s*+")


@dataclass
class Place:
    """Where somebody was found: a text or a page of an item."""

    text: str
    block: str = ""
    # Of a page: its words, and where in the text each begins.
    page: DrawnPage | None = None
    starts: Sequence[int] = ()

    def marks(self, hit: Hit, person: str) -> tuple[list[list[Any]], list[list[Any]]]:
        """The span of a hit, or the boxes of the words that it touches."""
        if self.page is None:
            return [[self.block, hit.start, hit.end, person]], []
        words = zip(self.page.words, self.starts, strict=True)
        touched = [w for w, start in words if start < hit.end and hit.start < start + len(w.text)]
        return [], [[self.page.n, *word.area, person] for word in touched]


@dataclass
class Read:
    """An item that is looked through, and what was found in it: hits with the place of each."""

    item: RequestItem
    places: list[Place]
    words: set[str]
    capitals: str
    pseudonyms: set[str]
    hits: list[tuple[Place, Hit]] = field(default_factory=list)
    looked_for: set[str] = field(default_factory=set)

    def look_for(self, finder: Finder, keys: set[str]) -> None:
        """Add where these people stand, if that was not asked before."""
        keys = keys - self.looked_for
        self.looked_for |= keys
        if keys:
            wanted = finder.only(keys)
            self.hits += [(place, hit) for place in self.places for hit in wanted.hits(place.text)]


def read(item: RequestItem) -> Read:
    """An item, with its words as names are looked up among them."""
    places = list(_places(document_of(item.content)))
    text = "\n".join(place.text for place in places)
    return Read(item, places, _words_of(text), plain(text), mentions.mentioned(text))


def _places(document: Document) -> Iterator[Place]:
    for block in document.blocks:
        yield Place(block.text, block.key)
    for page in document.pages:
        text, starts = text_of(page)
        yield Place(text, page=page, starts=starts)


def _words_of(text: str) -> set[str]:
    """Every word, small and plain: also where a line divides one, and where words are run together."""
    bare = plain(text).replace("'", "")
    ways = (bare, bare.replace("\n", " "), _LINE_END.sub("", bare), plain(text), run_together(text).plain)
    return {word.casefold() for way in ways for word in _WORD.findall(way)}


def look(items: Sequence[Read], listed: Mapping[str, Listed], shared: Sequence[Person]) -> None:
    """Find everybody of a list in these items."""
    names = {key: _Names(one.person) for key, one in listed.items()}
    words = {word for one in items for word in one.words}
    mentioned = {pseudonym for one in items for pseudonym in one.pseudonyms}
    maybe = {
        key
        for key, one in listed.items()
        if one.is_near or one.person.pseudonym in mentioned or not names[key].telling.isdisjoint(words)
    }
    finder = Finder((listed[key].person for key in sorted(maybe)), shared)
    _look_for(items, finder, listed, names, maybe)
    known = {hit.person for one in items for _, hit in one.hits if names[hit.person].is_meant(hit)}
    known |= {key for key in maybe if listed[key].is_near}
    # A forename of nobody who is known so far.
    alike = _nearest(listed, names, words - {word for key in known for word in names[key].all}, but=maybe)
    _look_for(items, Finder((listed[key].person for key in sorted(alike)), shared), listed, names, alike)
    initials = {key: names[key].initials for key in known}
    for one in items:
        more = {key for key, initial in initials.items() if initial and initial.search(one.capitals)}
        one.look_for(finder, more)
        one.hits = list(_meant(one.hits, listed, names, known))


def look_for_all(items: Sequence[Read], homes: Mapping[str, Listed]) -> None:
    """Find homes, in every item: nobody shares one."""
    if homes:
        finder = Finder(one.person for one in homes.values())
        for one in items:
            one.look_for(finder, set(homes))


def _look_for(
    items: Sequence[Read],
    finder: Finder,
    listed: Mapping[str, Listed],
    names: Mapping[str, "_Names"],
    keys: set[str],
) -> None:
    for one in items:
        one.look_for(
            finder,
            {
                key
                for key in keys
                if listed[key].person.pseudonym in one.pseudonyms or not names[key].all.isdisjoint(one.words)
            },
        )


def _nearest(
    listed: Mapping[str, Listed], names: Mapping[str, "_Names"], words: set[str], *, but: set[str]
) -> set[str]:
    """Of those who share a forename that stands there, the nearest few."""
    sharing: defaultdict[str, list[str]] = defaultdict(list)
    for key in listed.keys() - but:
        for word in names[key].all & words:
            sharing[word].append(key)
    found: set[str] = set()
    for keys in sharing.values():
        first = min(listed[key].far for key in keys)
        found.update(sorted(key for key in keys if listed[key].far == first)[:_MOST_ALIKE])
    return found


def _meant(
    hits: Iterable[tuple[Place, Hit]],
    listed: Mapping[str, Listed],
    names: Mapping[str, "_Names"],
    known: set[str],
) -> Iterator[tuple[Place, Hit]]:
    """The hits without those of people whom a name does not mean that another has too."""
    by_place: defaultdict[int, list[tuple[Place, Hit]]] = defaultdict(list)
    for place, hit in hits:
        by_place[id(place)].append((place, hit))
    for some in by_place.values():
        for (place, hit), alike in zip(some, _called_alike([hit for _, hit in some]), strict=True):
            if hit.person in known:
                yield place, hit
            elif not _is_initials(hit) and alike.isdisjoint(known):
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


def _is_initials(hit: Hit) -> bool:
    """Whether a hit is two letters, which may be anything."""
    bare = "".join(letter for letter in hit.words if letter.isalpha())
    return len(bare) <= _INITIALS and bare.isupper()


class _Names:
    """How somebody is called, as words: `telling` are those that few share."""

    def __init__(self, person: Person) -> None:
        firsts = _words(person.forename) | _words(person.known_forename)
        lasts = _words(person.surname) | _words(person.known_surname)
        others = {word for other in person.others for word in _words(other)}
        run = {f"{one}{other}" for a in firsts for b in lasts for one, other in ((a, b), (b, a), (a[0], b), (b, a[0]))}
        plural = {f"{last}{end}" for last in lasts for end in ("s", "es")}
        self.telling = lasts | others | run | plural
        self.all = self.telling | firsts
        self._firsts, self._lasts, self._run = firsts, lasts, run
        parts = (person.forename, person.known_forename, person.surname, person.known_surname)
        self._alone = {squeezed(name) for name in parts if name}
        self.initials = None
        if person.forename and person.surname:
            first, last = (re.escape(plain(name)[:1]) for name in (person.forename, person.surname))
            self.initials = re.compile(rf"(?<!\w){first}\.?\s?{last}(?!\w)")

    def is_meant(self, hit: Hit) -> bool:
        """Whether a hit means this person and hardly anybody else."""
        if mentions.mentioned(hit.words):
            return True
        said = squeezed(hit.words)
        if said in self._alone:
            # A surname of two words is a surname all the same.
            return False
        if said in self._run or (any(a in said for a in self._firsts) and any(b in said for b in self._lasts)):
            return True
        return len(_WORD.findall(plain(hit.words))) > 1 and not _is_initials(hit)


def _words(name: str) -> set[str]:
    """The words of a name of two letters or more, and a double one as one."""
    bare = plain(name).replace("'", "")
    parts = {*_WORD.findall(bare), *_WORD.findall(plain(name)), "".join(_WORD.findall(bare))}
    return {word.casefold() for word in parts if len(word) >= _INITIALS}
