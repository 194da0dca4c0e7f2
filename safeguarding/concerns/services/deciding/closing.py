"""Close a concern, and open it again."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.concerns.lifecycles import concern_life
from safeguarding.concerns.models import Action, Closing, Concern, ConcernNote, Referral
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services.telling import tell_readers, tell_reporter
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.keys import entry_token

from .changes import ensure_unchanged, lock
from .opening import settle_decided
from .working import add_note


@transaction.atomic
def close_concern(
    *, concern: Concern, seen: int, outcome: str, reason: str, receipt: str, by: User, at: datetime | None = None
) -> Concern:
    """Close with an outcome, a reason and a safe phrase for the reporter.

    Raises `OutOfTurn` while an action is still to do or an agency owes an answer, `ChangedSince` when somebody saved
    first. Closing again in the same words changes nothing, in other words raises `OutOfTurn`.
    """
    now, at = ensure_unchanged(concern, seen, by), at or timezone.now()
    there = (now.closed_by_id, now.outcome, now.closing_reason, now.receipt)
    if there == (by.pk, outcome, reason.strip(), receipt):
        return now
    if Action.objects.filter(concern=concern, status=Action.Status.TO_DO).exists():
        raise OutOfTurn("An action on this concern is still to do. Mark it done or withdraw it, then close.")
    if Referral.objects.filter(concern=concern, status=Referral.Status.WAITING).exists():
        raise OutOfTurn("A referral still waits for an answer. Record the answer or withdraw it, then close.")
    reason = reason.strip()
    concern = concern_life.perform(
        "close", concern, by=by, at=at, outcome=outcome, closing_reason=reason, receipt=receipt
    )
    Closing.objects.create(
        concern=concern,
        school_id=concern.school_id,
        outcome=outcome,
        reason=reason,
        receipt=receipt,
        closed_at=at,
        closed_by=by,
    )
    settle_decided(concern, by=by, at=at)
    tell_reporter(concern, by=by, at=at)
    return concern


@transaction.atomic
def reopen_concern(*, concern: Concern, token: UUID, reason: str, by: User, at: datetime | None = None) -> Concern:
    """Open a closed concern again, with the reason as a note. How and why it was closed stays as a `Closing`.

    It waits for a decision from then on, and the leads on duty are told, but for who opens it.
    The same token and reason again change nothing. Raises `OutOfTurn` when the concern is open, also by the same page.
    """
    if not reason.strip():
        raise BadInput("Say why this is opened again.")
    concern, at = lock(concern.pk), at or timezone.now()
    note = f"Opened again: {reason.strip()}"
    if ConcernNote.objects.filter(token=entry_token(token, note), author=by).exists():
        return concern
    concern = concern_life.perform(
        "reopen", concern, by=by, at=at, reopened_at=at, closed_at=None, closed_by=None, outcome="", closing_reason=""
    )
    closing = Closing.objects.filter(concern=concern, reopened_at=None).order_by("-closed_at", "-pk").first()
    if closing is not None:
        closing.reopened_at = at
        closing.save(update_fields=["reopened_at"])
    add_note(concern=concern, token=token, text=note, by=by, at=at)
    tell_readers(concern, ConcernNotice.REOPENED, by=by, at=at)
    return concern
