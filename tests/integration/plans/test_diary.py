"""Does what is booked stand on its day for who may see it: in the diary, on Today, on the first page of who goes?"""

import html
import re
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from children.services import access as child_access
from safeguarding.accounts.calendar import LONDON
from safeguarding.accounts.models import User
from safeguarding.concerns.services import access as concern_access
from safeguarding.concerns.services import deciding, meeting, meeting_days
from safeguarding.concerns.services.meeting import Called
from safeguarding.concerns.services.naming import ChildEntry
from safeguarding.keys import uuid7
from safeguarding.plans.models import Step, StepNote
from safeguarding.plans.services.steps import book_step
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.concerns.decided import decide
from tests.integration.demo.test_queries import MANY_IN_SOAK, RECORDS, TEN, asked

from .conftest import Place
from .pages import Visitor, day
from .test_page_queries import more
from .test_steps import of

pytestmark = pytest.mark.django_db
# A Tuesday; the Thursday of that week, and a day two weeks on.
TODAY, THURSDAY, LATER = SCHOOL_DAY.date(), date(2026, 11, 26), date(2026, 12, 10)
ROOM = "Family centre, room 2"


def book(place: Place, step: Step, on: date = THURSDAY, **facts: Any) -> Step:
    facts = {"booked_time": time(14), "place": ROOM, "by": place.room.lead} | facts
    return book_step(step=step, seen=step.revision, booked_on=on, **facts)


@pytest.fixture
def core_group(place: Place) -> Step:
    """One that waits, and is not late."""
    return of(place.begin("child_protection", starts_on=date(2026, 11, 20)), "core_group")


def diary(client: Client, person: User, query: str = "") -> str:
    client.force_login(person)
    answer = client.get(reverse("diary") + query)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def this_week(client: Client, person: User, page: str) -> str:
    """The panel of that name; empty where the page has none."""
    client.force_login(person)
    answer = client.get(reverse(page))
    assert answer.status_code == 200
    found = re.search(r'<section[^>]*aria-labelledby="this-week.*?</section>', answer.content.decode(), re.DOTALL)
    return html.unescape(found[0]) if found else ""


def given(place: Place, person: User) -> None:
    """Access to the child: with it the designated teacher reads what is of child protection."""
    place.name_in_notice("designated_teacher", "senco")
    child_access.grant_child(
        child=place.child, user=person, reason="Goes to the meetings", last_day=LATER, by=place.room.lead, at=SCHOOL_DAY
    )


def test_a_core_group_with_a_colleague_stands_on_today_in_the_diary_and_on_her_first_page(
    client: Client, place: Place, core_group: Step
):
    given(place, place.designated)
    book(place, core_group, owner=place.designated)
    address = reverse("plan_step", args=[core_group.pk])
    for page in (
        this_week(client, place.room.lead, "today"),
        this_week(client, place.designated, "staff_home"),
        diary(client, place.room.lead),
        diary(client, place.designated),
    ):
        for words in ("Core group", "2pm", "Rowan Ashdown", ROOM, address):
            assert words in page
        assert "Nothing until" not in page
        assert "Nothing booked" not in page
    assert place.designated.full_name in this_week(client, place.room.lead, "today")
    # To somebody who may not see it, it is not there.
    assert this_week(client, place.senco, "staff_home") == ""
    assert address not in diary(client, place.senco)


def test_a_date_that_is_booked_offers_to_change_the_booking(client: Client, place: Place, core_group: Step):
    lead = Visitor(client, place.room.lead)
    page = lead.page("plan_step", core_group.pk)
    assert "Book a day for it" in page
    assert "Change the booking" not in page
    book(place, core_group)
    page = lead.page("plan_step", core_group.pk)
    assert "Change the booking" in page
    assert "Book a day for it" not in page


def test_who_may_not_see_it_finds_nothing_and_who_has_no_diary_is_turned_away(
    client: Client, place: Place, core_group: Step
):
    place.name_in_notice("designated_teacher")
    book(place, core_group)
    assert "Core group" not in diary(client, place.designated)
    for person in (place.room.teacher, place.room.office):
        client.force_login(person)
        assert client.get(reverse("diary")).status_code == 403


def test_it_stands_on_its_booked_day_and_not_on_the_day_by_which_it_is_due(
    client: Client, place: Place, core_group: Step
):
    assert core_group.due_on == date(2026, 12, 4)
    assert "Core group" in diary(client, place.room.lead, "?week=2026-12-01")
    book(place, core_group)
    assert "Core group" not in diary(client, place.room.lead, "?week=2026-12-01")
    assert "Thursday 26 November" in diary(client, place.room.lead)


def test_a_week_without_anything_says_until_when_and_leads_there(client: Client, place: Place):
    lead = place.room.lead
    assert "Nothing booked or due" in diary(client, lead)
    assert "Nothing booked or due" in this_week(client, lead, "today")
    plan = place.begin("child_protection", starts_on=date(2026, 11, 20))
    for step in Step.objects.filter(episode=plan, status="waiting"):
        book(place, step, LATER)
    # The school's report is due a working day before the conference.
    assert "Nothing until 9 December" in this_week(client, lead, "today")
    page = diary(client, lead)
    assert "Nothing until 9 December" in page
    [there] = re.findall(r'href="[^"?]*(\?week=[^"]+)">Go to that week', page)
    assert "Core group" in diary(client, lead, there)
    for nonsense in ("?week=", "?week=soon", "?week=2020-01-06", "?week=9999-12-31"):
        assert "This week" in diary(client, lead, nonsense)


def test_the_first_page_of_who_goes_nowhere_this_week_says_until_when(client: Client, place: Place, core_group: Step):
    given(place, place.designated)
    assert this_week(client, place.designated, "staff_home") == ""
    book(place, core_group, LATER, owner=place.designated)
    assert "Nothing for you to attend until 10 December" in this_week(client, place.designated, "staff_home")


def test_the_first_page_of_the_headteacher_has_what_she_goes_to(client: Client, place: Place, core_group: Step):
    head = place.room.headteacher
    page = this_week(client, head, "overview")
    assert "Nothing for you to attend this week" in page
    assert reverse("diary") in page
    book(place, core_group)
    assert "Core group" not in this_week(client, head, "overview")
    met = meeting.call_meeting(
        concern=concern_of(place, place.child),
        token=uuid4(),
        called=Called(kind="school", held_at=datetime(2026, 11, 26, 9, 30, tzinfo=LONDON), place=ROOM),
        staff=[head],
        by=place.room.lead,
        at=SCHOOL_DAY,
    )
    page = this_week(client, head, "overview")
    assert reverse("meeting", args=[met.pk]) in page
    assert "Nothing" not in page
    # Who has Today finds it there.
    assert this_week(client, place.room.lead, "overview") == ""


def test_the_first_page_of_the_designated_teacher_has_a_review_that_is_booked_before_it_is_due(
    client: Client, place: Place
):
    place.name_in_notice("designated_teacher")
    review = of(place.begin("looked_after", starts_on=date(2026, 11, 20)), "care_review")
    assert review.due_on and review.due_on > TODAY + timedelta(days=14)
    client.force_login(place.designated)
    for step in Step.objects.filter(status="waiting").exclude(pk=review.pk):
        book(place, step, date(2027, 2, 1), by=place.designated)
    assert b"No date of their plans has passed" in client.get(reverse("staff_home")).content
    book(place, review, date(2026, 11, 27), by=place.designated)
    page = client.get(reverse("staff_home")).content.decode()
    assert "No date of their plans has passed" not in page
    assert "in 3 days" in page


def test_after_a_booked_day_somebody_is_asked_whether_it_was_held(
    client: Client, place: Place, core_group: Step, clock: Any
):
    lead = place.room.lead
    book(place, core_group)
    clock.move_to(datetime(2026, 11, 30, 10, tzinfo=LONDON))
    own = Visitor(client, lead).page("plan_step", core_group.pk)
    for page in (this_week(client, lead, "today"), diary(client, lead), own):
        assert "Say if it was held" in page
    # Of what has no day by which it is due, the booked one counts: it is late.
    legal = place.step(core_group.episode, "legal_meeting", booked_on=date(2026, 11, 27))
    client.force_login(lead)
    beside = client.get(reverse("today")).content.decode().split('id="unanswered"')[1]
    assert reverse("plan_step", args=[legal.pk]) in beside
    assert reverse("plan_step", args=[legal.pk]) not in this_week(client, lead, "today")
    assert reverse("plan_step", args=[legal.pk]) in client.get(reverse("plans") + "?late=on").content.decode()


def concern_of(place: Place, *children: Any) -> Any:
    made = factories.concern(place.room, children=[ChildEntry("worried_about", child) for child in children])
    decide(deciding.open_concern(concern=made, by=place.room.lead, at=SCHOOL_DAY), place.room.lead)
    made.refresh_from_db()
    return made


def test_a_meeting_about_a_concern_stands_there_once_with_all_its_children(client: Client, place: Place):
    other = factories.child(place.school, "Skye", "Ashdown", by=place.room.office)
    called = Called(kind="strategy", held_at=datetime(2026, 11, 26, 9, 30, tzinfo=LONDON), place=ROOM)
    met = meeting.call_meeting(
        concern=concern_of(place, place.child, other),
        token=uuid4(),
        called=called,
        staff=[place.room.lead, place.room.deputy],
        by=place.room.lead,
        at=SCHOOL_DAY,
    )
    address = reverse("meeting", args=[met.pk])
    for page in (diary(client, place.room.deputy), this_week(client, place.room.lead, "today")):
        assert page.count(address) == 1
        assert place.room.deputy.full_name in page
        for words in ("Strategy discussion", "9:30am", "Rowan Ashdown", "Skye Ashdown", ROOM):
            assert words in page
    assert address not in diary(client, place.room.pastoral)
    # Once it was held, on an earlier hour of today, it is no longer to come.
    earlier = SCHOOL_DAY - timedelta(hours=1)
    by = {"meeting": met, "by": place.room.lead, "at": SCHOOL_DAY}
    moved = meeting_days.move_meeting(token=uuid4(), seen=met.held_at, held_at=earlier, reason="At once", **by)
    assert address in diary(client, place.room.lead)
    meeting_days.hold_meeting(**by | {"meeting": moved}, seen=earlier, held_at=earlier)
    assert address not in diary(client, place.room.lead)


@pytest.mark.parametrize("kind", ["school", "core_group"])
def test_a_meeting_of_an_earlier_day_asks_whether_it_was_held(client: Client, place: Place, clock: Any, kind: str):
    """Whether or not it is a date of a plan: of one, its date asks as long as that waits."""
    place.begin("child_protection", starts_on=date(2026, 11, 20))
    called = Called(kind=kind, held_at=datetime(2026, 11, 24, 14, tzinfo=LONDON), place=ROOM)
    common: dict[str, Any] = {"staff": [place.room.deputy], "by": place.room.lead, "at": SCHOOL_DAY}
    met = meeting.call_meeting(
        concern=concern_of(place, place.child), token=uuid4(), called=called, children=[place.child], **common
    )
    asked = reverse("meeting", args=[met.pk])
    clock.move_to(datetime(2026, 11, 24, 14, tzinfo=LONDON))
    assert "Say if it was held" in diary(client, place.room.lead)
    clock.move_to(datetime(2026, 12, 1, 10, tzinfo=LONDON))
    if kind == "core_group":
        asked = reverse("plan_step", args=[Step.objects.get(meeting=met).pk])
    for page in (diary(client, place.room.deputy), this_week(client, place.room.lead, "today")):
        assert page.count(asked) == 1
        assert page.count("Say if it was held") == 1
        assert "hb-tag--bad" in page or kind == "core_group"
    # Nobody else is asked, no other week asks, and it is asked until somebody says.
    assert asked not in diary(client, place.room.pastoral)
    assert asked not in diary(client, place.room.lead, "?week=2026-12-07")
    at = met.held_at
    meeting_days.hold_meeting(meeting=met, seen=at, held_at=at, by=place.room.lead, at=at + timedelta(days=7))
    assert "Say if it was held" not in diary(client, place.room.lead)


def test_a_review_of_a_concern_stands_in_the_diary_of_who_may_see_the_concern(client: Client, place: Place):
    concern = concern_of(place, place.child)
    assert concern.review_on is not None
    week = f"?week={concern.review_on.isoformat()}"
    assert concern.reference in diary(client, place.room.lead, week)
    assert concern.reference not in diary(client, place.room.pastoral, week)


def test_another_place_leaves_a_note_and_no_place_is_in_the_clear(client: Client, place: Place, core_group: Step):
    booked = book(place, core_group)
    assert not StepNote.objects.exists()
    visitor = Visitor(client, place.room.lead)
    visitor.send("plan_step", booked.pk, "book", **day("booked_on", THURSDAY), booked_time="2pm", place="Online")
    [note] = StepNote.objects.all()
    assert (note.kind, note.text) == ("moved", f"It was: {ROOM}")
    page = visitor.page("plan_step", booked.pk)
    assert "Online" in page
    assert f"It was: {ROOM}" in page
    with connection.cursor() as cursor:
        cursor.execute("SELECT place::text FROM plans_step WHERE id = %s", [booked.pk])
        assert "Online" not in str(cursor.fetchone())
    typed = day("booked_on", THURSDAY) | {"booked_time": "2pm", "place": "Online"}
    assert visitor.send("plan_step", booked.pk, "book", **typed).status_code == 302
    assert StepNote.objects.count() == 1


def test_a_date_that_is_added_says_where_it_is(client: Client, place: Place):
    plan = place.begin("child_protection", starts_on=date(2026, 11, 20))
    for typed in (day("booked_on", THURSDAY), day("held_on", TODAY)):
        visitor = Visitor(client, place.room.lead)
        kind = "legal_meeting" if "booked_on_day" in typed else "progress"
        sent = visitor.send("episode", plan.pk, "add_step", f"?add={kind}", **typed, place=ROOM)
        assert sent.status_code == 302
        assert Step.objects.get(episode=plan, kind=kind).place == ROOM
    # Where it is goes with a day.
    lost = visitor.send("episode", plan.pk, "add_step", "?add=strategy_discussion", place=ROOM)
    assert lost.status_code == 422
    assert "where it is goes with that day" in lost.content.decode()
    assert not Step.objects.filter(episode=plan, kind="strategy_discussion").exists()


def test_children_of_the_diary_lead_to_their_plans_and_no_line_is_empty(client: Client, place: Place, core_group: Step):
    lead, named = place.room.lead, f'<a href="%s" dir="auto">{place.child.full_name}</a>'
    assert named % reverse("child_plans", args=[place.child.pk]) in diary(client, lead, "?week=2026-12-01")
    # Nobody has booked it: there is no place, and nobody goes.
    assert "—" not in diary(client, lead, "?week=2026-12-01").split('id="week"')[1]
    called = Called(kind="school", held_at=datetime(2026, 11, 26, 9, 30, tzinfo=LONDON), place="")
    concern = concern_of(place, place.child)
    deputy = place.room.deputy
    meeting.call_meeting(concern=concern, token=uuid7(), called=called, staff=[], by=lead, at=SCHOOL_DAY)
    assert named % reverse("child", args=[place.child.pk]) in diary(client, deputy)
    # Who was given the concern alone reads the name, and opens no record of the child.
    pastoral = place.room.pastoral
    concern_access.grant_concern(
        concern=concern, user=pastoral, reason="Goes to it", last_day=LATER, by=lead, at=SCHOOL_DAY
    )
    page = diary(client, pastoral)
    assert place.child.full_name in page
    assert reverse("child", args=[place.child.pk]) not in page


@MANY_IN_SOAK
def test_many_dates_and_meetings_take_as_many_queries_as_ten(client: Client, place: Place, core_group: Step, many: int):
    given(place, place.designated)
    booked = book(place, core_group, owner=place.designated)
    concern = concern_of(place, place.child)
    called = Called(kind="school", held_at=datetime(2026, 11, 26, 9, 30, tzinfo=LONDON), place=ROOM)
    met = meeting.call_meeting(
        concern=concern, token=uuid7(), called=called, staff=[place.room.lead], by=place.room.lead, at=SCHOOL_DAY
    )

    def grow(number: int) -> None:
        more(booked, number)
        more(met, number)

    def counted() -> list[int]:
        found = []
        for person, address in (
            (place.room.lead, reverse("diary")),
            (place.designated, reverse("diary")),
            (place.room.lead, reverse("today")),
            (place.designated, reverse("staff_home")),
        ):
            client.force_login(person)
            found.append(asked(lambda: client.get(address)))  # noqa: B023
        return found

    grow(TEN)
    few = counted()
    grow(many)
    assert counted() == few
    assert max(few[:2]) <= RECORDS
