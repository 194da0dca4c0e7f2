"""Was a meeting held, on which day, or is it off? It is moved, changed or called off before, and
corrected after.

The clocks of plans start from the answer, whether or not the minutes are finished.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.accounts.services import LEADS, settle_notices
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import Meeting, MeetingAddition, MeetingAttendee
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.permissions import ensure_decides
from safeguarding.concerns.services.deciding.changes import lock, touch
from safeguarding.exceptions import BadInput, ChangedSince, OutOfTurn
from safeguarding.keys import entry_token

from .attending import going, name_people, take_off, tell_newly_named, where_and_who
from .meeting_plans import of_plans

T, K = Meeting.State, MeetingAddition.Kind
_CHANGED = "Somebody has changed when this meeting is. Look at it below, then save again."
_ELSEWHERE = "Somebody has changed where this meeting is, or who goes. Look at it below, then save again."
_SAID = "It has been said already whether this meeting was held. Open it again to see how it stands."
_NOT_CHANGED = "Nothing is different. Change the day, the time, the place or who goes."
_TO_COME = "A meeting that is to come was not held yet. Say so from its time on, or move it."


@transaction.atomic
def hold_meeting(
    *,
    meeting: Meeting,
    seen: datetime,
    held_at: datetime,
    by: User,
    results: Mapping[UUID, str] | None = None,
    more: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> Meeting:
    """It was held, and when; what came of it for each child goes into the plans, and their next dates wait. The same
    again changes nothing.

    `seen` is when it was to be, as the page says. Raises `NotAllowed`, `BadInput`, `ChangedSince`, `OutOfTurn`.
    """
    at = at or timezone.now()
    now = _locked(meeting, by)
    if (now.state, now.held_at, now.said_by_id) == (T.HELD, held_at, by.pk):
        waits = {one.child_id for one in of_plans().results(by, now) if not one.stands} if results else set()
        if new := {child: result for child, result in (results or {}).items() if child in waits}:
            # Said in another window, without what came of it.
            of_plans().follow(meeting=now, by=by, results=new, more=more, at=at)
        return now
    _ensure_open(now, seen)
    if held_at > at:
        raise BadInput(_TO_COME)
    _say(now, T.HELD, held_at=held_at, by=by, at=at)
    of_plans().follow(meeting=now, by=by, results=results, more=more, at=at)
    return now


@transaction.atomic
def move_meeting(
    *,
    meeting: Meeting,
    token: UUID,
    seen: datetime,
    held_at: datetime,
    reason: str,
    by: User,
    place: str | None = None,
    staff: Collection[User] | None = None,
    stood: UUID | None = None,
    at: datetime | None = None,
) -> Meeting:
    """Another day, time or `place`, or other colleagues who go (None: as it was); `stood` says where it was and who
    went, as the page says. A note keeps what was before. On another day or at another time the dates of plans move with
    it, and who was told is told anew; else those who are named newly are told.

    The same again changes nothing. Raises `NotAllowed`, `BadInput`, `ChangedSince`, `OutOfTurn`.
    """
    at = at or timezone.now()
    now = _locked(meeting, by)
    people = () if staff is None else sorted(str(one.pk) for one in staff)
    key = entry_token(token, "moved", held_at, reason, place, *people)
    if MeetingAddition.objects.filter(token=key, author=by).exists():
        return now
    _ensure_open(now, seen)
    there = list(going(MeetingAttendee.objects.filter(meeting=now)).select_related("user").order_by("pk"))
    if stood not in (None, where_and_who(now, [row.user_id for row in there])):
        raise ChangedSince(_ELSEWHERE)
    was_at, was_in, new = now.held_at, now.place, _newly(there, staff)
    off = [] if staff is None else [row for row in there if row.user_id not in {one.pk for one in staff}]
    now.held_at, now.place = held_at, was_in if place is None else place.strip()
    moves, note = held_at != was_at, _what_was(now, was_in, new, [row.user for row in off])
    if not moves and not note:
        raise BadInput(_NOT_CHANGED)
    text = "\n".join(filter(None, (reason.strip(), note)))
    _add(now, key, K.MOVED if moves else K.CHANGED, text, by=by, at=at, was_at=was_at if moves else None)
    now.save(update_fields=["held_at", "place"])
    record(Verb.CHANGE, now, by=by)
    take_off(off, by=by, at=at)
    name_people(now, new, by=by, on=timezone.localdate(at))
    if moves:
        _settle(now, by=by, at=at)
        of_plans().follow(meeting=now, by=by, at=at)
    else:
        tell_newly_named(now, new, at=at)
    return now


def _newly(there: Collection[MeetingAttendee], staff: Collection[User] | None) -> list[User]:
    named = {row.user_id for row in there}
    return [one for one in staff or () if one.pk not in named]


def _what_was(now: Meeting, was_in: str, new: Collection[User], off: Collection[User]) -> str:
    """What is different beside day and time, a line for each."""
    lines = [
        f"Place until then: {was_in or 'not said'}" if now.place != was_in else "",
        f"Goes too: {', '.join(one.full_name for one in new)}" if new else "",
        f"No longer goes: {', '.join(one.full_name for one in off)}" if off else "",
    ]
    return "\n".join(filter(None, lines))


@transaction.atomic
def call_off(
    *, meeting: Meeting, token: UUID, seen: datetime, reason: str, by: User, at: datetime | None = None
) -> Meeting:
    """It is not held. Where a rule asks for it, the date of the plan waits again.

    The same again changes nothing. Raises `NotAllowed`, `BadInput`, `ChangedSince`, `OutOfTurn`.
    """
    at = at or timezone.now()
    now = _locked(meeting, by)
    key = entry_token(token, "called off", reason)
    if MeetingAddition.objects.filter(token=key, author=by).exists():
        return now
    if not reason.strip():
        raise BadInput("Say why it is called off.")
    _ensure_open(now, seen)
    _add(now, key, K.CALLED_OFF, reason, by=by, at=at)
    _say(now, T.CALLED_OFF, held_at=now.held_at, by=by, at=at)
    _settle(now, by=by, at=at)
    of_plans().follow(meeting=now, by=by, at=at)
    return now


@transaction.atomic
def correct_meeting(
    *,
    meeting: Meeting,
    token: UUID,
    seen: datetime,
    held_at: datetime,
    reason: str,
    by: User,
    results: Mapping[UUID, str] | None = None,
    more: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> Meeting:
    """It was held on another day, or something else came of it for a child. What is counted from it is counted again.

    The same again changes nothing. Raises `NotAllowed`, `BadInput`, `ChangedSince`, `OutOfTurn`.
    """
    at = at or timezone.now()
    now = _locked(meeting, by)
    said = (*sorted((results or {}).items()), *sorted((more or {}).items()))
    key = entry_token(token, "corrected", held_at, reason, *said)
    if MeetingAddition.objects.filter(token=key, author=by).exists():
        return now
    if now.state != T.HELD:
        raise OutOfTurn("Only a meeting that was held is corrected. Say first that it was.")
    _ensure_seen(now, seen)
    if not reason.strip():
        raise BadInput("Say why it is corrected.")
    if held_at > at:
        raise BadInput(_TO_COME)
    _add(now, key, K.CORRECTED, reason, by=by, at=at, was_at=now.held_at if held_at != now.held_at else None)
    now.held_at = held_at
    now.save(update_fields=["held_at"])
    record(Verb.CHANGE, now, by=by)
    of_plans().follow(meeting=now, by=by, results=results, more=more, at=at)
    return now


@transaction.atomic
def put_into_plans(
    *,
    meeting: Meeting,
    children: Collection[Child],
    by: User,
    results: Mapping[UUID, str] | None = None,
    more: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> Meeting:
    """Make it a date of the plans of these children, and let all plans that it is a date of say what it says. The same
    again changes nothing.

    Raises `NotAllowed`, and what the services of plans raise.
    """
    now = _locked(meeting, by)
    facts: dict[str, Any] = {"children": children, "results": results, "more": more}
    of_plans().follow(meeting=now, by=by, at=at or timezone.now(), **facts)
    return now


def to_be_in_plans(meeting: Meeting) -> None:
    """Say of a meeting that is a date of plans, not saved yet, that these do not say what it says."""
    if meeting.kind in Meeting.OF_PLANS:
        meeting.in_plans = Meeting.InPlans.WAITS


def _locked(meeting: Meeting, by: User) -> Meeting:
    """The meeting as it is now, locked after its concern, for somebody who decides on that."""
    ensure_decides(by, meeting.concern_id, meeting.school_id, LEADS)
    lock(meeting.concern_id)
    return Meeting.objects.select_for_update(of=("self",)).select_related("concern").get(pk=meeting.pk)


def _ensure_open(now: Meeting, seen: datetime) -> None:
    if now.state != T.PLANNED:
        raise OutOfTurn(_SAID)
    _ensure_seen(now, seen)


def _ensure_seen(now: Meeting, seen: datetime) -> None:
    if now.held_at != seen:
        raise ChangedSince(_CHANGED)


def _say(now: Meeting, state: str, *, held_at: datetime, by: User, at: datetime) -> None:
    now.state, now.held_at, now.said_at, now.said_by = state, held_at, at, by
    now.save(update_fields=["state", "held_at", "said_at", "said_by"])
    record(Verb.CHANGE, now, by=by, purpose=state)
    touch(now.concern)
    record(Verb.ADD, now.concern, by=by, purpose="meeting")


def _settle(now: Meeting, *, by: User, at: datetime) -> None:
    """What people were told of it before is true no more."""
    settle_notices(object_id=now.pk, kinds=[ConcernNotice.MEETING], by=by, at=at)


def _add(
    now: Meeting, key: UUID, kind: str, text: str, *, by: User, at: datetime, was_at: datetime | None = None
) -> None:
    made = MeetingAddition.objects.create(
        meeting=now,
        concern_id=now.concern_id,
        school_id=now.school_id,
        token=key,
        kind=kind,
        text=text.strip(),
        was_at=was_at,
        author=by,
        added_at=at,
    )
    record(Verb.ADD, made, by=by)
