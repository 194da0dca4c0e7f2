"""What happened in a request, and which dates follow from it?"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import OuterRef, QuerySet
from django.utils import timezone

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.models import User
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import may_view
from safeguarding.audit.services import record
from safeguarding.clocks import Due, Unit, count
from safeguarding.dates import full_day
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import entry_token
from safeguarding.turns import wait_for
from safeguarding.working_days import bank_holidays
from sharing.requests.dates import Dates, Step, reckon
from sharing.requests.models import ReplyTime, RequestStep, RightsRequest
from sharing.requests.permissions import NAMED, ensure_handles, may_approve, may_review

from .law import every_time, times_in
from .locking import ensure_at_work, ensure_day, lock

K = RequestStep.Kind
# A step that answers another one: it is refused where that one was never taken.
_AFTER = {
    K.IDENTITY_SEEN: (K.IDENTITY_ASKED, "proof of identity was asked for"),
    K.FEE_PAID: (K.FEE_ASKED, "a fee was asked for"),
    K.CLARIFICATION_GIVEN: (K.CLARIFICATION_ASKED, "what is meant was asked"),
}
# These say nothing without words.
_NEEDS_WORDS = {
    K.EXTENDED: "why the request is complex, or how many there are",
    K.IDENTITY_SEEN: "what was shown, such as a passport",
    K.WRITER_CONSULTED: "who was asked, and what they said",
    K.AUTHORITY_CONSULTED: "which authority was asked, and what it said",
    K.SENT_BACK: "what is to be changed",
    K.NOTE: "what happened",
}


def dates_of(case: RightsRequest) -> Dates:
    """The dates of one case, from the steps that stand."""
    return dates_of_many([case])[case.pk]


def dates_of_many(cases: Sequence[RightsRequest]) -> Mapping[UUID, Dates]:
    """The dates of each of these cases: their steps are read once."""
    if not cases:
        return {}
    rows = every_time()
    standing = {case.pk: _told_with(case) for case in cases}
    if lacking := [key for key, told in standing.items() if told is None]:
        found: defaultdict[UUID, list[Step]] = defaultdict(list)
        for step in _standing().filter(case__in=lacking):
            found[step.case_id].append(step)
        standing |= {key: found[key] for key in lacking}
    return {case.pk: _reckoned(case, standing[case.pk] or (), times_in(rows, case.received_on)) for case in cases}


class _Told(NamedTuple):
    """A step that came with its case."""

    kind: str
    happened_on: date
    withdrawn_at: None = None


def with_steps(cases: QuerySet[RightsRequest]) -> QuerySet[RightsRequest]:
    """The cases with what `dates_of_many` asks of their steps, in one query."""
    steps = _standing().filter(case=OuterRef("pk")).order_by("pk")
    return cases.annotate(
        step_kinds=ArraySubquery(steps.values("kind")), step_days=ArraySubquery(steps.values("happened_on"))
    )


def _told_with(case: Any) -> list[Step] | None:
    if not hasattr(case, "step_kinds"):
        return None
    return [_Told(kind, day) for kind, day in zip(case.step_kinds, case.step_days, strict=True)]


def _standing() -> QuerySet[RequestStep]:
    return RequestStep.objects.filter(withdrawn_at=None).exclude(kind__in=RequestStep.REVIEW)


def _reckoned(case: RightsRequest, standing: Iterable[Step], times: Mapping[str, ReplyTime]) -> Dates:
    return reckon(
        case.received_on,
        standing,
        times,
        bank_holidays,
        partial(_school_day, case.school_id),
        right=case.right,
        wants_record=case.wants_record,
        channel=case.channel,
        # No setting of a school says whether it is maintained: the sentence says that it is not known.
        maintained=None,
    )


def _school_day(school_id: UUID, day: date, amount: int) -> Due:
    """Asked only where the educational record is: nobody else needs the calendar."""
    return count(day, amount, Unit.SCHOOL_DAYS, SchoolCalendar.of(school_id))


@transaction.atomic
def add(
    case: RightsRequest,
    *,
    by: User,
    kind: str,
    happened_on: date,
    text: str = "",
    token: UUID,
    at: datetime | None = None,
) -> RequestStep:
    """Something happened, on a day. The same form again records it once.

    Raises `NotAllowed`; `OutOfTurn` where the case is not at work; `BadInput` for a day that cannot be, for a step
    without the one it answers, and for further time that is told too late.
    """
    at = at or timezone.now()
    ensure_takes(case, kind, by=by)
    key = entry_token(token, kind, happened_on, text)
    wait_for(key)
    held = lock(case.pk)
    if there := RequestStep.objects.filter(token=key, case=held).first():
        return there
    ensure_at_work(held)
    ensure_day(happened_on, at, since=held.received_on)
    if kind in _NEEDS_WORDS and not text.strip():
        raise BadInput(f"Say {_NEEDS_WORDS[K(kind)]}.")
    _ensure_follows(held, kind, happened_on)
    made = RequestStep(
        case=held,
        school_id=held.school_id,
        token=key,
        kind=kind,
        happened_on=happened_on,
        text=text.strip(),
        made_at=at,
        by=by,
    )
    made.save(force_insert=True)
    record(Verb.ADD, held, by=by, purpose=kind)
    if kind == K.IDENTITY_SEEN and not held.identity_seen:
        held.identity_seen = text.strip()[:80]
        held.revision += 1
        held.save(update_fields=["identity_seen", "revision"])
    return made


def ensure_takes(case: RightsRequest, kind: str, *, by: User) -> None:
    """Raise `NotAllowed` unless `by` records steps of this kind: those of the review are for who reviews or approves,
    all others for who handles the case.
    """
    if kind not in RequestStep.REVIEW:
        ensure_handles(by, case)
    elif not may_view(by, case) or not (may_review(by, case) or may_approve(by, case)):
        raise NotAllowed(NAMED)


def _ensure_follows(case: RightsRequest, kind: str, happened_on: date) -> None:
    stand = RequestStep.objects.filter(case=case, withdrawn_at=None)
    if kind in _AFTER:
        before, what = _AFTER[K(kind)]
        asked = stand.filter(kind=before).order_by("happened_on").first()
        if asked is None:
            raise BadInput(f"Record first on which day {what}.")
        if happened_on < asked.happened_on:
            raise BadInput(
                f"It is recorded that {what} on {full_day(asked.happened_on)}. Enter that day or a later one."
            )
    if kind == K.EXTENDED:
        ensure_extends(case, happened_on)


def ensure_extends(case: RightsRequest, told_on: date) -> None:
    """Raise `BadInput` where further time cannot be told on a day: too late, once already, or for a complaint."""
    dates = dates_of(case)
    if dates.acknowledge_by:
        raise BadInput("A complaint has no last day that could be moved. Tell the person how it stands.")
    if dates.is_extended:
        raise BadInput("Two further months were told already. The law gives no more.")
    if dates.extend_by and told_on > dates.extend_by:
        raise BadInput(
            f"Two further months had to be told by {full_day(dates.extend_by)}. {full_day(told_on)} is too late: "
            f"{_still_due(dates)}"
        )


def _still_due(dates: Dates) -> str:
    assert dates.answer_by is not None  # noqa: S101  (the caller knows the last day to tell)
    return f"the answer is due by {full_day(dates.answer_by)}."


@transaction.atomic
def withdraw(step: RequestStep, *, by: User, at: datetime | None = None) -> RequestStep:
    """It was recorded wrongly: it stays to be read, and counts for nothing.

    Raises `NotAllowed`; `OutOfTurn` where it is withdrawn already, or the case is not at work.
    """
    held = lock(step.case_id)
    ensure_takes(held, step.kind, by=by)
    ensure_at_work(held)
    row = RequestStep.objects.select_for_update(of=("self",)).get(pk=step.pk)
    if row.withdrawn_at is not None:
        raise OutOfTurn("This step is withdrawn already. Open the request again to see how it stands.")
    row.withdrawn_at, row.withdrawn_by = at or timezone.now(), by
    row.save(update_fields=["withdrawn_at", "withdrawn_by"])
    record(Verb.WITHDRAW, row, by=by)
    return row
