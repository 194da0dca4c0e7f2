"""What was corrected because somebody asked? Tied to its case when the record is changed, or said in words.

The words of a concern or a plan are amended where they stand; an opinion is not corrected, a statement is added
(`statements.py`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from children.models import Child, ChildUpdate
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import may
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import entry_token
from safeguarding.turns import wait_for
from sharing.requests.capabilities import RequestCapability
from sharing.requests.models import AT_WORK, RequestCorrection, RequestStep, Right, RightsRequest
from sharing.requests.permissions import may_correct

from . import documents
from .locking import ensure_at_work, lock

# With these something was corrected.
CORRECTS = (RightsRequest.Outcome.DONE, RightsRequest.Outcome.PARTLY_DONE)
CORRECT_FIRST = "Nothing is corrected yet. Press “Correct it”, or say where else it was corrected."
_GONE = "This request to correct the record is over, or is not about this child. Choose another one."
_CORRECTORS = "Only whoever handles this request, or reviews it, says where it was corrected."
_LONGEST = 2_000


def open_about(child: Child, by: User) -> Sequence[tuple[UUID, str]]:
    """The requests to correct this child's record that are at work and that `by` handles, the newest first."""
    if not may(by, RequestCapability.HANDLE_REQUESTS, child.school_id):
        return []
    rows = RightsRequest.objects.visible_to(by).filter(child=child.pk, right=Right.RECTIFY, status__in=AT_WORK)
    return list(rows.order_by("-received_on", "-pk").values_list("pk", "reference"))


def tie(update: ChildUpdate, request: UUID, by: User, at: datetime) -> None:
    """A change of the child's record was made for a request. What was prepared or approved is open again.

    Raises `OutOfTurn` where `by` handles no such request of this child.
    """
    if request not in dict(open_about(update.child, by)):
        raise OutOfTurn(_GONE)
    held = lock(request)
    if held.status not in AT_WORK:
        raise OutOfTurn(_GONE)
    facts = {"part": update.part, "way": update.way, "fields": update.fields}
    _keep(held, entry_token(update.pk, request), by=by, at=at, **facts)


@transaction.atomic
def corrected_elsewhere(
    case: RightsRequest, *, by: User, words: str, token: UUID, at: datetime | None = None
) -> RequestCorrection:
    """It was corrected somewhere else than on the child's record: `words` say where. The same form again adds it once.

    Raises `NotAllowed`, `OutOfTurn`; `BadInput` without words, or where no correction was asked for.
    """
    if not may_correct(by, case):
        raise NotAllowed(_CORRECTORS)
    key = entry_token(token, case.pk, words)
    wait_for(key)
    held = lock(case.pk)
    ensure_at_work(held)
    if there := RequestCorrection.objects.filter(token=key, case=held).first():
        return there
    if held.right != Right.RECTIFY:
        raise BadInput("Nobody asks for a correction in this request. Correct what is asked first.")
    if not words.strip():
        raise BadInput("Say where it was corrected, what, and when.")
    if len(words) > _LONGEST:
        raise BadInput(f"Where it was corrected must be {_LONGEST:,} characters or fewer.")
    return _keep(held, key, by=by, at=at or timezone.now(), elsewhere=words.strip())


def _keep(case: RightsRequest, token: UUID, *, by: User, at: datetime, **facts: object) -> RequestCorrection:
    # A confirmation made while this waited for the lock does not cover it.
    looked = RequestStep.objects.filter(case=case, kind=RequestStep.Kind.RECIPIENTS).aggregate(last=Max("made_at"))
    if looked["last"] is not None:
        at = max(at, looked["last"] + timedelta.resolution)
    made = RequestCorrection(case=case, school_id=case.school_id, token=token, made_at=at, by=by, **facts)
    made.save(force_insert=True)
    record(Verb.ADD, case, by=by, purpose="correction")
    documents.changed(case, by=by)
    return made


def needs_correction(case: RightsRequest, outcome: str) -> bool:
    """Whether a case cannot end so, since nothing was corrected."""
    if case.right != Right.RECTIFY or outcome not in CORRECTS:
        return False
    return not RequestCorrection.objects.filter(case=case).exists()
