"""What is not corrected? The words of whoever disagrees stand beside the concern, for everybody who reads it."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import may_view
from safeguarding.audit.services import record
from safeguarding.concerns.models import Concern, ConcernChild
from safeguarding.exceptions import BadInput, NotAllowed
from safeguarding.keys import entry_token
from safeguarding.turns import wait_for
from sharing.requests.models import Right, RightsRequest, Statement
from sharing.requests.permissions import ensure_reviews_at

from .locking import ensure_at_work, ensure_day, lock

_LONGEST = 20_000
_NOT_THEIRS = "Choose a concern of this child that you may read."


def concerns_of(case: RightsRequest, user: User) -> list[Concern]:
    """The concerns beside which a statement of this case can stand, for who adds it: the newest first."""
    named = ConcernChild.objects.visible_to(user).filter(child=case.child_id, child__isnull=False)
    rows = Concern.objects.visible_to(user).filter(pk__in=list(named.values_list("concern_id", flat=True)))
    return list(rows.order_by("-logged_at", "-pk"))


@transaction.atomic
def add(
    case: RightsRequest,
    *,
    by: User,
    concern: Concern,
    text: str,
    written_on: date,
    token: UUID,
    at: datetime | None = None,
) -> Statement:
    """The statement stands beside the concern from now on, whatever becomes of the case. The same form again adds it
    once.

    Raises `NotAllowed` for who does not review, or may not read the concern; `OutOfTurn`; `BadInput` where no
    correction was asked for, or there are no words.
    """
    at = at or timezone.now()
    ensure_reviews_at(by, case)
    key = entry_token(token, concern.pk, text, written_on)
    wait_for(key)
    held = lock(case.pk)
    ensure_at_work(held)
    if not may_view(by, concern) or not _is_about(concern, held):
        raise NotAllowed(_NOT_THEIRS)
    if there := Statement.objects.filter(token=key, concern=concern).first():
        return there
    if held.right != Right.RECTIFY:
        raise BadInput("A statement is added where somebody asks for a correction. Correct what is asked first.")
    if not text.strip():
        raise BadInput("Write what they say, in their words.")
    if len(text) > _LONGEST:
        raise BadInput(f"A statement has at most {_LONGEST} characters. Make it shorter, with who wrote it.")
    ensure_day(written_on, at, what="it")
    made = Statement(
        concern=concern,
        school_id=held.school_id,
        token=key,
        text=text.strip(),
        written_on=written_on,
        reference=held.reference,
        made_at=at,
        made_by=by,
    )
    made.save(force_insert=True)
    record(Verb.ADD, concern, by=by, purpose="statement")
    return made


def _is_about(concern: Concern, case: RightsRequest) -> bool:
    if case.child_id is None:
        return False
    return ConcernChild.objects.filter(concern=concern, child=case.child_id).exists()


def has_one(case: RightsRequest) -> bool:
    """Whether a statement was added for a case, as far as who asks may read it."""
    return Statement.objects.filter(school=case.school_id, reference=case.reference).exists()
