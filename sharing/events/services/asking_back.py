"""Ask back what should not have gone, and record what they answered."""

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
from sharing.events.outcomes import was_asked_back

from .checking import Problems, moment_problems, raise_first
from .following import Happened, add_step, is_there, lock

S, K = SharingEvent.Status, SharingStep.Kind


def asked_back_problems(
    event: SharingEvent, happened: Happened, follow_up_on: date | None, *, now: datetime
) -> Problems:
    """Why it cannot be recorded like this that it was asked back. Empty when it can."""
    found = moment_problems("day", happened.at, now=now, after=event.sent_at)
    if not happened.text.strip():
        found["text"] = "Write what was wrong, and what they were asked to do"
    if follow_up_on is None or follow_up_on < timezone.localdate(now):
        found["follow_up_on"] = "Enter the day by which they are to answer, today or later"
    return found


@transaction.atomic
def ask_back(
    *,
    event: SharingEvent,
    token: UUID,
    happened: Happened,
    follow_up_on: date | None,
    by: User,
    at: datetime | None = None,
) -> SharingEvent:
    """It should not have gone, or not like this: they were asked to return or delete it. That it was sent stays.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn`.
    """
    at = at or timezone.now()
    held = lock(event, by=by)
    if is_there(token, held, K.ASKED_BACK):
        return held
    if held.status not in (S.SENT, S.RECEIVED):
        raise OutOfTurn(sharing_life.moves["ask_back"].out_of_turn)
    raise_first(asked_back_problems(held, happened, follow_up_on, now=at))
    done = sharing_life.perform("ask_back", held, by=by, at=happened.at, follow_up_on=follow_up_on)
    add_step(done, K.ASKED_BACK, happened, token=token, by=by, at=at)
    was_asked_back(done, by, happened.at or at)
    return done


def answered_problems(event: SharingEvent, happened: Happened, *, now: datetime) -> Problems:
    """Why their answer cannot be recorded like this. Empty when it can."""
    found = moment_problems("day", happened.at, now=now, after=event.asked_back_at)
    if not happened.person.strip():
        found["person"] = "Enter who answered, with their role"
    if not happened.text.strip():
        found["text"] = "Write what they have done with it"
    return found


@transaction.atomic
def record_answer(
    *, event: SharingEvent, token: UUID, happened: Happened, by: User, at: datetime | None = None
) -> SharingEvent:
    """What became of what was asked back: returned, deleted, or passed on before. The same form again records it once.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn`.
    """
    at = at or timezone.now()
    held = lock(event, by=by)
    if is_there(token, held, K.ANSWERED):
        return held
    if held.status != S.ASKED_BACK:
        raise OutOfTurn("This was not asked back. Open it again to see how it stands.")
    raise_first(answered_problems(held, happened, now=at))
    add_step(held, K.ANSWERED, happened, token=token, by=by, at=at)
    held.follow_up_on = None
    held.revision += 1
    held.save(update_fields=["follow_up_on", "revision"])
    record(Verb.ADD, held, by=by, purpose="answered")
    return held
