"""How does a request end that is no copy, or of which nothing is given? With an outcome, its reasons, and a second
person; or withdrawn. And how is one that is over taken up again?

What is given as a copy is answered by handing it over (`handing_over.py`).
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.services import settle_notices
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, OutOfTurn
from sharing.requests.lifecycles import request_life
from sharing.requests.models import RequestStep, RightsRequest
from sharing.requests.notice_kinds import RequestNotice
from sharing.requests.permissions import ensure_handles

from . import documents, recipients
from .correcting import CORRECT_FIRST, needs_correction
from .locking import ensure_at_work, lock
from .statements import has_one
from .steps import dates_of

Out, S = RightsRequest.Outcome, RightsRequest.Status
# A copy ends so where nothing goes out; everything else of it is handed over.
OF_COPIES = (Out.REFUSED, Out.NOTHING)
OF_OTHERS = (Out.DONE, Out.PARTLY_DONE, Out.STATEMENT, Out.REFUSED)
_REMINDERS = (RequestNotice.DUE_IN_TEN, RequestNotice.DUE_IN_FIVE, RequestNotice.LATE)


def outcomes_of(case: RightsRequest) -> tuple[RightsRequest.Outcome, ...]:
    """With what a case may be answered here."""
    if case.is_copy:
        return OF_COPIES
    return tuple(one for one in OF_OTHERS if one != Out.STATEMENT or case.right == "rectify")


@transaction.atomic
def answer(
    case: RightsRequest,
    *,
    by: User,
    outcome: str,
    reasons: str,
    seen: int | None = None,
    at: datetime | None = None,
) -> RightsRequest:
    """Say the outcome and its reasons. While it is not approved, they are what a second person is to approve, and the
    case stays open; once exactly these were approved, the case is answered. Other ones after that open it again.

    Raises `NotAllowed`, `ChangedSince`; `BadInput` without reasons, or for an outcome that it cannot have; `OutOfTurn`
    where it is over, a complaint was not acknowledged, nothing was corrected that is said to be done, or somebody who
    received it was not told.
    """
    ensure_handles(by, case)
    held = lock(case.pk, seen)
    ensure_at_work(held)
    if outcome not in outcomes_of(held):
        raise BadInput(
            "What is given of a copy is handed over. Here it is refused, or nothing is held."
            if held.is_copy
            else "Choose the outcome."
        )
    if not reasons.strip():
        raise BadInput("Write the reasons and the law: they go to the person who asked.")
    if needs_correction(held, outcome):
        raise OutOfTurn(CORRECT_FIRST)
    if (held.outcome, held.outcome_reasons) != (outcome, reasons.strip()):
        return _propose(held, outcome, reasons.strip(), by=by)
    if held.status != S.APPROVED:
        return held
    _ensure_acknowledged(held)
    recipients.ensure_said(held, by)
    done = request_life.perform("answer", held, by=by, at=at, outcome=outcome)
    _settle(done, by=by, at=at or timezone.now())
    return done


def _propose(held: RightsRequest, outcome: str, reasons: str, *, by: User) -> RightsRequest:
    held = documents.changed(held, by=by)
    held.outcome, held.outcome_reasons, held.outcome_by = outcome, reasons, by
    held.revision += 1
    held.save(update_fields=["outcome", "outcome_reasons", "outcome_by", "revision"])
    record(Verb.DECIDE, held, by=by, purpose=f"outcome: {outcome}")
    return held


def _ensure_acknowledged(case: RightsRequest) -> None:
    dates = dates_of(case)
    if dates.acknowledge_by and not dates.acknowledged_on:
        raise OutOfTurn("Acknowledge the complaint first: send the letter, or record the day on which it was done.")


def unsaid(case: RightsRequest) -> list[str]:
    """What a case of which no copy is handed over needs before it is prepared, each a sentence."""
    found = []
    if not case.outcome or not case.outcome_reasons:
        found.append("Record the outcome and its reasons.")
    if case.outcome == Out.STATEMENT and not has_one(case):
        found.append("Add the statement to the record first.")
    if needs_correction(case, case.outcome):
        found.append(CORRECT_FIRST)
    if case.right == "complaint" and not _has(case, RequestStep.Kind.ACKNOWLEDGED):
        found.append("Acknowledge the complaint.")
    return found


def _has(case: RightsRequest, kind: str) -> bool:
    return RequestStep.objects.filter(case=case, kind=kind, withdrawn_at=None).exists()


@transaction.atomic
def withdraw(case: RightsRequest, *, by: User, because: str, at: datetime | None = None) -> RightsRequest:
    """The person who asked does not want it any more, or it was no request. It stays to be read.

    Raises `NotAllowed`, `OutOfTurn`, `BadInput` without a reason.
    """
    ensure_handles(by, case)
    if not because.strip():
        raise BadInput("Write why it is withdrawn, and who said so.")
    done = request_life.perform("withdraw", case, by=by, at=at, ended_because=because.strip())
    _settle(done, by=by, at=at or timezone.now())
    return done


@transaction.atomic
def reopen(case: RightsRequest, *, by: User, because: str, at: datetime | None = None) -> RightsRequest:
    """It goes on. What was approved is not any more; what was handed over has gone.

    Raises `NotAllowed`, `OutOfTurn`, `BadInput` without a reason.
    """
    ensure_handles(by, case)
    if not because.strip():
        raise BadInput("Write why it is opened again.")
    at = at or timezone.now()
    opened = {} if case.opened_at else {"opened_at": at, "opened_by": by}
    ended = ("prepared", "approved", "answered", "withdrawn")
    return request_life.perform(
        "reopen",
        case,
        by=by,
        at=at,
        ended_because=because.strip(),
        approved_state="",
        **opened,
        **{f"{stem}_{end}": None for stem in ended for end in ("at", "by")},
    )


def _settle(case: RightsRequest, *, by: User, at: datetime) -> None:
    """Nobody is asked for anything in it any more."""
    asking = (RequestNotice.HANDED_IN, RequestNotice.ASKED, RequestNotice.UNFINISHED, RequestNotice.TO_APPROVE)
    settle_notices(object_id=case.pk, kinds=(*asking, *_REMINDERS), by=by, at=at)
