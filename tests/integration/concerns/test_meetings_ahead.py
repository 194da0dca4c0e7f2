"""Who is told of a meeting that is to come? Once, who is named and the leads, if the concern is open to them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from children.services import access as child_access
from safeguarding.accounts.models import Notice, User
from safeguarding.concerns.models import Meeting, MeetingAttendee
from safeguarding.concerns.services import deciding, meeting, meeting_days
from safeguarding.concerns.services.meeting import Called
from safeguarding.concerns.services.meetings_ahead import tell_of_meetings
from safeguarding.concerns.services.naming import ChildEntry
from tests import factories
from tests.factories import LONDON, SCHOOL_DAY
from tests.walls import as_role

from .decided import decide, fresh

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
THURSDAY = datetime(2026, 11, 26, 14, tzinfo=LONDON)
WEDNESDAY = datetime(2026, 11, 25, 9, tzinfo=LONDON)


@pytest.fixture
def concern(room: factories.Staffroom, rowan: Any) -> Any:
    """About two children, and decided."""
    other = factories.child(room.school, "Skye", "Ashdown", by=room.office)
    made = factories.concern(room, children=[ChildEntry("worried_about", child) for child in (rowan, other)])
    decide(deciding.open_concern(concern=made, by=room.lead, at=SCHOOL_DAY), room.lead)
    return fresh(made)


def call(room: factories.Staffroom, concern: Any, *staff: User, held_at: datetime = THURSDAY) -> Meeting:
    called = Called(kind="strategy", held_at=held_at, place="Rainbow room")
    return meeting.call_meeting(concern=concern, token=uuid4(), called=called, staff=staff, by=room.lead, at=SCHOOL_DAY)


@pytest.fixture
def met(room: factories.Staffroom, concern: Any) -> Iterator[Meeting]:
    yield call(room, concern, room.lead, room.pastoral)


def tell(at: datetime) -> int:
    """As the worker does, for nobody in particular."""
    with as_role("worker"):
        return tell_of_meetings(at=at)


def told() -> list[User]:
    found = Notice.objects.filter(kind="meeting", opened_at=None, settled_at=None).select_related("user")
    return sorted((one.user for one in found), key=lambda user: str(user.pk))


def test_who_is_named_and_the_leads_are_told_once_for_both_children(room: factories.Staffroom, met: Meeting):
    assert tell(WEDNESDAY - timedelta(days=1)) == 0
    assert tell(WEDNESDAY - timedelta(hours=3)) == 0
    assert tell(WEDNESDAY) == 2
    # The pastoral lead is named, and the concern is not open to them.
    assert told() == sorted([room.lead, room.deputy], key=lambda user: str(user.pk))
    assert tell(WEDNESDAY + timedelta(hours=1)) == 0
    assert tell(THURSDAY - timedelta(hours=1)) == 0


def test_a_colleague_to_whom_it_is_open_is_told_and_the_page_says_of_others_that_they_are_not(
    room: factories.Staffroom, concern: Any, client: Client, clock: Any
):
    deciding_lead, named = room.lead, room.pastoral
    here = call(room, concern, deciding_lead, named)
    address = reverse("meeting", args=[here.pk])
    client.force_login(deciding_lead)
    assert "Not told: may not open this" in client.get(address).content.decode()
    for one in concern.children.all():
        child_access.grant_child(
            child=one.child, user=named, reason="Goes there", last_day=THURSDAY.date(), by=deciding_lead, at=SCHOOL_DAY
        )
    assert "Not told: may not open this" not in client.get(address).content.decode()
    assert tell(WEDNESDAY) == 3
    assert named in told()


def test_once_it_has_begun_the_page_says_nothing_of_who_was_told(
    room: factories.Staffroom, met: Meeting, client: Client, clock: Any
):
    clock.move_to(THURSDAY + timedelta(hours=1))
    client.force_login(room.lead)
    assert "Not told" not in client.get(reverse("meeting", args=[met.pk])).content.decode()
    assert tell(THURSDAY + timedelta(hours=1)) == 0


def test_the_notice_leads_to_the_meeting_and_is_opened_there(room: factories.Staffroom, met: Meeting, client: Client):
    tell(WEDNESDAY)
    client.force_login(room.lead)
    [notice] = Notice.objects.filter(user=room.lead, kind="meeting")
    assert "A meeting about a concern is coming up" in client.get(reverse("inbox")).content.decode()
    answer = client.get(reverse("notice", args=[notice.pk]), follow=True)
    assert answer.redirect_chain[-1][0] == reverse("meeting", args=[met.pk])
    assert room.lead not in told()


def test_a_meeting_whose_minutes_are_finished_asks_for_nothing(room: factories.Staffroom, met: Meeting):
    tell(WEDNESDAY)
    meeting.finish_minutes(meeting=met, seen=0, page=uuid4(), minutes="It was short.", by=room.lead, at=THURSDAY)
    assert told() == []


def test_a_concern_that_is_hidden_from_who_is_named_tells_them_nothing(
    room: factories.Staffroom, concern: Any, rowan: Any
):
    call(room, concern, room.lead, room.deputy)
    child_access.declare_conflict(user=room.deputy, child=rowan, kind="close", by=room.deputy, at=SCHOOL_DAY)
    assert tell(WEDNESDAY) == 1
    assert told() == [room.lead]


def change(room: factories.Staffroom, met: Meeting, at: datetime, *staff: User, **facts: Any) -> Meeting:
    """Another list of who goes, on the same day."""
    given = {"held_at": met.held_at, "reason": "", "staff": staff, "by": room.lead, "at": at} | facts
    return meeting_days.move_meeting(meeting=met, token=uuid4(), seen=met.held_at, **given)


def test_who_is_named_after_the_others_were_told_is_told_once(room: factories.Staffroom, met: Meeting):
    tell(WEDNESDAY)
    told_before = told()
    assert room.headteacher not in told_before
    change(room, met, WEDNESDAY, room.deputy, room.headteacher)
    assert set(told()) == {*told_before, room.headteacher}
    assert Notice.objects.filter(kind="meeting").count() == len(told_before) + 1
    assert tell(WEDNESDAY) == 0
    # Taken off again, nothing asks for it any more, and nobody is told of it as one who goes.
    met.refresh_from_db()
    change(room, met, WEDNESDAY, room.deputy)
    assert room.headteacher not in told()
    rows = MeetingAttendee.objects.filter(meeting=met, user=room.headteacher)
    assert [row.ended_by for row in rows] == [room.lead]
    change(room, met, WEDNESDAY, room.deputy, room.headteacher)
    assert rows.filter(ended_at=None).count() == 1


def test_who_is_named_before_anybody_was_told_is_told_with_the_others(room: factories.Staffroom, met: Meeting):
    change(room, met, SCHOOL_DAY, room.headteacher)
    assert told() == []
    tell(WEDNESDAY)
    assert set(told()) == {room.lead, room.deputy, room.headteacher}


def test_who_may_not_open_the_concern_is_named_and_told_nothing(room: factories.Staffroom, met: Meeting):
    tell(WEDNESDAY)
    change(room, met, WEDNESDAY, room.deputy, room.teacher)
    assert MeetingAttendee.objects.filter(meeting=met, user=room.teacher).exists()
    assert room.teacher not in told()
