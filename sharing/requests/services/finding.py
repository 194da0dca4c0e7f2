"""Who of the school's lists stands in the copies of a case, and where?

Everybody who is found is somebody on whom a decision can hold everywhere, called the same throughout ("Child B"). The
child of the case is not found, nor what somebody else is called as it is.

That takes minutes where much was gathered. So the case is marked (`is_to_be_searched`), and nothing is approved; its
items are read; people are found while no transaction is open; and what was found is kept where the items are still the
same. Only that takes the mark away: a worker that is killed on the way leaves it, and the next one finds them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Func, QuerySet, TextField

from children.names.forms import Person
from children.services import bulk
from safeguarding.audit.context import system_task
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.keys import uuid7
from sharing.requests.models import AT_WORK, RequestItem, RequestPerson, RightsRequest

from . import documents
from .item_numbers import bands
from .known_people import Listed, everybody, names_of, secret_homes, the_child
from .matching import Read, look, look_for_all
from .matching import read as read_item

TASK = "requests"
Kind = RequestPerson.Kind
_CALLED = {Kind.CHILD: "Child", Kind.ADULT: "Adult", Kind.STAFF: "Staff", Kind.ADDRESS: "Address"}
# The child of the case would be the first.
_LETTERS = "BCDEFGHIJKLMNOPQRSTUVWXYZ"
# Of an item, as it is in the database: what is looked through, and who was found in it last.
_PRINT = Func(F("content"), F("found"), template="md5(%(expressions)s)", arg_joiner=" || ", output_field=TextField())


def mark(case: RightsRequest) -> None:
    """Say that people are still to be found in a case. In the transaction of whoever adds to its items or changes for
    whom is looked, who has asked who may, and writes the event.

    It is written whatever `case` says: it may have been read before somebody else took the mark away.
    """
    case.is_to_be_searched = True
    case.save(update_fields=["is_to_be_searched"])


def find(case_id: UUID) -> bool:
    """Find everybody again, and say in each item where they are. Who was found before keeps what they are called; where
    anything changes, a case that was prepared or approved is open again.

    Of the worker, alone at the case and in no transaction. Whether it was kept: not where an item or what is looked for
    has changed meanwhile, nor of a case that is not worked on. Raises `KeysAway`, which passes; `OutOfTurn` where words
    of an item do not open.
    """
    if not _marked(case_id):
        return False
    lists = _lists(case_id)
    if lists is None:
        return False
    read = [read_item(item) for item in lists.items]
    look(read, lists.listed, lists.child)
    there = {hit.person for one in read for _, hit in one.hits}
    children = {lists.listed[key].key for key in there if lists.listed[key].kind == Kind.CHILD}
    with system_task(TASK):
        homes = {one.person.key: one for one in secret_homes(lists.case, children)}
    look_for_all(read, homes)
    return _kept(lists, read, lists.listed | homes)


@dataclass(frozen=True)
class _Lists:
    """What is looked through, and for whom: the items of a case as they are, everybody of the school's lists by their
    keys, and the child of the case.
    """

    case: RightsRequest
    items: list[RequestItem]
    listed: dict[str, Listed]
    child: Sequence[Person]


def _at_work(case_id: UUID) -> QuerySet[RightsRequest]:
    return RightsRequest.objects.filter(pk=case_id, status__in=AT_WORK, child__isnull=False)


def _items(case_id: UUID) -> QuerySet[RequestItem]:
    return RequestItem.objects.filter(case=case_id).annotate(print=_PRINT).order_by("number")


def _compared(items: Iterable[RequestItem]) -> set[tuple[Any, ...]]:
    """What has to be the same when people were found. A decision on an item changes nothing of this."""
    return {(item.pk, item.reviewer_id, item.print) for item in items}  # type: ignore[attr-defined]


@system_task(TASK)
def _marked(case_id: UUID) -> bool:
    """Whether a case is there, which is marked now."""
    case = _at_work(case_id).select_for_update(of=("self",)).first()
    if case is None:
        return False
    if not case.is_to_be_searched:
        mark(case)
        record(Verb.CHANGE, case, purpose="people are to be found")
    return True


@system_task(TASK)
def _lists(case_id: UUID) -> _Lists | None:
    """Read and not written: no transaction that seals events waits for this one. Words are opened after it."""
    case = _at_work(case_id).first()
    if case is None:
        return None
    items = list(_items(case_id))
    return _Lists(case, items, {one.person.key: one for one in everybody(case, items)}, the_child(case))


@system_task(TASK)
def _kept(lists: _Lists, read: Sequence[Read], listed: Mapping[str, Listed]) -> bool:
    """Whether everything is still as it was read, and who was found is kept."""
    before, case = lists.case, _at_work(lists.case.pk).select_for_update(of=("self",)).first()
    if case is None or (case.child_id, case.address_is_confidential) != (
        before.child_id,
        before.address_is_confidential,
    ):
        return False
    if _compared(lists.items) != _compared(_items(case.pk).only("reviewer_id")):
        return False
    rows, has_changed = _rows(case, read, listed)
    has_changed |= _say_where(case, read, rows)
    case.is_to_be_searched = False
    case.save(update_fields=["is_to_be_searched"])
    record(Verb.CHANGE, case, purpose="people found")
    if has_changed:
        documents.changed(case)
    return True


# --- what is kept


def _rows(
    case: RightsRequest, read: Sequence[Read], listed: Mapping[str, Listed]
) -> tuple[dict[str, RequestPerson], bool]:
    """A row for everybody who was found, by the keys of the list: those that were there, and new ones. And whether any
    is not as it was.
    """
    where: defaultdict[str, list[RequestItem]] = defaultdict(list)
    for one in read:
        for key in dict.fromkeys(hit.person for _, hit in one.hits):
            where[key].append(one.item)
    there = {(row.kind, row.key): row for row in RequestPerson.objects.filter(case=case)}
    labels = _Labels(case, there.values())
    rows: dict[str, RequestPerson] = {}
    has_changed = False
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
            has_changed = True
        elif set(row.items) != set(items) or row.names != names_of(mine.person):
            row.names, row.items = names_of(mine.person), items
            row.save(update_fields=["names", "items"])
            has_changed = True
        rows[key] = row
    still = {row.pk for row in rows.values()}
    return rows, _forget_places(row for row in there.values() if row.pk not in still) or has_changed


def _forget_places(rows: Iterable[RequestPerson]) -> bool:
    """Who stands in nothing any more, as when a list was mended. Whether there is any."""
    gone = [row for row in rows if row.items]
    for row in gone:
        row.items = []
        row.save(update_fields=["items"])
    return bool(gone)


def _say_where(case: RightsRequest, read: Sequence[Read], rows: Mapping[str, RequestPerson]) -> bool:
    """Write into each item who stands where. Whether any is not as it was."""
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
    return bool(changed)


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
