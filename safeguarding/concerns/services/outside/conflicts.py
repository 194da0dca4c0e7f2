"""For whom among the staff is a note from outside not?

Somebody who reads it says so, of a colleague or of themselves.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import ensure_works_at
from safeguarding.accounts.services import LEADS, leads_on_duty, tell
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.lifecycles import note_life
from safeguarding.concerns.models import OutsideConflict, OutsideNote
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.permissions import may_settle_note
from safeguarding.concerns.services.outside.leaving import tell_of
from safeguarding.concerns.services.telling import readers
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn

_NOBODY_LEFT = (
    "Nobody else at this school could read this note. Whoever gives roles names somebody first who can, "
    "such as an alternate "
    "lead: the Headteacher or the trust lead."
)
Status = OutsideNote.Status


def standing(note: OutsideNote) -> QuerySet[OutsideConflict]:
    """For whom it is not, as far as that has not been withdrawn."""
    found = OutsideConflict.objects.filter(note=note, withdrawn_at=None)
    return found.select_related("user", "said_by").order_by("said_at", "pk")


@transaction.atomic
def say_not_for(*, note: OutsideNote, user: User, by: User, at: datetime | None = None) -> OutsideConflict:
    """The note is about `user`, or somebody close to them: they see nothing of it from now on. The same again changes
    nothing.

    Where nobody else works on it, it is unread again and the others are told, or called, as of a new one. Raises
    `NotAllowed`; `BadInput` where nobody would be left to read it; `OutOfTurn` where it is a concern.
    """
    at, on = at or timezone.now(), timezone.localdate(at)
    locked = OutsideNote.objects.select_for_update(of=("self",)).get(pk=note.pk)
    if not may_settle_note(by, locked):
        raise NotAllowed(LEADS)
    if locked.status == Status.CONCERN:
        raise OutOfTurn("A colleague has since made a concern of this note. Say it on the page of that concern.")
    ensure_works_at(user, locked.school_id, on)
    if there := OutsideConflict.objects.filter(note=locked, user=user, withdrawn_at=None).first():
        return there
    again = locked.status == Status.READ and locked.read_by_id == user.pk and locked.taken_up_by_id in (None, user.pk)
    if again:
        locked = note_life.perform("not_read", locked, by=by, at=at, read_at=None, read_by=None)
    said = OutsideConflict(note=locked, school_id=locked.school_id, user=user, said_at=at, said_by=by)
    # It may be a row that its author cannot see.
    OutsideConflict.objects.bulk_create([said])
    record(Verb.DECLARE, object_type="concerns.outsideconflict", object_id=said.pk, school_id=locked.school_id, by=by)
    left = readers(locked, on=on)
    if not left:
        raise BadInput(_NOBODY_LEFT)
    if again:
        tell_of(locked, at)
    elif not {person.pk for person in leads_on_duty(locked.school_id, on=on)} & {person.pk for person in left}:
        tell(
            people=left,
            school_id=locked.school_id,
            kind=ConcernNotice.OUTSIDE,
            object_type="outside_note",
            object_id=locked.pk,
            at=at,
        )
    return said


@transaction.atomic
def withdraw_not_for(*, conflict: OutsideConflict, by: User, at: datetime | None = None) -> OutsideConflict:
    """It may be for this person after all: they see it again, as far as their role allows.

    Never by that person, who sees none of it.
    """
    note = OutsideNote.objects.select_for_update(of=("self",)).get(pk=conflict.note_id)
    if by.pk == conflict.user_id or not may_settle_note(by, note):
        raise NotAllowed(LEADS)
    locked = OutsideConflict.objects.select_for_update(of=("self",)).get(pk=conflict.pk)
    if locked.withdrawn_at is not None:
        raise OutOfTurn("This has been withdrawn already.")
    if note.status == Status.CONCERN:
        raise OutOfTurn("A colleague has since made a concern of this note. Say it on the page of that concern.")
    locked.withdrawn_at, locked.withdrawn_by = at or timezone.now(), by
    locked.save(update_fields=["withdrawn_at", "withdrawn_by"])
    record(Verb.WITHDRAW, locked, by=by)
    return locked
