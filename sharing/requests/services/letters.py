"""Which letters go to the requester? A draft that begins from facts, changed until it is sent, and then no more.

Sending one records the step that it is: dates follow the day on which it went.
"""

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.clocks import add_months, known_day
from safeguarding.dates import LONDON, full_day
from safeguarding.exceptions import BadInput, ChangedSince, OutOfTurn
from safeguarding.keys import entry_token
from safeguarding.turns import wait_for
from safeguarding.working_days import bank_holidays
from sharing.notice.notice import regulator
from sharing.notice.services.details import details_of
from sharing.requests.dates import Dates
from sharing.requests.models import RequestCorrection, RequestLetter, RequestStep, RightsRequest
from sharing.requests.permissions import ensure_handles
from sharing.requests.reckoning import working_day

from . import recipients, steps
from .law import times_on
from .locking import CHANGED, NOT_TAKEN_UP, ensure_at_work, ensure_day, lock

K, S = RequestLetter.Kind, RequestStep.Kind
# What is recorded when a letter goes.
_STEP = {
    K.ACKNOWLEDGEMENT: S.ACKNOWLEDGED,
    K.IDENTITY: S.IDENTITY_ASKED,
    K.CLARIFICATION: S.CLARIFICATION_ASKED,
    K.EXTENSION: S.EXTENDED,
    K.PROGRESS: S.PROGRESS,
}
# These tell how it ended: they may still be written when it has.
_OF_THE_END = (K.REFUSAL, K.OUTCOME)
_GAP = re.compile(r"\[[^\[\]\n]{3,}\]")
_SENT = "This letter has been sent: it stays as it is. Begin another one."
_LONGEST = 20_000
_WHAT = {"access": "request for a copy of what is held", "complaint": "complaint about how data was handled"}


@transaction.atomic
def begin(case: RightsRequest, *, by: User, kind: str, token: UUID, at: datetime | None = None) -> RequestLetter:
    """A draft, begun from what is known. While there is one of that kind that has not been sent, it is that one.

    Raises `NotAllowed`, `OutOfTurn`; `BadInput` for further time that can no longer be told.
    """
    at = at or timezone.now()
    ensure_handles(by, case)
    key = entry_token(token, kind)
    wait_for(key)
    held = lock(case.pk)
    _ensure_writes(held, kind)
    rows = RequestLetter.objects.filter(case=held, kind=kind)
    if there := rows.filter(token=key).first() or rows.filter(sent_at=None).first():
        return there
    if kind == K.EXTENSION:
        steps.ensure_extends(held, timezone.localdate(at))
    made = RequestLetter(
        case=held,
        school_id=held.school_id,
        token=key,
        kind=kind,
        text=text_of(held, kind, on=timezone.localdate(at)),
        made_at=at,
        by=by,
    )
    made.save(force_insert=True)
    record(Verb.ADD, held, by=by, purpose=f"letter: {kind}")
    return made


def _ensure_writes(case: RightsRequest, kind: str) -> None:
    if kind not in K.values:
        raise BadInput("Choose which letter to write.")
    if case.status == RightsRequest.Status.HANDED_IN:
        raise OutOfTurn(NOT_TAKEN_UP)
    if kind not in _OF_THE_END:
        ensure_at_work(case)
    if kind == K.REFUSAL and case.outcome != RightsRequest.Outcome.REFUSED:
        raise OutOfTurn("Nobody has decided that this is refused. Record the outcome and its reasons first.")


def text_of(case: RightsRequest, kind: str, *, on: date) -> str:
    """The letter as it begins. What has to be filled in stands in square brackets."""
    found = steps.dates_of(case)
    details = details_of(case.school_id)
    tells = recipients.tells(case)
    facts: dict[str, Any] = {
        "case": case,
        "dates": found,
        "school": case.school.name,
        "today": full_day(on),
        "received": full_day(case.received_on),
        "due": full_day(found.answer_by) if found.answer_by else "",
        "extended_due": _extended_due(case, found),
        "what": _WHAT.get(case.right, "request"),
        "outcome": case.get_outcome_display() if case.outcome else "",
        "reasons": case.outcome_reasons,
        "corrections": list(RequestCorrection.objects.filter(case=case).order_by("made_at", "pk")),
        "recipients": [recipients.line_of(one) for one in recipients.named_in_answer(case)] if tells else [],
        "regulator": regulator(),
        "contact": details.officer_email or details.office_email or case.school.telephone or "at the school office",
    }
    text = render_to_string(f"requests/letters/{kind}.txt", facts)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _extended_due(case: RightsRequest, found: Dates) -> str:
    """The last day with further time, where it is known already; the day to keep to while bank holidays are not."""
    if found.start is None or found.extend_by is None:
        return ""
    times = times_on(case.received_on)
    months = times["reply"].amount + times["extension"].amount
    ends = add_months(found.start, months) + timedelta(days=found.paused_days)
    return full_day(known_day(working_day(ends, bank_holidays)).day or ends)


@transaction.atomic
def change(letter: RequestLetter, *, by: User, text: str, revision: int) -> RequestLetter:
    """The draft says something else. Raises `NotAllowed`, `ChangedSince`, `BadInput`; `OutOfTurn` once it is sent."""
    held, row = _held(letter, by=by)
    if row.revision != revision:
        raise ChangedSince(CHANGED)
    if not text.strip():
        raise BadInput("Write the letter, or leave it as it was.")
    if len(text) > _LONGEST:
        raise BadInput(f"A letter has at most {_LONGEST} characters. Make it shorter.")
    if row.text == text.strip():
        return row
    row.text = text.strip()
    row.revision += 1
    row.save(update_fields=["text", "revision"])
    record(Verb.CHANGE, held, by=by, purpose=f"letter: {row.kind}")
    return row


@transaction.atomic
def send(letter: RequestLetter, *, by: User, sent_on: date, at: datetime | None = None) -> RequestLetter:
    """It went, on a day. Sent again, by a double click, it is sent once.

    Raises `NotAllowed`; `OutOfTurn`, also where somebody who received what was corrected was not told; `BadInput` where
    something in it is still to be filled in or left out, the day cannot be, or it tells of further time too late.
    """
    at = at or timezone.now()
    held, row = _held(letter, by=by, may_be_sent=True)
    if row.sent_at is not None:
        return row
    ensure_day(sent_on, at, since=held.received_on)
    if gap := _GAP.search(row.text):
        raise BadInput(f"Fill in what stands in square brackets first: {gap[0]}")
    if row.kind == K.OUTCOME:
        _ensure_tells(held, row, by=by)
    if step := _STEP.get(K(row.kind)):
        steps.add(
            held,
            by=by,
            kind=step,
            happened_on=sent_on,
            text=f"By letter: {row.get_kind_display()}",
            token=uuid5(row.token, "sent"),
            at=at,
        )
    row.sent_at = at if sent_on == timezone.localdate(at) else datetime.combine(sent_on, time(12), LONDON)
    row.sent_by = by
    row.revision += 1
    row.save(update_fields=["sent_at", "sent_by", "revision"])
    record(Verb.CONFIRM, held, by=by, purpose=f"letter: {row.kind}")
    return row


def _ensure_tells(case: RightsRequest, letter: RequestLetter, *, by: User) -> None:
    """An outcome says who received what was corrected. Raises `OutOfTurn` while of one of them nobody has said whether
    they were told, `BadInput` for a letter that leaves out one whom the answer names.
    """
    recipients.ensure_said(case, by)
    if not recipients.tells(case):
        return
    left_out = [one.name for one in recipients.named_in_answer(case) if one.name not in letter.text]
    if left_out:
        raise BadInput(f"The letter does not name everybody who received the record. Add: {', '.join(left_out)}")


def _held(letter: RequestLetter, *, by: User, may_be_sent: bool = False) -> tuple[RightsRequest, RequestLetter]:
    """The case and the letter, locked."""
    held = lock(letter.case_id)
    ensure_handles(by, held)
    row = RequestLetter.objects.select_for_update(of=("self",)).get(pk=letter.pk)
    if row.sent_at is None:
        _ensure_writes(held, row.kind)
    elif not may_be_sent:
        raise OutOfTurn(_SENT)
    return held, row
