"""What does an item say, what is marked in it, and what of it goes out? And has anything changed since it was approved?

The only reader of `content`, `found` and the redactions. Marks of persons hold wherever they were found; an address
that may not be given goes without a decision. A redaction that was undone is none.
"""

import hashlib
import hmac
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from children import mentions
from safeguarding.accounts.models import User
from safeguarding.audit.services import record
from safeguarding.exceptions import OutOfTurn
from safeguarding.sealing import crypto
from safeguarding.sealing.exceptions import KeyProblem
from safeguarding.sealing.fields import Shut
from safeguarding.sealing.ring import Key, ring
from sharing.requests import redacting
from sharing.requests.lifecycles import request_life
from sharing.requests.models import Redaction, RequestItem, RequestPerson, RightsRequest
from sharing.requests.permissions import may_prepare
from sharing.requests.redacting.marks import (
    Area,
    Box,
    Decision,
    Deed,
    Document,
    Marks,
    Range,
    Rectangle,
    Released,
    Span,
)

S, D, K = RightsRequest.Status, Redaction.Deed, RequestPerson.Kind
# Items whose content is read at once.
AT_ONCE = 50
# Of the items in which somebody stands, so many are named.
SHOWN_ITEMS = 8
_STATE = b"requests: state of a case"
GONE_OUT = Decision(Deed.OUT)
NO_KEY = "The key of this request cannot be had just now. Tell whoever looks after Harbour at your school."
SHUT = "This copy cannot be opened. Tell whoever looks after Harbour at your school."


def document_of(item: RequestItem) -> Document:
    """The document that was copied. Raises `OutOfTurn` where its words do not open: what is missing is not empty."""
    if isinstance(item.content, Shut):
        raise OutOfTurn(SHUT)
    return redacting.document_of(item.content)


def named_in(item: RequestItem) -> dict[str, list[list[int]]]:
    """Where the texts of a passage name the child, by the key of the text."""
    return {block["key"]: block["named"] for block in item.content.get("blocks", ()) if "named" in block}


def live(rows: QuerySet[Redaction]) -> QuerySet[Redaction]:
    """Those of the redactions that hold: neither undone nor the undoing of another."""
    return rows.filter(undone=None).exclude(deed=D.UNDONE)


@dataclass(frozen=True)
class Marked:
    """The marks of an item with the rows from which they come: who was found in it, what was marked in it by hand, and
    what was decided on a person, by the person's key.
    """

    marks: Marks
    people: list[RequestPerson]
    by_hand: list[Redaction]
    decided: dict[str, Redaction]


def marks_of(item: RequestItem) -> Marks:
    """What is marked in an item: by hand, who was found, and what was decided on each of them. Two queries."""
    return marks_of_each([item])[item.pk]


def marks_of_each(items: Sequence[RequestItem]) -> dict[UUID, Marks]:
    """The same of several items of one case, by their keys: two queries, however many."""
    return {key: one.marks for key, one in marked_of_each(items).items()}


def marked_of_each(items: Sequence[RequestItem]) -> dict[UUID, Marked]:
    """The same with the rows."""
    if not items:
        return {}
    people = list(people_in(items))
    rows = Redaction.objects.filter(Q(item__in=items) | Q(person__in=people), case_id=items[0].case_id)
    marking = _Marking(people, rows)
    return {item.pk: marking.of(item) for item in items}


def each_marked(case: RightsRequest, items: QuerySet[RequestItem]) -> Iterator[tuple[RequestItem, Marked]]:
    """Items of a case in their order, each with its marks. Three queries, however many: of some hundred the words are
    never all at hand.
    """
    marking = _Marking(_in_order(RequestPerson.objects.filter(case=case)), Redaction.objects.filter(case=case))
    for item in items.order_by("number", "pk").iterator(AT_ONCE):
        yield item, marking.of(item)


class _Marking:
    """Who was found in some items of a case, what was decided on them, and what was marked by hand."""

    def __init__(self, people: Iterable[RequestPerson], rows: QuerySet[Redaction]) -> None:
        self._people = {str(one.pk): one for one in people}
        self._by_item: defaultdict[UUID, list[Redaction]] = defaultdict(list)
        self._decided: dict[str, Redaction] = {}
        for row in live(rows).select_related("exemption", "made_by").order_by("made_at", "pk"):
            if row.item_id is not None:
                self._by_item[row.item_id].append(row)
            else:
                self._decided[str(row.person_id)] = row

    def of(self, item: RequestItem) -> Marked:
        return _marked(item, self._by_item.get(item.pk, ()), self._people, self._decided)


def people_in(items: Sequence[RequestItem]) -> QuerySet[RequestPerson]:
    """Everybody found in some items of one case, as far as whoever asks may know of them, by what they are called."""
    keys = [item.pk for item in items]
    return _in_order(RequestPerson.objects.filter(case_id=items[0].case_id, items__overlap=keys))


def _in_order(people: QuerySet[RequestPerson]) -> QuerySet[RequestPerson]:
    return people.order_by("kind", "label", "pk")


def decision_of(row: Redaction) -> Decision:
    """A row as what `redacting` takes; its reason is the code of the exemption."""
    return Decision(Deed(row.deed), row.instead, row.exemption.code if row.exemption else "")


def mark_of(row: Redaction) -> Range | Rectangle:
    """The place of a row that was marked by hand."""
    if row.page is not None:
        return Rectangle(row.page, Area(*row.area or ()), decision_of(row))
    return Range(row.block, row.start or 0, row.end or 0, decision_of(row))


def _marked(
    item: RequestItem,
    rows: Sequence[Redaction],
    people: Mapping[str, RequestPerson],
    decided: Mapping[str, Redaction],
) -> Marked:
    found = found_in(item)
    here = dict.fromkeys(place.person for place in found)
    must_go = frozenset(key for key in here if key in people and people[key].kind == K.ADDRESS)
    # What was kept by hand before somebody said that the address there may not be given is kept no more.
    going = [place for place in found if place.person in must_go]
    marks = [(row, mark_of(row)) for row in rows]
    holding = [
        (row, mark)
        for row, mark in marks
        if mark.decision.deed is not Deed.KEEP or not any(redacting.share(place, mark) for place in going)
    ]
    decisions = {key: decision_of(decided[key]) for key in here if key in decided}
    decisions |= dict.fromkeys(must_go, GONE_OUT)
    return Marked(
        Marks([mark for _, mark in holding], found, decisions, must_go),
        [people[key] for key in here if key in people],
        [row for row, _ in holding],
        {key: decided[key] for key in here if key in decided},
    )


def found_in(item: RequestItem) -> list[Span | Box]:
    """Where somebody was found in an item."""
    if isinstance(item.found, Shut):
        raise OutOfTurn(SHUT)
    spans = [Span(block, start, end, person) for block, start, end, person in item.found.get("spans", ())]
    boxes = [Box(page, Area(*edges), person) for page, *edges, person in item.found.get("boxes", ())]
    return [*spans, *boxes]


def open_in(item: RequestItem, marked: Marked) -> list[str]:
    """The names of those on whom nothing is decided in an item, in the order in which they stand there."""
    marks = marked.marks
    if all(place.person in marks.decisions for place in marks.found):
        return []
    still = {place.person for place in redacting.release(document_of(item), marks).open}
    return [full_name(person) for person in marked.people if str(person.pk) in still]


@dataclass(frozen=True)
class PersonLine:
    """Somebody found in a case: how often, and in which items that the reader sees, and what was decided on them."""

    person: RequestPerson
    count: int
    items: list[RequestItem]
    decided: Redaction | None
    is_address: bool
    may_decide: bool

    @property
    def name(self) -> str:
        return full_name(self.person)

    @property
    def is_open(self) -> bool:
        return self.decided is None and not self.is_address

    @property
    def first_items(self) -> list[RequestItem]:
        return self.items[:SHOWN_ITEMS]

    @property
    def further(self) -> int:
        return len(self.items[SHOWN_ITEMS:])


def people_lines(people: Sequence[RequestPerson], items: Sequence[RequestItem], reader: User) -> list[PersonLine]:
    """Each of these people with their places in these items of one case: one query."""
    rows = live(Redaction.objects.filter(person__in=people)).select_related("exemption", "made_by", "person")
    decided = {row.person_id: row for row in rows.order_by("made_at", "pk")}
    wanted = {key for one in people for key in one.items}
    mine = {item.pk for item in items if item.reviewer_id == reader.pk}
    # Who stands in items of others too is the preparer's.
    prepares = not mine.issuperset(wanted) and may_prepare(reader, people[0].case)
    places = Counter((item.pk, place.person) for item in items if item.pk in wanted for place in found_in(item))
    return [
        PersonLine(
            one,
            sum(places[item.pk, str(one.pk)] for item in there),
            there,
            decided.get(one.pk),
            is_address=one.kind == K.ADDRESS,
            may_decide=one.kind != K.ADDRESS and _may_decide(one, mine, prepares=prepares),
        )
        for one in people
        for there in [[item for item in items if item.pk in set(one.items)]]
    ]


def _may_decide(person: RequestPerson, mine: Collection[UUID], *, prepares: bool) -> bool:
    return not set(person.items).isdisjoint(mine) and (prepares or set(person.items) <= set(mine))


def released(item: RequestItem, say: mentions.Say) -> Released:
    """What of an item goes out, with each mention as `say` tells it."""
    return redacting.told(redacting.release(document_of(item), marks_of(item)), say)


def say_of(case: RightsRequest, people: Iterable[RequestPerson], kept: Iterable[str] = ()) -> mentions.Say:
    """How the answer names a child that a text mentions: the child it is about and whoever is kept by name, anybody
    else as "Child B".

    `people` are those found in the item, `kept` the keys of those whose names are given.
    """
    kept = set(kept)
    names = {one.names.get("pseudonym", ""): _called(one, kept) for one in people if one.names}
    if case.child is not None:
        names[case.child.pseudonym] = case.child.full_name
    return lambda pseudonym: names.get(pseudonym, mentions.ANOTHER)


def kept_in(marks: Marks) -> set[str]:
    """The keys of those who are kept by name."""
    return {key for key, decision in marks.decisions.items() if decision.deed is Deed.KEEP}


def _called(person: RequestPerson, kept: set[str]) -> str:
    return full_name(person) if str(person.pk) in kept else person.label


def full_name(person: RequestPerson) -> str:
    """What somebody is called on the school's lists; of an address, its first lines."""
    names = person.names
    if person.kind == K.ADDRESS:
        return ", ".join(names.get("phrases", ())[:2]) or person.label
    return f"{names.get('forename', '')} {names.get('surname', '')}".strip() or person.label


def state_of(case: RightsRequest) -> str:
    """What stands in a case, as a keyed hash over its items in order: what they say, who was found, what was decided.

    Whoever asks has to see every item: of part of them it is another. Raises `KeyProblem` without the case's key.
    """
    digest = _digest(case.pk)
    for item, marked in each_marked(case, RequestItem.objects.filter(case=case).select_related("exemption")):
        digest.update(_said(item, marked))
    return digest.hexdigest()


def state_of_item(item: RequestItem, marked: Marked | None = None) -> str:
    """The same of one item; `marked`: its marks, where they have been read."""
    digest = _digest(item.case_id)
    digest.update(_said(item, marked or marked_of_each([item])[item.pk]))
    return digest.hexdigest()


def _digest(case_id: UUID) -> hmac.HMAC:
    key = ring().key(case_id.bytes)
    if not isinstance(key, Key):
        raise KeyProblem(NO_KEY)
    return hmac.new(crypto.derive(key.raw, _STATE), digestmod=hashlib.sha256)


def _said(item: RequestItem, marked: Marked) -> bytes:
    """All that stands in an item, as bytes behind their length."""
    marks = marked.marks
    exemption = item.exemption.code if item.exemption else ""
    said = [
        [str(item.pk), item.number, item.title, item.moment.isoformat() if item.moment else ""],
        [item.without, item.is_in_error, item.is_record, item.decided, exemption, item.answers, item.why],
        item.content,
        [_plain(mark) for mark in marks.places],
        [[key, _plain(decision)] for key, decision in sorted(marks.decisions.items())],
        sorted([str(one.pk), one.kind, one.label, one.names] for one in marked.people),
    ]
    words = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    return len(words).to_bytes(8) + words


def _plain(mark: Range | Rectangle | Span | Box | Decision) -> list[Any]:
    return [
        type(mark).__name__,
        *(_plain(part) if isinstance(part, Decision) else part for part in vars(mark).values()),
    ]


def changed(case: RightsRequest, *, by: User | None = None) -> RightsRequest:
    """Something of its items, persons or redactions has changed: a case that was prepared or approved is open again.

    The caller has locked the case, and asked who may; the worker does it for nobody by name. Bundles of another state
    are stale by their hash.
    """
    move = request_life.moves["change"]
    if case.status not in move.sources:
        return case
    case.status = move.target
    case.prepared_at = case.prepared_by = case.approved_at = case.approved_by = None
    case.approved_state = ""
    case.revision += 1
    case.save(update_fields=["status", *_OF_APPROVAL, "revision"])
    record(move.verb, case, by=by, purpose="after it was prepared")
    return case


_OF_APPROVAL = ("prepared_at", "prepared_by", "approved_at", "approved_by", "approved_state")
