"""Give an action to somebody else, or another day: what is late, and what nobody has to do any more."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.text import Truncator

from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import ensure_works_at
from safeguarding.accounts.services import settle_notices, tell
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import Action, Concern, HandOver
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.permissions import ensure_decides, ensure_may_act
from safeguarding.concerns.services.notes import write_note
from safeguarding.dates import full_day
from safeguarding.exceptions import BadInput, OutOfTurn

from .changes import lock, touch
from .rulings import day_problem

_LEADS = "Only a safeguarding lead, a deputy or the Headteacher of this school can give an action to somebody else."


@transaction.atomic
def hand_over(*, action: Action, owner: User, due_on: date, by: User, at: datetime | None = None) -> Action:
    """From now on `owner` has to do it, by `due_on`; they are told. A note of the concern says who had it before.

    The same owner and day as before change nothing. Raises `NotAllowed` unless `by` decides at the school, `OutOfTurn`
    when the action has been ended, `BadInput` for somebody who does not work there today and for a day past or too far
    off.
    """
    ensure_decides(by, action.concern_id, action.school_id, _LEADS)
    concern, at = lock(action.concern_id), at or timezone.now()
    now = Action.objects.select_for_update(of=("self",)).select_related("owner").get(pk=action.pk)
    if now.status != Action.Status.TO_DO:
        raise OutOfTurn("This action has been ended already.")
    if (now.owner_id, now.due_on) == (owner.pk, due_on):
        return now
    ensure_works_at(owner, now.school_id, timezone.localdate(at))
    ensure_may_act(owner, now.concern_id)
    if problem := day_problem("By", due_on, today=timezone.localdate(at)):
        raise BadInput(problem)
    _note(concern, now, owner, due_on, by=by, at=at)
    if owner.pk != now.owner_id:
        HandOver.objects.create(
            action=now, concern=concern, school_id=now.school_id, from_user_id=now.owner_id, to_user=owner, at=at, by=by
        )
    give(now, owner, due_on=due_on, by=by, at=at)
    touch(concern)
    record(Verb.ASSIGN, now, by=by, purpose="handed over")
    if owner.pk != by.pk:
        about = {"object_type": "action", "object_id": now.pk}
        tell(people=[owner], school_id=now.school_id, kind=ConcernNotice.ACTION, at=at, **about)  # type: ignore[arg-type]
    return now


def give(action: Action, owner: User, *, due_on: date, by: User, at: datetime) -> None:
    """Write down who has a locked action from now on, and by when. Somebody else is reminded of it anew."""
    if owner.pk != action.owner_id:
        action.reminded_for = action.late_for = None
    action.owner, action.due_on = owner, due_on
    action.save(update_fields=["owner", "due_on", "reminded_for", "late_for"])
    # Whoever had it need not be told to read about it any more.
    settle_notices(object_id=action.pk, kinds=(ConcernNotice.ACTION, ConcernNotice.ACTION_DUE), by=by, at=at)


def _note(concern: Concern, action: Action, owner: User, due_on: date, *, by: User, at: datetime) -> None:
    """Who had it and by when, in the record: the action itself says only how that stands now."""
    what = Truncator(action.text).chars(120)
    before = f"{action.owner.full_name}, by {full_day(action.due_on)}"
    text = f"Action “{what}” is now to be done by {owner.full_name}, by {full_day(due_on)}. Before: {before}."
    write_note(concern, text, by=by, at=at)
