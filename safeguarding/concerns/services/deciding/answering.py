"""Tell who called for a lead what happens now: that a lead is coming, or asks to be rung."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.services import LEADS
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import Concern
from safeguarding.concerns.permissions import ensure_decides, may_decide
from safeguarding.exceptions import BadInput, OutOfTurn

from .changes import lock

_WAITS = (Concern.Status.NEW, Concern.Status.ACKNOWLEDGED)


@dataclass(frozen=True)
class Answering:
    """What the page of a call says first to who may answer it. `said` is empty until somebody has; `whose` said it."""

    caller: str
    said: str
    whose: str
    said_at: datetime | None


def answering(concern: Concern, reader: User) -> Answering | None:
    """How a call was answered, for who may answer it; None for who may not, and where nothing waits for an answer."""
    if not _may_answer(concern, reader):
        return None
    by = concern.call_answered_by
    return Answering(
        caller=concern.logged_by.full_name,
        said=concern.get_call_answer_display() if by else "",
        whose="" if by is None else "You" if by == reader else by.full_name,
        said_at=concern.call_answered_at,
    )


def _may_answer(concern: Concern, user: User) -> bool:
    """A call of somebody else that nobody has decided about yet."""
    waits = concern.called_at is not None and concern.status in _WAITS and not concern.is_in_error
    return waits and concern.logged_by_id != user.pk and may_decide(user, concern)


@transaction.atomic
def answer_call(*, concern: Concern, answer: str, by: User, at: datetime | None = None) -> Concern:
    """The caller reads on the page of the call that `by` is coming, or asks to be rung. What was said last stands.

    The same again by the same person changes nothing. Raises `BadInput` for anything else than these two, `OutOfTurn`
    where it is no call, one's own, or decided.
    """
    ensure_decides(by, concern.pk, concern.school_id, LEADS)
    if answer not in Concern.CallAnswer.values:
        raise BadInput("Say that you are coming, or that you ask to be rung.")
    concern = lock(concern.pk)
    if not _may_answer(concern, by):
        raise OutOfTurn("This call needs no answer from you any more.")
    if (concern.call_answer, concern.call_answered_by_id) == (answer, by.pk):
        return concern
    concern.call_answer, concern.call_answered_by, concern.call_answered_at = answer, by, at or timezone.now()
    concern.save(update_fields=["call_answer", "call_answered_by", "call_answered_at"])
    record(Verb.CHANGE, concern, by=by, purpose="answered the call")
    return concern
