"""Take out, replace or keep a place or a person; undo it; decide a whole item; tick a page without words as read.

Nothing applies by itself but that a confidential address goes. A decision is a row, undone by another. One that is made
again for the same place or person takes the place of the earlier one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record, record_many
from safeguarding.exceptions import BadInput, ChangedSince, OutOfTurn
from safeguarding.keys import entry_token
from sharing.requests import redacting
from sharing.requests.models import Decided, Exemption, Redaction, RequestItem, RequestPerson, RightsRequest
from sharing.requests.permissions import may_prepare

from . import documents, shared_names
from .holding import hold, hold_person, lacks, open_sentence, settle
from .reasons import Problems, Reason, raise_first, reason_problems

D, K, W = Redaction.Deed, RequestPerson.Kind, RequestItem.Without
MOST_PLACES = 500
CHANGED = "Somebody changed this item while you were reading. Open it again to see it as it is."
UNDONE_ALREADY = "It was undone already. Open the item again to see how it stands."
NEVER_KEPT = "A confidential address may not be kept: it comes out always."
OF_OTHERS = (
    "They stand in items of others too, so who prepares it decides on them everywhere. Mark each place of yours."
)
IN_ROLE = "Named as a member of staff in their role (DPA 2018, Schedule 2, paragraph 17)."
# Items whose content was not copied and that somebody can hand over beside the answer.
BY_HAND = (W.NOT_COPIED, W.UNREADABLE)


@dataclass(frozen=True)
class Place:
    """A range of characters of a block, or a rectangle of a page in thousandths of it."""

    block: str = ""
    start: int | None = None
    end: int | None = None
    page: int | None = None
    area: tuple[int, ...] | None = None

    @property
    def columns(self) -> dict[str, Any]:
        """The same as fields of a redaction."""
        area = None if self.area is None else list(self.area)
        return {"block": self.block, "start": self.start, "end": self.end, "page": self.page, "area": area}


@dataclass(frozen=True)
class Said:
    """What is done with a place or a person, as it is typed."""

    deed: str
    instead: str = ""
    exemption: Exemption | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    why: str = ""

    @property
    def reason(self) -> Reason:
        return Reason(self.exemption, dict(self.answers), self.why)


def redact(
    item: RequestItem,
    *,
    by: User,
    deed: str,
    token: UUID,
    block: str = "",
    start: int | None = None,
    end: int | None = None,
    page: int | None = None,
    area: Sequence[int] | None = None,
    instead: str = "",
    exemption: Exemption | None = None,
    answers: Mapping[str, str] | None = None,
    why: str = "",
    at: datetime | None = None,
) -> Redaction:
    """Decide on one place of an item. The same form again decides it once.

    Raises `BadInput` for a place that is not there or a reason that is not whole, `NotAllowed`, `OutOfTurn`.
    """
    place = Place(block, start, end, page, None if area is None else tuple(area))
    said = Said(deed, instead, exemption, answers or {}, why)
    return redact_all(item, by=by, places=[place], said=said, token=token, at=at)[0]


@transaction.atomic
def redact_all(
    item: RequestItem, *, by: User, places: Sequence[Place], said: Said, token: UUID, at: datetime | None = None
) -> list[Redaction]:
    """The same of several places in one step. Raises the same."""
    at = at or timezone.now()
    case, held = hold(item, by)
    raise_first(_mark_problems(case, said, places, at))
    tokens = [_token(token, held.pk, place, said) for place in places]
    if there := list(Redaction.objects.filter(token__in=tokens, item=held)):
        return there
    earlier = list(documents.live(Redaction.objects.filter(item=held)))
    rows = [
        _row(case, said, token=one, by=by, at=at, item=held, **place.columns)
        for one, place in zip(tokens, places, strict=True)
    ]
    wanted = [place.columns for place in places]
    again = [row for row in earlier if {name: getattr(row, name) for name in wanted[0]} in wanted]
    _check(held, earlier, again, rows)
    for row in again:
        _undo(row, token=entry_token(token, row.pk), by=by, at=at)
    _save(rows, by=by)
    settle(case, [held], by=by)
    return rows


def _token(token: UUID, key: UUID, place: Place, said: Said) -> UUID:
    return entry_token(token, key, *place.columns.values(), said.deed, said.instead, said.why)


def _row(case: RightsRequest, said: Said, **more: Any) -> Redaction:
    gone = said.deed != D.KEEP
    return Redaction(
        case=case,
        school_id=case.school_id,
        deed=said.deed,
        instead=said.instead.strip() if said.deed == D.REPLACE else "",
        exemption=said.exemption if gone else None,
        answers=dict(said.answers) if gone and said.exemption else {},
        why=said.why.strip(),
        token=more.pop("token"),
        made_by=more.pop("by"),
        made_at=more.pop("at"),
        **more,
    )


def _mark_problems(case: RightsRequest, said: Said, places: Sequence[object], at: datetime) -> Problems:
    if not places:
        return {"places": "Tick what you decide on, or type the words"}
    if len(places) > MOST_PLACES:
        return {"places": f"Decide on at most {MOST_PLACES} places at once"}
    if said.deed not in (D.OUT, D.REPLACE, D.KEEP):
        return {"deed": "Choose what to do: take out, replace or keep"}
    if said.deed == D.KEEP:
        return {}
    if said.deed == D.REPLACE and not said.instead.strip():
        return {"instead": "Say what stands instead, such as “a neighbour”"}
    return reason_problems(case, said.reason, on=timezone.localdate(at))


def _check(held: RequestItem, earlier: Iterable[Redaction], again: Sequence[Redaction], rows: list[Redaction]) -> None:
    """Raise `BadInput` where a mark is beyond the text or off the page, or keeps what nobody may keep."""
    marks = documents.marks_of(held)
    by_hand = [documents.mark_of(row) for row in [*(one for one in earlier if one not in again), *rows]]
    redacting.check(documents.document_of(held), redacting.Marks(by_hand, marks.found, marks.decisions, marks.must_go))


def _save(rows: list[Redaction], *, by: User) -> None:
    for row in rows:
        row.save(force_insert=True)
    record_many(Verb.DECIDE, Redaction._meta.label_lower, [row.pk for row in rows], by=by, school_id=rows[0].school_id)


def _undo(row: Redaction, *, token: UUID, by: User, at: datetime) -> Redaction:
    made = Redaction.objects.create(
        case_id=row.case_id,
        school_id=row.school_id,
        token=token,
        item_id=row.item_id,
        person_id=row.person_id,
        deed=D.UNDONE,
        undoes=row,
        made_by=by,
        made_at=at,
    )
    record(Verb.WITHDRAW, row, by=by)
    return made


@transaction.atomic
def undo(redaction: Redaction, *, by: User, token: UUID, at: datetime | None = None) -> Redaction:
    """Undo a decision on a place or a person. The same form again undoes it once. Raises `NotAllowed`, `OutOfTurn`."""
    at = at or timezone.now()
    if redaction.item is not None:
        case, held = hold(redaction.item, by)
        items = [held]
    elif redaction.person is not None:
        case, items = hold_person(redaction.person, by)
        _ensure_decides(case, redaction.person, items, by)
    else:
        raise OutOfTurn(UNDONE_ALREADY)
    if there := Redaction.objects.filter(undoes=redaction).first():
        if there.token == token:
            return there
        raise OutOfTurn(UNDONE_ALREADY)
    made = _undo(redaction, token=token, by=by, at=at)
    settle(case, items, by=by)
    return made


@transaction.atomic
def decide_people(
    people: Sequence[RequestPerson], *, by: User, said: Said, token: UUID, at: datetime | None = None
) -> list[Redaction]:
    """Decide on people of one case, once for all their items; a place that was marked by hand stays as it is.

    Who is replaced without other words is called "Child B". Raises as `redact`.
    """
    at = at or timezone.now()
    if not people:
        raise BadInput("Tick who you decide on.")
    held = [hold_person(person, by) for person in people]
    for (of_case, mine), person in zip(held, people, strict=True):
        _ensure_decides(of_case, person, mine, by)
    case, items = held[0][0], {item.pk: item for _, some in held for item in some}
    if any(person.kind == K.ADDRESS for person in people):
        raise BadInput(NEVER_KEPT if said.deed == D.KEEP else "A confidential address comes out without a decision.")
    each = [named(said, person) for person in people]
    raise_first(_mark_problems(case, each[0], people, at))
    tokens = [entry_token(token, person.pk, one.deed, one.instead) for person, one in zip(people, each, strict=True)]
    if there := list(Redaction.objects.filter(token__in=tokens, person__in=people)):
        return there
    for row in documents.live(Redaction.objects.filter(person__in=people)):
        _undo(row, token=entry_token(token, row.pk), by=by, at=at)
    rows = [
        _row(case, one, token=mark, by=by, at=at, person=person)
        for person, one, mark in zip(people, each, tokens, strict=True)
    ]
    for row in rows:
        redacting.check_decision(documents.decision_of(row))
    _save(rows, by=by)
    settle(case, list(items.values()), by=by)
    return rows


def _ensure_decides(case: RightsRequest, person: RequestPerson, mine: Sequence[RequestItem], by: User) -> None:
    """Raise `OutOfTurn` where somebody stands in items of others too, and `by` does not prepare the case: whoever reads
    those items would learn from the decision that somebody else reviews what they may not see.
    """
    if set(person.items) - {item.pk for item in mine} and not may_prepare(by, case):
        raise OutOfTurn(OF_OTHERS)


def named(said: Said, person: RequestPerson) -> Said:
    """What is done with a person: replaced without other words, they are called as throughout the answer."""
    if said.deed == D.REPLACE and not said.instead.strip():
        return Said(said.deed, person.label, said.exemption, said.answers, said.why)
    return said


def keep_staff(case: RightsRequest, *, by: User, token: UUID, at: datetime | None = None) -> list[Redaction]:
    """Keep every member of staff on whom nothing is decided, as somebody named in their role: one row each. Who is an
    adult of a family too, by the name, is decided on apart.

    What a member of staff did in their work is normally reasonable to give (DPA 2018, Schedule 2, paragraph 17).
    Raises `OutOfTurn` where nobody is left.
    """
    decided = documents.live(Redaction.objects.filter(case=case, person__isnull=False)).values("person")
    staff = list(RequestPerson.objects.filter(case=case, kind=K.STAFF).exclude(pk__in=decided).order_by("pk"))
    mine = {item.pk for item in RequestItem.objects.filter(case=case, reviewer=by).only("pk")}
    prepares = may_prepare(by, case)
    staff = [one for one in staff if mine.intersection(one.items) and (prepares or mine.issuperset(one.items))]
    apart = shared_names.on_two_lists(case)
    staff = [one for one in staff if one.pk not in apart]
    if not staff:
        raise OutOfTurn("No member of staff is left to decide on.")
    return decide_people(staff, by=by, said=Said(D.KEEP, why=IN_ROLE), token=token, at=at)


@transaction.atomic
def decide(
    item: RequestItem,
    *,
    by: User,
    decided: str,
    revision: int,
    exemption: Exemption | None = None,
    answers: Mapping[str, str] | None = None,
    why: str = "",
    is_record: bool | None = None,
    at: datetime | None = None,
) -> RequestItem:
    """Decide a whole item: in full, in part, withheld or not asked for.

    Raises `BadInput` while somebody found in it is open, a page without words is not ticked, or a reason is not whole;
    `ChangedSince`, `NotAllowed`, `OutOfTurn`.
    """
    at = at or timezone.now()
    case, held = hold(item, by)
    if held.revision != revision:
        raise ChangedSince(CHANGED)
    reason = Reason(exemption, dict(answers or {}), why)
    raise_first(decide_problems(case, held, decided, reason, on=timezone.localdate(at)))
    held.decided, held.decided_at, held.decided_by = decided, at, by
    held.exemption, held.answers, held.why = exemption, dict(answers or {}) if exemption else {}, why.strip()
    if is_record is not None:
        held.is_record = is_record
    held.revision += 1
    held.save(
        update_fields=[
            *("decided", "decided_at", "decided_by", "exemption", "answers", "why", "is_record", "revision"),
        ]
    )
    record(Verb.DECIDE, held, by=by, purpose="whole item")
    documents.changed(case, by=by)
    return held


def decide_problems(case: RightsRequest, item: RequestItem, decided: str, reason: Reason, *, on: Any) -> Problems:
    """Why an item cannot be decided like this. Field to sentence; empty where it can."""
    if decided not in Decided or decided == Decided.NOT_YET:
        return {"decided": "Choose what becomes of the whole item"}
    if decided == Decided.OUT_OF_SCOPE:
        return {} if reason.why.strip() else {"why": "Say why it was not asked for"}
    if decided == Decided.WITHHELD:
        if item.without:
            return {} if reason.why.strip() else {"why": "Say why it is withheld"}
        return reason_problems(case, reason, on=on)
    if item.without:
        return _by_hand_problems(item, decided, reason)
    found = reason_problems(case, reason, on=on, is_given=True) if reason.exemption else {}
    return found | _given_problems(item, decided)


def _by_hand_problems(item: RequestItem, decided: str, reason: Reason) -> Problems:
    if item.without not in BY_HAND:
        return {"decided": f"It cannot be given: {item.get_without_display().lower()}"}  # type: ignore[attr-defined]
    if decided == Decided.PART:
        return {"decided": "Nothing of it was copied, so that nothing can be taken out: choose in full or withheld"}
    return {} if reason.why.strip() else {"why": "Say how it is given by hand"}


def _given_problems(item: RequestItem, decided: str) -> Problems:
    document = documents.document_of(item)
    out = redacting.release(document, documents.marks_of(item))
    if sentence := open_sentence(document, item, out):
        return {"decided": sentence}
    if decided == Decided.FULL and out.is_cut:
        return {"decided": "Something is taken out of it: choose in part"}
    if decided == Decided.FULL and item.is_passage:
        return {"decided": "It is about others and only names the child: take out what is theirs, and choose in part"}
    if decided == Decided.PART and not out.is_cut:
        return {"decided": "Nothing is taken out of it: choose in full"}
    return {}


@transaction.atomic
def tick_page(item: RequestItem, *, by: User, page: int) -> RequestItem:
    """Say that a page without words was read. Raises `BadInput` where there is no such page, `NotAllowed`."""
    _, held = hold(item, by)
    there = documents.document_of(held).page_of.get(page)
    if there is None:
        raise BadInput(f"This item has no page {page}. Open it again, and tick the page there.")
    if there.words:
        raise BadInput(f"Page {page} has words: nothing has to be ticked.")
    if page not in held.pages_read:
        held.pages_read = sorted([*held.pages_read, page])
        held.save(update_fields=["pages_read"])
        record(Verb.ACKNOWLEDGE, held, by=by, purpose="page")
    return held


def undecided(case: RightsRequest, user: User) -> list[str]:
    """What somebody has still to decide of their items, a sentence each, such as "Item 3: decide it again"."""
    items = documents.each_marked(case, RequestItem.objects.filter(case=case, reviewer=user))
    return [f"Item {one.number}: {sentence}." for one, marked in items if (sentence := lacks(one, marked.marks))]
