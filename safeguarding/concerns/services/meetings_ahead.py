"""Which meetings about concerns are to come, and who is told of them? Telling is work of the worker."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from safeguarding import dates
from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.models import School, User
from safeguarding.accounts.services import leads_on_duty, tell
from safeguarding.audit.context import system_task
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import who_sees
from safeguarding.audit.services import record
from safeguarding.beforehand import furthest, is_to_tell
from safeguarding.concerns.models import Meeting, MeetingAttendee
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services.attending import going
from safeguarding.concerns.services.reminding import AT_ONCE, FROM


def ahead(meetings: QuerySet[Meeting], *, today: date) -> QuerySet[Meeting]:
    """Those of today and later that are not called off, the first one first."""
    return (
        meetings.exclude(state=Meeting.State.CALLED_OFF)
        .filter(held_at__gte=dates.start_of(today))
        .order_by("held_at", "pk")
    )


def not_told(meeting: Meeting, people: Collection[User], *, at: datetime) -> set[UUID]:
    """Of those who are named for a meeting that is to come, who is told nothing of it: the concern is not open to them.
    Nobody once it has begun, or is off.
    """
    if meeting.held_at <= at or meeting.state == Meeting.State.CALLED_OFF:
        return set()
    keys = {person.pk for person in people}
    return keys - who_sees(meeting, keys).keys()


@system_task("reminders")
def tell_of_meetings(*, at: datetime | None = None) -> int:
    """Tell the colleagues who are named for a meeting, and the leads on duty, if the concern is open to them: once for
    the meeting, however many children it is about, and anew where its day or time has changed.

    On the days of `safeguarding/beforehand.py`. Returns how many times somebody was told.
    """
    here = timezone.localtime(at or timezone.now())
    if here.time() < FROM:
        return 0
    calendars = SchoolCalendar.of_many([*School.objects.values_list("pk", flat=True)])
    end = dates.start_of(furthest(calendars.values(), here.date()) + timedelta(days=1))
    near = ahead(Meeting.objects.all(), today=here.date()).filter(held_at__lt=end)
    told = 0
    for meeting in [one for one in near if _is_to_tell(one, here, calendars)]:
        if told < AT_ONCE:
            # As it is now: another worker may have told of it since.
            locked = Meeting.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=meeting.pk)
            told += sum(_tell(one, here) for one in locked if _is_to_tell(one, here, calendars))
    return told


def _is_to_tell(meeting: Meeting, at: datetime, calendars: Mapping[UUID, SchoolCalendar]) -> bool:
    calendar = calendars[meeting.school_id]
    return is_to_tell(meeting.held_at, at, calendar, told_for=meeting.told_for, told_on=meeting.told_on)


def told_of(meeting: Meeting, on: date) -> list[User]:
    """Who is told of a meeting: who is named for it and the leads on duty, if the concern is open to them. Nobody is of
    one that is off.
    """
    if meeting.state == Meeting.State.CALLED_OFF:
        return []
    named = going(MeetingAttendee.objects.filter(meeting=meeting)).select_related("user").order_by("pk")
    people = [*dict.fromkeys([*(one.user for one in named), *leads_on_duty(meeting.school_id, on=on)])]
    seen = who_sees(meeting, [person.pk for person in people])
    return [person for person in people if person.pk in seen]


def _tell(meeting: Meeting, at: datetime) -> int:
    told = told_of(meeting, at.date())
    if not told:
        # It stays to be told, once there is somebody.
        return 0
    meeting.told_for, meeting.told_on = meeting.held_at, at.date()
    meeting.save(update_fields=["told_for", "told_on"])
    record(Verb.ASK, meeting, purpose="reminder")
    tell(
        people=told,
        school_id=meeting.school_id,
        kind=ConcernNotice.MEETING,
        object_type="meeting",
        object_id=meeting.pk,
        at=at,
    )
    return len(told)
