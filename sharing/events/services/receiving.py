"""Ask after what was sent, and record who has received it."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import OutOfTurn
from sharing.events.lifecycles import sharing_life
from sharing.events.models import SharingEvent, SharingStep
from sharing.events.outcomes import was_received

from .checking import Problems, moment_problems, raise_first
from .following import Happened, add_step, is_there, lock

S, K = SharingEvent.Status, SharingStep.Kind


def chase_problems(event: SharingEvent, happened: Happened, follow_up_on: date | None, *, now: datetime) -> Problems:
    """Why it cannot be recorded like this that somebody asked. Empty when it can."""
    found = moment_problems("day", happened.at, now=now, after=event.sent_at)
    if not happened.text.strip():
        found["text"] = "Write what was said"
    if follow_up_on is None or follow_up_on < timezone.localdate(now):
        found["follow_up_on"] = "Enter the day on which to ask again, today or later"
    return found


@transaction.atomic
def chase_share(
    *,
    event: SharingEvent,
    token: UUID,
    happened: Happened,
    follow_up_on: date | None,
    by: User,
    at: datetime | None = None,
) -> SharingEvent:
    """Somebody asked whether it has come, and when to ask again. The same form again records it once.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn`.
    """
    at = at or timezone.now()
    held = lock(event, by=by)
    if is_there(token, held, K.CHASED):
        return held
    if held.status not in (S.SENT, S.ASKED_BACK):
        raise OutOfTurn("Nobody waits for an answer to this. Open it again to see how it stands.")
    raise_first(chase_problems(held, happened, follow_up_on, now=at))
    add_step(held, K.CHASED, happened, token=token, by=by, at=at)
    held.follow_up_on = follow_up_on
    held.revision += 1
    held.save(update_fields=["follow_up_on", "revision"])
    record(Verb.ADD, held, by=by, purpose="chased")
    return held


def received_problems(event: SharingEvent, happened: Happened, *, now: datetime) -> Problems:
    """Why it cannot be recorded as received like this. Empty when it can."""
    found = moment_problems("day", happened.at, now=now, after=event.sent_at)
    if not happened.person.strip():
        found["person"] = "Enter who has received it, with their role"
    return found


@transaction.atomic
def record_received(
    *, event: SharingEvent, token: UUID, happened: Happened, by: User, at: datetime | None = None
) -> SharingEvent:
    """Somebody there has confirmed it. The same form again records it once.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn`.
    """
    at = at or timezone.now()
    held = lock(event, by=by)
    if is_there(token, held, K.RECEIVED):
        return held
    if held.status != S.SENT:
        raise OutOfTurn(sharing_life.moves["receive"].out_of_turn)
    raise_first(received_problems(held, happened, now=at))
    done = sharing_life.perform("receive", held, by=by, at=happened.at)
    add_step(done, K.RECEIVED, happened, token=token, by=by, at=at)
    was_received(done, by, happened.at or at)
    return done
