"""A lead reads a note from outside and makes a concern of it; or one puts it forward to be set aside, and another sets
it aside.

Nothing of it is destroyed here: what is set aside can be taken up again, and ends under the retention schedule.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.services import open_notices, settle_notices, tell
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.lifecycles import note_life
from safeguarding.concerns.models import Concern, Draft, OutsideNote
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.permissions import may_read_note, may_take_up_note
from safeguarding.concerns.services.access import hide_from
from safeguarding.concerns.services.drafts import save_draft
from safeguarding.concerns.services.form_content import Content
from safeguarding.concerns.services.outside.conflicts import standing
from safeguarding.concerns.services.telling import readers
from safeguarding.exceptions import NotAllowed, OutOfTurn
from safeguarding.keys import entry_token

_LEADS = "Only a safeguarding lead, a deputy or the Headteacher of this school can do this."
_CALLS = (ConcernNotice.CALL, ConcernNotice.UNREAD, ConcernNotice.OUTSIDE)
Status = OutsideNote.Status


def open_note(*, note: OutsideNote, by: User, at: datetime | None = None) -> OutsideNote:
    """A lead has a note before them.

    Who opens it first has read it, as with a concern; nobody else is called any more.
    """
    at = at or timezone.now()
    if note.status == Status.NEW and may_read_note(by, note):
        try:
            with transaction.atomic():
                note = note_life.perform("read", note, by=by, at=at)
                settle_notices(object_id=note.pk, kinds=_CALLS, by=by, at=at)
        except OutOfTurn:
            # Two opened it in the same moment: the other one's reading stands.
            note = OutsideNote.objects.get(pk=note.pk)
    open_notices(user=by, object_id=note.pk, at=at)
    return note


@transaction.atomic
def take_up(*, note: OutsideNote, content: Content, by: User, at: datetime | None = None) -> UUID:
    """Begin a concern of it: `content` is what the log form begins with. Returns the token of that form.

    The same person again goes on with the same form. Somebody else may begin one too, and sees who has: the first that
    is sent is the concern. Raises `NotAllowed`, `OutOfTurn` where it is a concern already.
    """
    at, locked = at or timezone.now(), _locked(note)
    if not may_take_up_note(by, locked):
        raise NotAllowed(_LEADS)
    if locked.status == Status.CONCERN:
        raise OutOfTurn("A colleague has since made a concern of this note. Open the note again to go to it.")
    token = entry_token(locked.token, by.pk)
    if not Draft.objects.filter(pk=token).exists():
        save_draft(token=token, school_id=locked.school_id, content=content, author_id=by.pk, at=at)
    locked.forms = list(dict.fromkeys([*locked.forms, token]))
    locked.taken_up_at, locked.taken_up_by = at, by
    locked.save(update_fields=["forms", "taken_up_at", "taken_up_by"])
    record(Verb.ASSIGN, locked, by=by, purpose="taken up")
    return token


def became(concern: Concern, *, token: UUID, by: User, at: datetime) -> None:
    """The log form with this token has been sent. Where it began with a note from outside, the note says so from now
    on.

    For whom the note was not, the concern is not either.
    """
    note = OutsideNote.objects.filter(forms__contains=[token]).exclude(status=Status.CONCERN).first()
    if note is not None:
        # First, so that whoever stood in for the note stands in for its concern.
        for one in standing(note):
            hide_from(concern, one.user, by=by, at=at)
        note_life.perform("make_concern", note, by=by, at=at, concern=concern)
        settle_notices(object_id=note.pk, kinds=(ConcernNotice.ASIDE, *_CALLS), by=by, at=at)


@transaction.atomic
def put_forward(*, note: OutsideNote, reason: str, detail: str, by: User, at: datetime | None = None) -> OutsideNote:
    """Say why it is for nobody to act on.

    It stays in the queue until somebody else has looked at it too; they are told.
    """
    at = at or timezone.now()
    done = note_life.perform("put_forward", note, by=by, at=at, reason=reason, reason_detail=detail.strip())
    tell(
        people=[p for p in readers(done, on=timezone.localdate(at), but={by.pk}) if p.pk != by.pk],
        school_id=done.school_id,
        kind=ConcernNotice.ASIDE,
        object_type="outside_note",
        object_id=done.pk,
        at=at,
    )
    return done


@transaction.atomic
def set_aside(*, note: OutsideNote, by: User, at: datetime | None = None) -> OutsideNote:
    """The second of two has looked at it and thinks so too."""
    at = at or timezone.now()
    done = note_life.perform("set_aside", note, by=by, at=at)
    settle_notices(object_id=done.pk, kinds=(ConcernNotice.ASIDE,), by=by, at=at)
    return done


@transaction.atomic
def give_back(*, note: OutsideNote, by: User, at: datetime | None = None) -> OutsideNote:
    """It is not to be set aside after all: it waits for somebody to act on it. Why somebody thought so stays on it."""
    at = at or timezone.now()
    done = note_life.perform("give_back", note, by=by, at=at)
    settle_notices(object_id=done.pk, kinds=(ConcernNotice.ASIDE,), by=by, at=at)
    return done


@transaction.atomic
def take_back(*, note: OutsideNote, by: User, at: datetime | None = None) -> OutsideNote:
    """Somebody looks at it again: it stands in the queue once more."""
    return note_life.perform("take_back", note, by=by, at=at, ended_at=None, ended_by=None)


def _locked(note: OutsideNote) -> OutsideNote:
    return OutsideNote.objects.select_for_update(of=("self",)).get(pk=note.pk)
