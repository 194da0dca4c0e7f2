"""Who says that an answer is prepared, and who approves it as the second person?

The preparer says it; the approver opens what is not given in full, what is cut, where a child or an adult of a family
is kept by name, what was kept by hand and what has pages without words, and then sends it back with a note or approves
it. Members of staff who are kept in their role ask for no second look. An approval holds for what was approved: a keyed
hash over all items, persons and redactions is kept with it, and anything that changes opens the case again
(`documents.changed`).

What others review is not counted here, nor named: the preparer hears one and the same sentence whether somebody has not
answered yet what a place holds, or has something left to decide.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.services import settle_notices
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from sharing.requests.lifecycles import request_life
from sharing.requests.models import (
    Decided,
    Redaction,
    RequestItem,
    RequestPerson,
    RequestRole,
    RequestStep,
    RightsRequest,
    SearchPlace,
)
from sharing.requests.notice_kinds import RequestNotice
from sharing.requests.permissions import may_approve, may_prepare
from sharing.requests.verbs import RequestVerb

from . import deciding, documents, intake, recipients
from .documents import Marked
from .holding import lacks
from .locking import tell_some
from .roles import who_has
from .standing_again import standing_again
from .unfinished import are_finished

S, G, D = RightsRequest.Status, RightsRequest.Gathering, Redaction.Deed
LONGEST_NOTE = 2_000
OTHERS = "Not all parts are finished. Who has not finished one knows of it; the page of the request reminds them."
NOT_AN_APPROVER = "You are not one of those who may approve this answer. Its page names who can."
NOT_PREPARED = "This answer does not wait for approval: something was changed, or it was approved. Open it again."
BEING_FOUND = (
    "Harbour is still finding who is named in these copies, and nothing is approved until everyone has been found. "
    "Try again in a few minutes. If it stays so, one of the copies may not open, which its own page says: tell whoever "
    "looks after Harbour at your school."
)
LOOK_FIRST = "Open them, and approve then."
LOOK_AGAIN = "Something was decided otherwise while you were reading. Read it as it stands now."
# Those whose name somebody else decided to give.
FAMILY = (RequestPerson.Kind.CHILD, RequestPerson.Kind.ADULT)


@dataclass(frozen=True)
class ToLook:
    """An item that the approver opens before approving, and why; `is_seen` in the state it has now."""

    item: RequestItem
    why: tuple[str, ...]
    state: str
    is_seen: bool


# --- prepared


def preparing_problems(case: RightsRequest, by: User) -> list[str]:
    """Why an answer cannot be said to be prepared, a sentence each. What others review is one sentence."""
    found = [*intake.unanswered(case), *recipients.unsaid(case, by)]
    # A request that is refused as a whole is not searched for.
    if case.is_handed_over:
        if case.gathering != G.DONE:
            found.append("What is held has not been gathered. Gather it first.")
        found += _unanswered_places(case)
        found += deciding.undecided(case, by)
        if not are_finished(case):
            found.append(OTHERS)
        elif case.is_to_be_searched:
            # Not before: who prepares it would learn that somebody else has just been given something.
            found.append(BEING_FOUND)
        elif not found:
            found += [one.says for one in standing_again(case, by)]
    return found


def _unanswered_places(case: RightsRequest) -> Iterator[str]:
    """Places where nobody has said what is held, but those of concerns about adults."""
    apart = (*SearchPlace.APART, SearchPlace.Place.HARBOUR)
    rows = SearchPlace.objects.filter(case=case, answered_at=None).exclude(place__in=apart)
    for place in sorted(set(rows.values_list("place", flat=True))):
        yield f"{SearchPlace.Place(place).label}: nobody has answered yet what is held there."


@transaction.atomic
def prepare(case: RightsRequest, *, by: User, at: datetime | None = None) -> RightsRequest:
    """Say that everything is decided: the approver is told. Said again, nothing changes.

    Raises `NotAllowed` for who does not prepare it, `OutOfTurn` with the first thing that is missing.
    """
    at = at or timezone.now()
    held = _locked(case)
    if held.status == S.PREPARED and held.prepared_by_id == by.pk:
        return held
    if held.status == S.OPEN and may_prepare(by, held):
        for sentence in preparing_problems(held, by):
            raise OutOfTurn(sentence)
        # One that was approved before does not stand in the way: who approved it may prepare it now.
        held.approved_at, held.approved_by, held.approved_state = None, None, ""
        held.save(update_fields=["approved_at", "approved_by", "approved_state"])
    done = request_life.perform("prepare", held, by=by, at=at)
    settle_notices(object_id=case.pk, kinds=[RequestNotice.SENT_BACK], by=by, at=at)
    _tell(done, RequestRole.Part.APPROVER, RequestNotice.TO_APPROVE, at)
    return done


def _locked(case: RightsRequest) -> RightsRequest:
    rows = RightsRequest.objects.select_for_update(of=("self",)).select_related("child")
    held: RightsRequest | None = rows.filter(pk=case.pk).first()
    if held is None:
        raise NotAllowed(NOT_AN_APPROVER)
    return held


def _tell(case: RightsRequest, part: str, kind: RequestNotice, at: datetime) -> None:
    tell_some(case, kind, who_has(case, part), at=at)


# --- looked at


def to_look_at(case: RightsRequest) -> list[ToLook]:
    """What the approver opens before approving: each item of which `_why_looked_at` gives a reason."""
    found = []
    for row, marked in _with_marks(case):
        if why := _why_looked_at(row, marked):
            state = documents.state_of_item(row, marked)
            found.append(ToLook(row, why, state, row.looked_state == state))
    return found


def _with_marks(case: RightsRequest) -> Iterator[tuple[RequestItem, Marked]]:
    return documents.each_marked(case, RequestItem.objects.filter(case=case).select_related("exemption"))


def _why_looked_at(row: RequestItem, marked: Marked) -> tuple[str, ...]:
    why = []
    if row.decided == Decided.OUT_OF_SCOPE:
        why.append("not asked for")
    elif row.decided != Decided.FULL:
        why.append("not given in full")
    marks = marked.marks
    if marks.must_go or _has(marked, D.OUT, D.REPLACE):
        why.append("something is taken out")
    if any(one.kind in FAMILY and _is_kept(one, marked) for one in marked.people):
        why.append("a child or an adult of a family is kept by name")
    if any(row.deed == D.KEEP for row in marked.by_hand):
        why.append("something is kept by hand")
    if any(not page.words for page in documents.document_of(row).pages):
        why.append("has a page without words")
    return tuple(why)


def _has(marked: Marked, *deeds: str) -> bool:
    """Whether something was decided so of a place by hand, or of somebody."""
    return any(row.deed in deeds for row in (*marked.by_hand, *marked.decided.values()))


def _is_kept(person: RequestPerson, marked: Marked) -> bool:
    row = marked.decided.get(str(person.pk))
    return row is not None and row.deed == D.KEEP


@transaction.atomic
def look(item: RequestItem, *, by: User, seen: str = "", at: datetime | None = None) -> RequestItem:
    """The approver has opened an item, as it stands now, or in the state that was `seen`. Opened again in the same
    state, nothing changes.

    Raises `NotAllowed` for anybody else, `ChangedSince` where it stands otherwise than it was seen.
    """
    case = _locked(item.case)
    if not may_approve(by, case):
        raise NotAllowed(NOT_AN_APPROVER)
    held = RequestItem.objects.select_for_update(of=("self",)).select_related("exemption").get(pk=item.pk)
    state = documents.state_of_item(held)
    if seen not in ("", state):
        raise ChangedSince(LOOK_AGAIN)
    if case.status != S.PREPARED or (held.looked_state == state and held.looked_by_id == by.pk):
        return held
    held.looked_at, held.looked_by, held.looked_state = at or timezone.now(), by, state
    held.save(update_fields=["looked_at", "looked_by", "looked_state"])
    record(RequestVerb.LOOK, held, by=by)
    return held


# --- sent back, approved


@transaction.atomic
def send_back(case: RightsRequest, *, by: User, note: str, at: datetime | None = None) -> RightsRequest:
    """Send it back to who prepared it, with what is to be looked at again.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn`.
    """
    at = at or timezone.now()
    if not note.strip():
        raise BadInput("Write what is to be looked at again.")
    if len(note) > LONGEST_NOTE:
        raise BadInput(f"The note has at most {LONGEST_NOTE:,} characters. Make it shorter.")
    held = _ensured(case, by)
    done = request_life.perform("send_back", held, by=by, at=at)
    step = RequestStep(
        case=done,
        school_id=done.school_id,
        token=uuid7(),
        kind=RequestStep.Kind.SENT_BACK,
        happened_on=timezone.localdate(at),
        text=note.strip(),
        made_at=at,
        by=by,
    )
    step.save(force_insert=True)
    record(RequestVerb.SEND_BACK, step, by=by)
    settle_notices(object_id=case.pk, kinds=[RequestNotice.TO_APPROVE], by=by, at=at)
    _tell(done, RequestRole.Part.PREPARER, RequestNotice.SENT_BACK, at)
    return done


def _ensured(case: RightsRequest, by: User) -> RightsRequest:
    """The case, locked, for its approver. From whom an item is hidden is refused as anybody who is not named."""
    held = _locked(case)
    if not may_approve(by, held):
        raise NotAllowed(NOT_AN_APPROVER)
    return held


def approving_problems(case: RightsRequest, looked: Collection[ToLook]) -> list[str]:
    """Why it cannot be approved yet, a sentence each. Nothing is in the way where no copy goes out."""
    if not case.is_handed_over:
        return []
    found = [BEING_FOUND] if case.is_to_be_searched else []
    found += [
        f"Item {row.number}: {sentence}." for row, marked in _with_marks(case) if (sentence := lacks(row, marked.marks))
    ]
    if unseen := [one.item.number for one in looked if not one.is_seen]:
        some = ", ".join(map(str, unseen[:20])) + (" and others" if len(unseen) > 20 else "")
        said = f"You have not opened item {some}" if len(unseen) == 1 else f"You have not opened items {some}"
        found.append(f"{said} as they stand now. {LOOK_FIRST}")
    return found


@transaction.atomic
def approve(case: RightsRequest, *, by: User, at: datetime | None = None) -> RightsRequest:
    """Approve the answer as it stands, as the second person. Approved again, nothing changes. Its view asks for a fresh
    second factor.

    Raises `NotAllowed` for the preparer, a reviewer, and anybody else who is not its approver; `OutOfTurn` where
    something is not decided or was not opened.
    """
    at = at or timezone.now()
    held = _ensured(case, by)
    if held.status == S.APPROVED and held.approved_by_id == by.pk:
        return held
    if held.status != S.PREPARED:
        raise OutOfTurn(NOT_PREPARED)
    for sentence in approving_problems(held, to_look_at(held) if held.is_handed_over else []):
        raise OutOfTurn(sentence)
    done = request_life.perform("approve", held, by=by, at=at, approved_state=documents.state_of(held))
    settle_notices(object_id=case.pk, kinds=[RequestNotice.TO_APPROVE], by=by, at=at)
    _tell(done, RequestRole.Part.PREPARER, RequestNotice.APPROVED, at)
    _tell(done, RequestRole.Part.HANDLER, RequestNotice.APPROVED, at)
    return done
