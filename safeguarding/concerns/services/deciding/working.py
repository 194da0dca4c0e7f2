"""Name a concern, note, and give somebody something to do."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import ensure_works_at
from safeguarding.accounts.services import LEADS, open_notices, settle_notices, tell
from safeguarding.audit.context import door
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.lifecycles import action_life
from safeguarding.concerns.models import Action, Concern, ConcernNote
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.permissions import ensure_decides, ensure_may_act
from safeguarding.concerns.services.mentioned import keep_and_hand_on
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.keys import entry_token

from .changes import ensure_unchanged, lock, note_former_title, touch
from .rulings import day_problem

# What tells somebody of an action, and asks no more once anybody has ended it.
_TELLS = (ConcernNotice.ACTION, ConcernNotice.ACTION_DUE)


@transaction.atomic
def rename_concern(*, concern: Concern, seen: int, title: str, by: User, at: datetime | None = None) -> Concern:
    """Give the concern a short title for lists, or take it away again: its kind stands there then. The former one is
    noted.

    `seen` is the revision on the lead's screen. Raises `ChangedSince` when somebody else saved first, but for the same
    title.
    """
    ensure_decides(by, concern.pk, concern.school_id, LEADS)
    concern, title = lock(concern.pk), title.strip()
    if concern.title == title:
        return concern
    ensure_unchanged(concern, seen, by)
    note_former_title(concern, by=by, at=at or timezone.now())
    concern.title, concern.revision = title, concern.revision + 1
    concern.save(update_fields=["title", "revision"])
    record(Verb.CHANGE, concern, by=by)
    return concern


@transaction.atomic
def add_note(*, concern: Concern, token: UUID, text: str, by: User, at: datetime | None = None) -> ConcernNote:
    """A lead's note. The same token and words again return the note that is there."""
    ensure_decides(by, concern.pk, concern.school_id, LEADS)
    if not text.strip():
        raise BadInput("Write the note before you save it.")
    note, made = ConcernNote.objects.get_or_create(
        token=entry_token(token, text),
        author=by,
        defaults={"concern": concern, "school_id": concern.school_id, "text": text, "added_at": at or timezone.now()},
    )
    if made:
        touch(concern)
        record(Verb.ADD, concern, by=by)
        keep_and_hand_on(note, concern, by=by, at=note.added_at)
    return note


@transaction.atomic
def add_action(
    *, concern: Concern, token: UUID, text: str, owner: User, due_on: date, by: User, at: datetime | None = None
) -> Action:
    """Something that somebody must do by a day; they are told. The same again returns the action that is there.

    Raises `OutOfTurn` when the concern is closed, `BadInput` for a day that has passed or is too far off, and for
    somebody who has no role at the school today.
    """
    ensure_decides(by, concern.pk, concern.school_id, LEADS)
    at = at or timezone.now()
    concern = lock(concern.pk)
    token = entry_token(token, text, owner.pk, due_on)
    if there := Action.objects.filter(token=token, created_by=by).first():
        return there
    _check_action(text, owner, due_on, school_id=concern.school_id, today=timezone.localdate(at))
    ensure_may_act(owner, concern.pk)
    if concern.status == Concern.Status.CLOSED:
        raise OutOfTurn("This concern is closed. Open it again to add an action.")
    action = Action.objects.create(
        concern=concern,
        reference=concern.reference,
        school_id=concern.school_id,
        token=token,
        text=text,
        owner=owner,
        due_on=due_on,
        created_at=at,
        created_by=by,
    )
    touch(concern)
    record(Verb.ASSIGN, action, by=by)
    if owner.pk != by.pk:
        tell(
            people=[owner],
            school_id=concern.school_id,
            kind=ConcernNotice.ACTION,
            object_type="action",
            object_id=action.pk,
            at=at,
        )
    return action


def _check_action(text: str, owner: User, due_on: date, *, school_id: UUID, today: date) -> None:
    if not text.strip():
        raise BadInput("Write what needs doing.")
    if problem := day_problem("By", due_on, today=today):
        raise BadInput(problem)
    ensure_works_at(owner, school_id, today)


@transaction.atomic
@door("acting")
def end_action(*, action: Action, move: str, result: str, by: User, at: datetime | None = None) -> Action:
    """Mark an action done, or withdraw it (`move` is "complete" or "withdraw"), saying what came of it.

    The same again by the same person changes nothing.
    """
    concern = lock(action.concern_id)
    now = Action.objects.select_for_update().get(pk=action.pk)
    target = action_life.moves[move].target
    if (now.status, now.ended_by_id, now.result) == (target, by.pk, result.strip()):
        return now
    action = action_life.perform(move, action, by=by, at=at, result=result.strip())
    touch(concern)
    open_notices(user=by, object_id=action.pk, at=at)
    settle_notices(object_id=action.pk, kinds=_TELLS, by=by, at=at or timezone.now())
    return action
