"""Who of the school's lists stands in the copies of a case, and where?

Everybody who is found is somebody on whom a decision can hold everywhere, called the same throughout ("Child B"). The
child of the case is not found, nor what somebody else is called as it is.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from children.services import bulk
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.keys import uuid7
from sharing.requests.models import RequestItem, RequestPerson, RightsRequest

from .item_numbers import bands
from .known_people import Listed, everybody, names_of, secret_homes, the_child
from .matching import Read, look, look_for_all
from .matching import read as read_item

Kind = RequestPerson.Kind
_CALLED = {Kind.CHILD: "Child", Kind.ADULT: "Adult", Kind.STAFF: "Staff", Kind.ADDRESS: "Address"}
# The child of the case would be the first.
_LETTERS = "BCDEFGHIJKLMNOPQRSTUVWXYZ"


def find(case: RightsRequest) -> list[RequestPerson]:
    """Find everybody again, and say in each item where they are. Of the worker, in the task of requests.

    Who was found before keeps what they are called. Returns everybody who stands in something.
    """
    items = list(RequestItem.objects.filter(case=case).order_by("number"))
    read = [read_item(item) for item in items]
    listed = {one.person.key: one for one in everybody(case, items)}
    shared = the_child(case)
    look(read, listed, shared)
    there = {hit.person for one in read for _, hit in one.hits}
    children = {listed[key].key for key in there if listed[key].kind == Kind.CHILD}
    homes = {one.person.key: one for one in secret_homes(case, children)}
    look_for_all(read, homes)
    rows = _rows(case, read, listed | homes)
    _say_where(case, read, rows)
    return list(rows.values())


# --- what is kept


def _rows(case: RightsRequest, read: Sequence[Read], listed: Mapping[str, Listed]) -> dict[str, RequestPerson]:
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


def _say_where(case: RightsRequest, read: Sequence[Read], rows: Mapping[str, RequestPerson]) -> None:
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
