"""Meetings: call one, type its minutes while it goes on, give what it decided to somebody to do, finish, add."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.accounts.services import LEADS, settle_notices
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.lifecycles import meeting_life
from safeguarding.concerns.models import (
    Action,
    Attachment,
    Concern,
    Meeting,
    MeetingAddition,
    MeetingDecision,
)
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.permissions import ensure_decides
from safeguarding.concerns.services.deciding import add_action
from safeguarding.concerns.services.deciding.changes import lock, touch
from safeguarding.concerns.verbs import ConcernVerb
from safeguarding.exceptions import BadInput, ChangedSince, OutOfTurn
from safeguarding.keys import entry_token
from safeguarding.uploads.services.keeping import Attached, Upload, keep, seal_all

from .attending import name_people
from .meeting_days import to_be_in_plans
from .meeting_plans import of_plans

S = Meeting.Status
FINISHED = "These minutes have been finished. Add to them instead."


@dataclass(frozen=True)
class Called:
    """A meeting as it comes from the form: of which kind (`conference`: initial or review), when and where, and who
    else was there beside colleagues.
    """

    kind: str
    held_at: datetime
    conference: str = ""
    place: str = ""
    others: str = ""
    apologies: str = ""


@transaction.atomic
def call_meeting(
    *,
    concern: Concern,
    token: UUID,
    called: Called,
    staff: Sequence[User],
    by: User,
    children: Collection[Child] | None = None,
    at: datetime | None = None,
) -> Meeting:
    """A meeting about a concern, held or to be held. The same form again returns the one that is there. It is a date of
    the plans of these `children` too; of a kind that is one, None says that somebody who keeps them has to say.

    Raises `OutOfTurn` for a closed concern, `BadInput` for somebody who does not work at the school.
    """
    ensure_decides(by, concern.pk, concern.school_id, LEADS)
    concern, at = lock(concern.pk), at or timezone.now()
    token = entry_token(token, *vars(called).values(), *sorted(str(one.pk) for one in staff))
    if there := Meeting.objects.filter(token=token, called_by=by).first():
        return there
    if called.kind not in Meeting.Kind:
        raise BadInput("Choose what kind of meeting it is.")
    if (called.kind == Meeting.Kind.CONFERENCE) != bool(called.conference):
        raise BadInput("Say whether it is the initial conference or a review.")
    if concern.status == Concern.Status.CLOSED:
        raise OutOfTurn("This concern is closed. Open it again to call a meeting about it.")
    meeting = Meeting(
        concern=concern, school_id=concern.school_id, token=token, called_by=by, recorded_at=at, **vars(called)
    )
    to_be_in_plans(meeting)
    meeting.save(force_insert=True)
    record(Verb.CREATE, meeting, by=by)
    name_people(meeting, staff, by=by, on=timezone.localdate(at))
    touch(concern)
    record(Verb.ADD, concern, by=by, purpose="meeting")
    of_plans().follow(meeting=meeting, by=by, children=children, at=at)
    return meeting


@transaction.atomic
def save_minutes(
    *, meeting: Meeting, seen: int, page: UUID, minutes: str, by: User, at: datetime | None = None
) -> Meeting:
    """Save the minutes as they stand on a page, every few seconds. The concern is left alone: nobody who decides is
    held up.

    `seen` is the revision that the page knows of. Raises `ChangedSince` when they were typed on another page meanwhile:
    that one's words stand, and this one's author is shown both. `OutOfTurn` once they are finished.
    """
    ensure_decides(by, meeting.concern_id, meeting.school_id, LEADS)
    now = Meeting.objects.select_for_update(of=("self",)).select_related("saved_by").get(pk=meeting.pk)
    if now.status != S.OPEN:
        raise OutOfTurn(FINISHED)
    if now.minutes == minutes:
        return now
    if now.revision > seen and now.page != page:
        who = "You" if now.saved_by_id == by.pk else now.saved_by.full_name if now.saved_by else "Somebody"
        raise ChangedSince(f"{who} typed on another page meanwhile. What was typed there stands below.")
    now.minutes, now.saved_at, now.saved_by, now.page = minutes, at or timezone.now(), by, page
    now.revision += 1
    now.save(update_fields=["minutes", "saved_at", "saved_by", "page", "revision"])
    record(ConcernVerb.DRAFT, now, by=by)
    return now


@transaction.atomic
def finish_minutes(
    *, meeting: Meeting, seen: int, page: UUID, minutes: str, by: User, at: datetime | None = None
) -> Meeting:
    """Save what stands on the page and finish: from now on the minutes are only added to.

    Pressed twice they are finished once.
    """
    ensure_decides(by, meeting.concern_id, meeting.school_id, LEADS)
    concern = lock(meeting.concern_id)
    now = Meeting.objects.get(pk=meeting.pk)
    if now.status == S.FINISHED and now.finished_by_id == by.pk and now.minutes == minutes:
        return now
    if not minutes.strip():
        raise BadInput("Write the minutes before you finish them.")
    now = save_minutes(meeting=meeting, seen=seen, page=page, minutes=minutes, by=by, at=at)
    done = meeting_life.perform("finish", now, by=by, at=at)
    settle_notices(object_id=done.pk, kinds=[ConcernNotice.MEETING], by=by, at=at or timezone.now())
    touch(concern)
    record(Verb.ADD, concern, by=by, purpose="minutes")
    return done


@transaction.atomic
def note_decision(*, meeting: Meeting, token: UUID, text: str, by: User, at: datetime | None = None) -> MeetingDecision:
    """Something that the meeting decided. The same words from the same form again return what is there."""
    ensure_decides(by, meeting.concern_id, meeting.school_id, LEADS)
    if not (text := text.strip()):
        raise BadInput("Write what was decided.")
    concern = lock(meeting.concern_id)
    token = entry_token(token, text)
    if there := MeetingDecision.objects.filter(token=token, author=by).first():
        return there
    if Meeting.objects.get(pk=meeting.pk).status != S.OPEN:
        raise OutOfTurn(FINISHED)
    made = MeetingDecision.objects.create(
        meeting=meeting,
        concern=concern,
        school_id=concern.school_id,
        token=token,
        text=text,
        author=by,
        added_at=at or timezone.now(),
    )
    record(Verb.ADD, made, by=by)
    return made


@transaction.atomic
def give_decision(
    *, decision: MeetingDecision, owner: User, due_on: date, by: User, at: datetime | None = None
) -> Action:
    """Make an action of what a meeting decided, also after its minutes were finished. It becomes one once.

    Raises what `add_action` raises, and `OutOfTurn` when somebody else has given it away already.
    """
    ensure_decides(by, decision.concern_id, decision.school_id, LEADS)
    concern = lock(decision.concern_id)
    now = MeetingDecision.objects.get(pk=decision.pk)
    if now.action_id is not None:
        action = Action.objects.select_related("owner").get(pk=now.action_id)
        if (action.created_by_id, action.owner_id, action.due_on) == (by.pk, owner.pk, due_on):
            return action
        raise OutOfTurn(f"{action.owner.full_name} has been given this already.")
    action = add_action(concern=concern, token=now.token, text=now.text, owner=owner, due_on=due_on, by=by, at=at)
    now.action = action
    now.save(update_fields=["action"])
    record(Verb.LINK, now, by=by)
    return action


@transaction.atomic
def add_to_minutes(
    *, meeting: Meeting, token: UUID, text: str, by: User, at: datetime | None = None
) -> MeetingAddition:
    """A correction of finished minutes, or something left out. Before, the minutes themselves are changed."""
    ensure_decides(by, meeting.concern_id, meeting.school_id, LEADS)
    if not (text := text.strip()):
        raise BadInput("Write what is added.")
    concern = lock(meeting.concern_id)
    token = entry_token(token, text)
    if there := MeetingAddition.objects.filter(token=token, author=by).first():
        return there
    if Meeting.objects.get(pk=meeting.pk).status != S.FINISHED:
        raise OutOfTurn("These minutes are still being written. Change them, then finish.")
    made = MeetingAddition.objects.create(
        meeting=meeting,
        concern=concern,
        school_id=concern.school_id,
        token=token,
        text=text,
        author=by,
        added_at=at or timezone.now(),
    )
    record(Verb.ADD, made, by=by)
    touch(concern)
    record(Verb.ADD, concern, by=by, purpose="minutes")
    return made


@transaction.atomic
def attach_to_meeting(
    *, meeting: Meeting, token: UUID, uploads: Sequence[Upload], by: User, at: datetime | None = None
) -> Attached[Attachment]:
    """An agenda, a report that was tabled. The limits and the scanning are those of every file."""
    ensure_decides(by, meeting.concern_id, meeting.school_id, LEADS)

    def make(**fields: object) -> Attachment:
        return Attachment(concern_id=meeting.concern_id, school_id=meeting.school_id, meeting=meeting, **fields)

    sealed = seal_all(uploads, make=make, token=token, by=by, at=at or timezone.now())
    concern = lock(meeting.concern_id)
    found = keep(sealed, by=by)
    if found.is_news:
        touch(concern)
        record(Verb.ADD, concern, by=by, purpose="files")
    return found
