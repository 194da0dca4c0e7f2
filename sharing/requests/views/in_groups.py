"""In which order do items stand on a list, under which headings, and with which words?"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.safestring import SafeString

from safeguarding.parts import titles
from sharing.requests.models import RequestItem, RequestPerson
from sharing.requests.services import documents
from sharing.requests.services.approving import ToLook
from sharing.requests.services.deciding_several import files_among, is_shut

from .item_shown import Detail, details_of, marked_texts

PAGE = 25
# Of an item that is not decided, so many of those who are open are named; the rest is counted.
NAMED = 3
_CONCERN = "concerns.concern"
_BY_APP = {"children": "The child and their family", "plans": "Plans and attendance", "": "Added by hand"}
_REST = "Other records"


class Place(NamedTuple):
    """Where an item stands on a list: its key, its number, and the key of its group."""

    pk: UUID
    number: int
    group: str


@dataclass(frozen=True)
class Row:
    """An item on a list: its words with what is marked in them, who stands in it and what was decided there, who is
    open, and whether it can be ticked. `problem` says why it was not decided with the others, `look` why the approver
    reads it.
    """

    item: RequestItem
    kind: str
    texts: Sequence[tuple[str, SafeString]]
    people: Sequence[RequestPerson]
    details: Sequence[Detail]
    open_names: Sequence[str]
    is_file: bool
    may_tick: bool
    problem: str = ""
    look: ToLook | None = None

    @property
    def group(self) -> str:
        return _group(self.item.concern_key, self.item.source)

    @property
    def open(self) -> Sequence[str]:
        return self.open_names[:NAMED]

    @property
    def more(self) -> int:
        return len(self.open_names[NAMED:])


@dataclass(frozen=True)
class Group:
    """The items of one concern, or of one part of the record, as they stand under one heading."""

    key: str
    title: str
    rows: Sequence[Row]

    @property
    def ticks(self) -> int:
        """How many of them can be ticked."""
        return sum(row.may_tick for row in self.rows)


def in_order(rows: Any) -> list[Place]:
    """Return where each of these items stands: group by group, those first that have the lowest number. One query,
    which opens no words.
    """
    found = [
        Place(pk, number, _group(concern, source))
        for pk, number, concern, source in rows.order_by("number").values_list("pk", "number", "concern_key", "source")
    ]
    first: dict[str, int] = {}
    for place in found:
        first.setdefault(place.group, place.number)
    return sorted(found, key=lambda place: (first[place.group], place.number))


def page_after(places: Sequence[Place], after: int) -> tuple[list[UUID], bool]:
    """Return the keys of the page behind the item with this number, and whether more follow. Of a number that is not
    there, the first page.
    """
    start = next((at for at, place in enumerate(places, start=1) if place.number == after), 0)
    return [place.pk for place in places[start : start + PAGE]], len(places) > start + PAGE


def rows_of(items: Sequence[RequestItem], *, ticks: Collection[UUID]) -> list[Row]:
    """Return these items as they are shown: three queries, however many. `ticks`: those that the reader may decide."""
    readable = [one for one in items if not is_shut(one)]
    marked, files, kinds = documents.marked_of_each(readable), files_among(items), titles()
    found = []
    for item in items:
        kind, is_file = kinds.get(item.source, _BY_APP[""]), item.pk in files
        texts: list[tuple[str, SafeString]] = []
        people: list[RequestPerson] = []
        details: list[Detail] = []
        names: list[str] = []
        if one := marked.get(item.pk):
            document, people = documents.document_of(item), one.people
            texts, details = marked_texts(document, one.marks), details_of(document, one)
            names = documents.open_in(item, one)
        found.append(Row(item, kind, texts, people, details, names, is_file, item.pk in ticks and not is_file))
    return found


def grouped(rows: Iterable[Row]) -> list[Group]:
    """Return rows that stand in order under their headings."""
    return [
        Group(key, _heading(key, some), some)
        for key, each in groupby(rows, lambda row: row.group)
        for some in [[*each]]
    ]


def _group(concern: UUID | None, source: str) -> str:
    if concern is not None:
        return str(concern)
    app = source.partition(".")[0]
    return app if app in _BY_APP else "rest"


def _heading(key: str, rows: Sequence[Row]) -> str:
    concern = next((row for row in rows if row.item.source == _CONCERN), rows[0])
    if concern.item.concern_key is None:
        return _BY_APP.get(key, _REST)
    # What hangs on a concern ends with its number.
    return f"Concern {concern.item.title.rpartition(' ')[2]}"
