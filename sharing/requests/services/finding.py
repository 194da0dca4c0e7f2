"""Who of the school's lists stands in the copies of a case, and where?

Everybody who is found is somebody on whom a decision can hold everywhere, called the same throughout ("Child B"). The
child of the case is not found, nor what somebody else is called as it is. Initials alone are found of those whose name
stands somewhere in the case, or with whom the record has to do: else every pair of capitals would be a person.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from children import mentions
from children.services import bulk
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.keys import uuid7
from sharing.requests.models import RequestItem, RequestPerson, RightsRequest
from sharing.requests.people import Finder, Hit, Person, text_of
from sharing.requests.plain import plain, squeezed
from sharing.requests.redacting.marks import Document, document_of

from .item_numbers import bands
from .listed import Listed, everybody, names_of, secret_homes, the_child

Kind = RequestPerson.Kind
_CALLED = {Kind.CHILD: "Child", Kind.ADULT: "Adult", Kind.STAFF: "Staff", Kind.ADDRESS: "Address"}
# The child of the case would be the first.
_LETTERS = "BCDEFGHIJKLMNOPQRSTUVWXYZ"
_INITIALS = 2


@dataclass
class _Place:
    """Where somebody was found: a text or a page of an item."""

    text: str
    # Of a page: its number, its words and where in the text each begins.
    page: Any = None
    starts: Sequence[int] = ()
    block: str = ""

    def marks(self, hit: Hit, person: str) -> tuple[list[list[Any]], list[list[Any]]]:
        """The span of a hit, or the boxes of the words that it touches."""
        if self.page is None:
            return [[self.block, hit.start, hit.end, person]], []
        words = zip(self.page.words, self.starts, strict=True)
        touched = [w for w, start in words if start < hit.end and hit.start < start + len(w.text)]
        return [], [[self.page.n, *word.area, person] for word in touched]


@dataclass
class _Read:
    """An item that is looked through, and what was found in it: hits with the place of each."""

    item: RequestItem
    places: list[_Place]
    letters: str
    capitals: str
    pseudonyms: set[str]
    hits: list[tuple[_Place, Hit]] = field(default_factory=list)
    looked_for: set[str] = field(default_factory=set)


def find(case: RightsRequest) -> list[RequestPerson]:
    """Find everybody again, and say in each item where they are. Of the worker, in the task of requests.

    Who was found before keeps what they are called. Returns everybody who stands in something.
    """
    items = list(RequestItem.objects.filter(case=case).order_by("number"))
    read = [_read(item) for item in items]
    listed = {one.person.key: one for one in everybody(case, items)}
    shared = the_child(case)
    _look(read, listed, shared)
    there = {hit.person for one in read for _, hit in one.hits}
    children = {listed[key].key for key in there if listed[key].kind == Kind.CHILD}
    homes = {one.person.key: one for one in secret_homes(case, children)}
    _look_for_all(read, homes)
    rows = _rows(case, read, listed | homes)
    _say_where(case, read, rows)
    return list(rows.values())


def _read(item: RequestItem) -> _Read:
    document = document_of(item.content)
    places = list(_places(document))
    text = "\n".join(place.text for place in places)
    return _Read(item, places, squeezed(text), plain(text), mentions.mentioned(text))


def _places(document: Document) -> Iterator[_Place]:
    for block in document.blocks:
        yield _Place(block.text, block=block.key)
    for page in document.pages:
        text, starts = text_of(page)
        yield _Place(text, page, starts)


# --- looking


def _look(read: Sequence[_Read], listed: Mapping[str, Listed], shared: Sequence[Person]) -> None:
    """Everybody by their names; then by initials too, of those who are named somewhere, or near."""
    parts = {key: _parts(one.person) for key, one in listed.items()}
    everything = "\n".join(one.letters for one in read)
    mentioned = {pseudonym for one in read for pseudonym in one.pseudonyms}
    maybe = {
        key
        for key, one in listed.items()
        if one.is_near or one.person.pseudonym in mentioned or any(part in everything for part in parts[key])
    }
    finder = Finder((listed[key].person for key in sorted(maybe)), shared)
    for one in read:
        keys = {
            key
            for key in maybe
            if listed[key].person.pseudonym in one.pseudonyms or any(part in one.letters for part in parts[key])
        }
        _hits(one, finder, keys)
    known = {hit.person for one in read for _, hit in one.hits if not _is_initials(hit)}
    known |= {key for key in maybe if listed[key].is_near}
    initials = {key: _initials(listed[key].person) for key in known}
    for one in read:
        more = {key for key in known - one.looked_for if initials[key] and initials[key].search(one.capitals)}
        _hits(one, finder, more)
        one.hits = [(place, hit) for place, hit in one.hits if hit.person in known]


def _look_for_all(read: Sequence[_Read], homes: Mapping[str, Listed]) -> None:
    """Homes, in every item: nobody shares one."""
    if homes:
        finder = Finder(one.person for one in homes.values())
        for one in read:
            _hits(one, finder, set(homes))


def _hits(one: _Read, finder: Finder, keys: set[str]) -> None:
    one.looked_for |= keys
    if keys:
        wanted = finder.only(keys)
        one.hits += [(place, hit) for place in one.places for hit in wanted.hits(place.text)]


def _parts(person: Person) -> set[str]:
    """Letters of which some stand wherever somebody is found otherwise than by initials or a mention."""
    names = (person.forename, person.surname, person.known_forename, person.known_surname, *person.others)
    words = (word for name in names for word in re.split(r"[\s-]+", name))
    return {part for word in words if len(part := squeezed(word)) >= _INITIALS}


def _initials(person: Person) -> re.Pattern[str] | None:
    if not (person.forename and person.surname):
        return None
    first, last = (re.escape(plain(name)[:1]) for name in (person.forename, person.surname))
    return re.compile(rf"(?<!\w){first}\.?\s?{last}(?!\w)")


def _is_initials(hit: Hit) -> bool:
    """Whether a hit is two letters, which may be anything."""
    bare = "".join(letter for letter in hit.words if letter.isalpha())
    return len(bare) <= _INITIALS and bare.isupper()


# --- what is kept


def _rows(case: RightsRequest, read: Sequence[_Read], listed: Mapping[str, Listed]) -> dict[str, RequestPerson]:
    """A row for everybody who was found, by the keys of the list: those that were there, and new ones."""
    where: defaultdict[str, list[RequestItem]] = defaultdict(list)
    for one in read:
        for key in dict.fromkeys(hit.person for _, hit in one.hits):
            where[key].append(one.item)
    there = {(row.kind, row.key): row for row in RequestPerson.objects.filter(case=case)}
    labels = _Labels(case, there.values())
    rows: dict[str, RequestPerson] = {}
    for key in where:
        mine, items = listed[key], [item.pk for item in where[key]]
        row = there.get((mine.kind, mine.key))
        if row is None:
            row = RequestPerson(
                id=uuid7(),
                case=case,
                school_id=case.school_id,
                kind=mine.kind,
                label=labels.next(mine.kind, {item.reviewer_id for item in where[key]}),
                key=mine.key,
                names=names_of(mine.person),
                items=items,
            )
            row.save(force_insert=True)
        elif set(row.items) != set(items) or row.names != names_of(mine.person):
            row.names, row.items = names_of(mine.person), items
            row.save(update_fields=["names", "items"])
        rows[key] = row
    _forget_places(row for row in there.values() if row.pk not in {one.pk for one in rows.values()})
    record(Verb.CHANGE, case, purpose="people found")
    return rows


def _forget_places(rows: Iterable[RequestPerson]) -> None:
    """Who stands in nothing any more, as when a list was mended."""
    for row in rows:
        if row.items:
            row.items = []
            row.save(update_fields=["items"])


def _say_where(case: RightsRequest, read: Sequence[_Read], rows: Mapping[str, RequestPerson]) -> None:
    changed = []
    for one in read:
        spans: list[list[Any]] = []
        boxes: list[list[Any]] = []
        for place, hit in one.hits:
            in_text, on_page = place.marks(hit, str(rows[hit.person].pk))
            spans += in_text
            boxes += on_page
        found = {"spans": sorted(spans), "boxes": sorted(boxes)} if spans or boxes else {}
        if found != one.item.found:
            changed.append({"id": one.item.pk, "case_id": case.pk, "found": found})
    if changed:
        bulk.update(RequestItem, ["found"], changed)


class _Labels:
    """What people are called in the answer: a letter for each, whatever they are.

    As with the numbers of items, a letter that is missing would tell of somebody whom a reviewer may not know of. So
    those who stand in nothing of the preparer's have letters of their own: "Child BB".
    """

    def __init__(self, case: RightsRequest, there: Iterable[RequestPerson]) -> None:
        self._bands = bands(case)
        self._taken = {row.label.partition(" ")[2] for row in there}

    def next(self, kind: str, reviewers: set[UUID | None]) -> str:
        """The next of the first reviewer who reads of somebody."""
        band = min(self._bands.get(reviewer, 0) for reviewer in reviewers)
        times = 1 + sorted(self._bands.values()).index(band) if band in self._bands.values() else 1
        number = 0
        while (letters := _letters(number, times)) in self._taken:
            number += 1
        self._taken.add(letters)
        return f"{_CALLED[Kind(kind)]} {letters}"


def _letters(number: int, times: int) -> str:
    """B, C, … Z, B2, … and for the second reviewer BB, CC."""
    round_, place = divmod(number, len(_LETTERS))
    return f"{_LETTERS[place] * times}{round_ + 1 if round_ else ''}"
