"""Which colleagues go to a meeting about a concern? They are named for it, and taken off again; the row stays."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import colleagues, ensure_works_at
from safeguarding.accounts.services import leads_on_duty, settle_notices, tell
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import who_sees
from safeguarding.audit.services import record
from safeguarding.concerns.models import Meeting, MeetingAttendee
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.keys import entry_token


def going(rows: QuerySet[MeetingAttendee]) -> QuerySet[MeetingAttendee]:
    """Of those who were named for meetings those who are not taken off."""
    return rows.filter(ended_at=None)


def may_go(school_id: UUID, there: Collection[UUID], *, on: date) -> QuerySet[User]:
    """Who may be on the list: who works at the school, and who is on it already."""
    here = colleagues(school_id, on).order_by().values("pk")
    return User.objects.filter(Q(pk__in=here) | Q(pk__in=there)).order_by("last_name", "first_name", "pk")


def where_and_who(meeting: Meeting, people: Collection[UUID]) -> UUID:
    """A key of where a meeting is and of who goes, as a page shows them: another one once somebody has changed them."""
    return entry_token(meeting.pk, meeting.place, *sorted(map(str, people)))


def name_people(meeting: Meeting, people: Iterable[User], *, by: User, on: date) -> None:
    """Put these colleagues on the list. Raises `BadInput` for somebody who does not work at the school."""
    people = list(people)
    for one in people:
        ensure_works_at(one, meeting.school_id, on)
    for one in people:
        row = MeetingAttendee.objects.create(
            meeting=meeting, concern_id=meeting.concern_id, school_id=meeting.school_id, user=one
        )
        record(Verb.ADD, row, by=by)


def take_off(rows: Iterable[MeetingAttendee], *, by: User, at: datetime) -> None:
    """They do not go; what they were told of the meeting asks nothing of them any more, but of leads on duty."""
    for row in rows:
        row.ended_at, row.ended_by = at, by
        row.save(update_fields=["ended_at", "ended_by"])
        record(Verb.CHANGE, row, by=by, purpose="taken off")
        settle_notices(
            object_id=row.meeting_id,
            kinds=[ConcernNotice.MEETING],
            by=by,
            at=at,
            among=User.objects.filter(pk=row.user_id),
            but=[one.pk for one in leads_on_duty(row.school_id, on=timezone.localdate(at))],
        )


def tell_newly_named(meeting: Meeting, people: Iterable[User], *, at: datetime) -> None:
    """Tell those who were named after the others had been told, if the concern is open to them. As long as nobody was
    told of this day and time, they are told with the others.
    """
    if meeting.told_for != meeting.held_at or meeting.told_on is None or meeting.held_at <= at:
        return
    told = {one.pk for one in leads_on_duty(meeting.school_id, on=meeting.told_on)}
    new = [one for one in people if one.pk not in told]
    seen = who_sees(meeting, [one.pk for one in new])
    tell(
        people=[one for one in new if one.pk in seen],
        school_id=meeting.school_id,
        kind=ConcernNotice.MEETING,
        object_type="meeting",
        object_id=meeting.pk,
        at=at,
    )
