"""Record that what was decided has gone: how, when, who there took it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.audit.context import door
from safeguarding.audit.protection import known
from safeguarding.exceptions import OutOfTurn
from safeguarding.printing.gathering import For
from safeguarding.working_days import add_working_days
from sharing.events.lifecycles import sharing_life
from sharing.events.models import Consent, LegalReason, SharingEvent, SharingStep
from sharing.events.notice_kinds import SharingNotice
from sharing.events.permissions import WITHDRAWING

from .checking import Problems, moment_problems, raise_first
from .deciding import stop_waiting
from .drafts import ensure_seen
from .following import Happened, add_step, is_there, lock
from .packing import ensure_goes
from .telling import settle

E = SharingEvent
# Working days after which somebody asks whether it has come, where no other day was agreed.
ANSWERED_WITHIN = 5


def sent_problems(
    event: SharingEvent, happened: Happened, *, now: datetime, is_handed: bool = False, after: datetime | None = None
) -> Problems:
    """Why it cannot be recorded as sent like this. Empty when it can. `is_handed`: pages are handed over now.
    `after`: the moment that it follows, where it is decided by the same press; otherwise when it was decided.
    """
    found = {}
    if happened.method not in E.Method:
        found["method"] = "Choose how it was sent"
    # It cannot have gone before it was decided; a referral went, and is written down afterwards.
    if after is None and event.referral_id is None:
        after = event.decided_at
    found |= moment_problems("day", happened.at, now=now, after=_minute(after))
    if not found and (is_handed or event.referral_id is None) and not event.recipient.is_checked:
        found["method"] = (
            f"Nobody has checked how {event.recipient.called} is reached. Check it in the address book first"
        )
    if not found and event.recipient.ended_at is not None:
        found["method"] = "The school has ended this recipient. Take the decision back and choose another one"
    # Pages that are handed over go now, whatever hour is typed.
    moments = [happened.at, now] if is_handed else [happened.at]
    if not found and not all(at is not None and is_agreed(event, at) for at in moments):
        found["method"] = "The consent that it rests on is not in force. Take the decision back"
    return found


def _minute(at: datetime | None) -> datetime | None:
    """People type hours and minutes."""
    return at.replace(second=0, microsecond=0) if at else None


def is_agreed(event: SharingEvent, at: datetime) -> bool:
    """Whether the consent that it rests on, if it does, allows it at a moment."""
    if event.reason is None or event.reason.kind != LegalReason.Kind.CONSENT:
        return True
    given = event.consent
    if given is None or (given.child_id, given.recipient_id) != (event.child_id, event.recipient_id):
        return False
    return given.in_force(timezone.localdate(at))


@transaction.atomic
def record_sent(
    *,
    event: SharingEvent,
    token: UUID,
    happened: Happened,
    by: User,
    seen: int | None = None,
    at: datetime | None = None,
) -> SharingEvent:
    """It has gone, as the person saw it. The same form again records it once.

    Raises `NotAllowed`, `ChangedSince`; `BadInput` where the recipient is unchecked, something stands in the way, a
    record that was chosen has changed, or no consent in force allows it; `OutOfTurn`. A referral was made: of it
    consent alone is asked.
    """
    at = at or timezone.now()
    # First the consent, as who withdraws it does.
    Consent.objects.select_for_update().filter(pk=event.consent_id).first()
    held = lock(event, by=by)
    if is_there(token, held, SharingStep.Kind.SENT):
        return held
    if held.status != E.Status.TO_SEND:
        raise OutOfTurn(sharing_life.moves["send"].out_of_turn)
    ensure_seen(held, seen)
    raise_first(sent_problems(held, happened, now=at))
    if held.referral_id is None:
        ensure_goes(For(by), held, at=at)
    return carry_out(held, token, happened, by=by, at=at)


def carry_out(held: SharingEvent, token: UUID, happened: Happened, *, by: User, at: datetime) -> SharingEvent:
    """It has gone: the move, and its step."""
    assert happened.at is not None  # noqa: S101  (asked by `sent_problems`)
    if held.follow_up_on is None:
        held.follow_up_on = add_working_days(timezone.localdate(happened.at), ANSWERED_WITHIN)
    sent = sharing_life.perform(
        "send", held, by=by, at=happened.at, method=happened.method, follow_up_on=held.follow_up_on
    )
    settle(sent, SharingNotice.LIFT_ASKED, by=by, at=at)
    add_step(sent, SharingStep.Kind.SENT, happened, token=token, by=by, at=at)
    return sent


def stop_on(*, consent: Consent, by: User, at: datetime) -> int:
    """Everything that waits to be sent on a consent is a draft again, whoever sees it.

    Returns how many, without what names a concern that is hidden from who withdraws: nothing tells them of that.
    """
    with door(WITHDRAWING):
        rows = SharingEvent.objects.select_for_update(of=("self",))
        waiting = list(rows.filter(consent=consent, status=E.Status.TO_SEND).order_by("pk"))
        stop_waiting(waiting, by=by, at=at)
    hidden = set(known("hidden_concerns", by.pk))
    return sum(hidden.isdisjoint(one.concerns) for one in waiting)
