"""Is there nothing to do that nobody sees?

What is late or has no owner stands on Today, and any member of staff finds their own.
"""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from safeguarding.accounts.models import Notice, User
from safeguarding.accounts.services import deactivate_person, end_role
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Action, Concern, ConcernNote, KeptText
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services import deciding
from safeguarding.concerns.services.deciding import hand_over
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from tests import factories
from tests.factories import SCHOOL_DAY

pytestmark = pytest.mark.django_db
TODAY = SCHOOL_DAY.date()
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _on_a_school_day():
    with time_machine.travel(SCHOOL_DAY, tick=False):
        yield


@pytest.fixture
def concern(room):
    return deciding.open_concern(concern=factories.concern(room), by=room.lead)


@pytest.fixture
def lead(client, room):
    client.force_login(room.lead)
    return client


def given(concern: Concern, owner: User, *, by: User, due_on: date = TODAY, text: str = "Ring the nurse") -> Action:
    """An action, given early enough to be due on that day."""
    at = SCHOOL_DAY + min(due_on - TODAY, timedelta())
    return deciding.add_action(
        concern=Concern.objects.get(pk=concern.pk), token=uuid4(), text=text, owner=owner, due_on=due_on, by=by, at=at
    )


def leave(user: User, *, last_day: date = TODAY - DAY) -> None:
    for assignment in user.assignments.all():
        end_role(assignment=assignment, last_day=last_day)


def adrift(page):
    return [(todo.action.text, todo.mark, todo.who) for todo in page.context["adrift"]]


# --- late, or nobody has it


def test_what_others_have_not_done_in_time_and_what_nobody_has_is_on_today_soonest_first(lead, room, concern):
    given(concern, room.pastoral, by=room.lead, due_on=TODAY + DAY, text="In time")
    given(concern, room.pastoral, by=room.lead, text="Today")
    given(concern, room.deputy, by=room.lead, due_on=TODAY - 20 * DAY, text="Long ago")
    given(concern, room.lead, by=room.deputy, due_on=TODAY - DAY, text="My own")
    given(concern, room.assistant, by=room.lead, due_on=TODAY + 5 * DAY, text="Left by Amy")
    leave(room.assistant)
    given(concern, room.teacher, by=room.lead, due_on=TODAY - 2 * DAY, text="Closed account")
    deactivate_person(user=room.teacher)
    done = given(concern, room.pastoral, by=room.lead, due_on=TODAY - 3 * DAY, text="Done late")
    deciding.end_action(action=done, move="complete", result="Rang.", by=room.pastoral)
    page = lead.get(reverse("today"))
    assert adrift(page) == [
        ("Long ago", "20 days late", "Tom Aldous"),
        ("Closed account", "2 days late", "Jon Beckett, no longer here"),
        ("Left by Amy", "", "Amy Lister, no longer here"),
    ]
    assertContains(page, "Late, or nobody has it")
    assertContains(page, "Amy Lister, no longer here")
    assertContains(page, "Rowan Ashdown")


def test_who_works_at_another_school_only_no_longer_has_it(lead, room, concern):
    mover = factories.member(room.school, "pastoral", "Max", "Moved")
    given(concern, mover, by=room.lead, due_on=TODAY + DAY)
    leave(mover)
    factories.give_role(user=mover, school=factories.school("Gorse Hill Academy"), role_key="pastoral", starts_on=TODAY)
    assert adrift(lead.get(reverse("today"))) == [("Ring the nurse", "", "Max Moved, no longer here")]


def test_no_action_is_there_when_none_is_late_and_nothing_of_another_school(lead, room, concern):
    given(concern, room.pastoral, by=room.lead)
    other = factories.staffroom("Gorse Hill Academy")
    theirs = deciding.open_concern(concern=factories.concern(other), by=other.lead)
    given(theirs, other.pastoral, by=other.lead, due_on=TODAY - DAY, text="Theirs")
    page = lead.get(reverse("today"))
    assert page.context["adrift"] == []
    assert page.context["beside"]["late"].lists == []
    assertNotContains(page, "Theirs")
    everything = lead.get(reverse("actions_adrift"))
    assertContains(everything, "Nothing is late")
    assertNotContains(everything, "Theirs")


def test_a_few_are_shown_and_all_are_one_click_away(lead, room, concern):
    for number in range(8):
        given(concern, room.pastoral, by=room.lead, due_on=TODAY - DAY, text=f"Task {number}")
    page = lead.get(reverse("today"))
    assert len(page.context["adrift"]) == 3
    assertContains(page, f'<a href="{reverse("actions_adrift")}">Actions of others</a>')
    everything = lead.get(reverse("actions_adrift"))
    assert len(everything.context["actions"]) == 8
    assertContains(everything, "Task 7")
    assertContains(everything, "Carla Mendes")


def test_all_of_them_cost_the_same_however_many(lead, room, concern, django_assert_max_num_queries):
    for _ in range(8):
        given(concern, room.pastoral, by=room.lead, due_on=TODAY - DAY)
    with django_assert_max_num_queries(18):
        lead.get(reverse("actions_adrift"))


# --- somebody else does it


def hand_over_page(action):
    return reverse("hand_over", args=[action.pk])


def test_a_lead_gives_what_is_adrift_to_somebody_else(lead, room, concern):
    action = given(concern, room.pastoral, by=room.deputy, due_on=TODAY - DAY)
    leave(room.pastoral)
    page = lead.get(reverse("action", args=[action.pk]))
    assertContains(page, "Carla Mendes, no longer here")
    assert page.context["hand_form"]["owner"].value() == room.pastoral.pk
    before = Concern.objects.get(pk=concern.pk).revision
    sent = lead.post(hand_over_page(action), {"owner": room.teacher.pk, "due_on": (TODAY + DAY).isoformat()})
    assertRedirects(sent, reverse("action", args=[action.pk]))
    action.refresh_from_db()
    assert (action.owner, action.due_on, action.status) == (room.teacher, TODAY + DAY, Action.Status.TO_DO)
    assert Event.objects.get(verb=Verb.ASSIGN, purpose="handed over").object_id == action.pk
    assert Concern.objects.get(pk=concern.pk).revision == before + 1
    told = Notice.objects.get(kind=ConcernNotice.ACTION, user=room.teacher)
    assert (told.object_id, told.opened_at) == (action.pk, None)
    settled = Notice.objects.get(kind=ConcernNotice.ACTION, user=room.pastoral)
    assert (settled.opened_at, settled.settled_by) == (None, room.lead)
    assert ConcernNote.objects.get(concern=concern).text == (
        "Action “Ring the nurse” is now to be done by Jon Beckett, by 25 November 2026. "
        "Before: Carla Mendes, by 23 November 2026."
    )
    assert lead.get(reverse("today")).context["adrift"] == []


def test_the_same_again_changes_nothing(room, concern):
    action = given(concern, room.pastoral, by=room.lead)
    for _ in range(2):
        hand_over(action=action, owner=room.teacher, due_on=TODAY, by=room.lead)
    assert ConcernNote.objects.count() == 1
    assert Event.objects.filter(verb=Verb.ASSIGN, purpose="handed over").count() == 1


def test_who_takes_it_over_oneself_is_not_told(room, concern):
    action = given(concern, room.pastoral, by=room.lead)
    hand_over(action=action, owner=room.deputy, due_on=TODAY, by=room.deputy)
    assert not Notice.objects.filter(kind=ConcernNotice.ACTION, user=room.deputy).exists()


@pytest.mark.parametrize("who", ["teacher", "pastoral", "office"])
def test_nobody_but_leads_hands_over(client, room, concern, who):
    action, person = given(concern, room.pastoral, by=room.lead), getattr(room, who)
    with pytest.raises(NotAllowed):
        hand_over(action=action, owner=room.teacher, due_on=TODAY, by=person)
    client.force_login(person)
    assert client.post(hand_over_page(action), {"owner": room.teacher.pk, "due_on": TODAY}).status_code == 403
    if who == "pastoral":
        assertNotContains(client.get(reverse("action", args=[action.pk])), "Somebody else, or another day")


def test_it_is_given_to_who_works_here_for_a_day_that_somebody_will_see(room, concern):
    action = given(concern, room.pastoral, by=room.lead)
    stranger = factories.member(factories.school("Gorse Hill Academy"), "teacher", "Ann", "Else")
    with pytest.raises(BadInput, match="does not work at this school today"):
        hand_over(action=action, owner=stranger, due_on=TODAY, by=room.lead)
    with pytest.raises(BadInput, match="today or later"):
        hand_over(action=action, owner=room.teacher, due_on=TODAY - DAY, by=room.lead)


def test_what_is_missing_is_said_and_what_was_typed_stays(lead, room, concern):
    action = given(concern, room.pastoral, by=room.lead)
    answer = lead.post(hand_over_page(action), {"owner": room.teacher.pk, "due_on": "other", "due_on_day_day": "40"})
    assert answer.status_code == 422
    assert answer.context["hand_form"]["owner"].value() == str(room.teacher.pk)
    assertContains(answer, "<title>Error:", status_code=422)
    action.refresh_from_db()
    assert action.owner == room.pastoral


def test_what_was_ended_meanwhile_cannot_be_handed_over_and_what_was_chosen_can_be_read(lead, room, concern):
    action = given(concern, room.pastoral, by=room.lead)
    deciding.end_action(action=action, move="complete", result="Rang.", by=room.pastoral)
    with pytest.raises(OutOfTurn):
        hand_over(action=action, owner=room.teacher, due_on=TODAY, by=room.lead)
    answer = lead.post(hand_over_page(action), {"owner": room.teacher.pk, "due_on": TODAY.isoformat()})
    assertContains(answer, "This action has been ended already.", status_code=409)
    assert ("Who does it", "Jon Beckett") in answer.context["lost"]
    assertNotContains(answer, "Save who does it", status_code=409)


def test_what_was_chosen_when_the_session_had_ended_stands_in_its_form_again(lead, room, concern):
    action = given(concern, room.pastoral, by=room.lead)
    key = lead.get(reverse("action", args=[action.pk])).context["key"]
    lead.logout()
    lead.post(hand_over_page(action), {"key": key, "owner": room.teacher.pk, "due_on": TODAY.isoformat()})
    assert KeptText.objects.get().form == "hand_form"
    lead.force_login(room.lead)
    page = lead.get(reverse("action", args=[action.pk]))
    assertContains(page, "What you typed is here")
    assert page.context["hand_form"]["owner"].value() == str(room.teacher.pk)


def test_the_address_of_handing_over_opened_by_itself_is_the_page_of_the_action(lead, room, concern):
    action = given(concern, room.pastoral, by=room.lead)
    assertRedirects(lead.get(hand_over_page(action)), reverse("action", args=[action.pk]))


# --- any member of staff


@pytest.mark.parametrize("who", ["teacher", "assistant", "office", "pastoral"])
def test_whoever_has_something_to_do_finds_it_on_the_home_page_and_in_the_navigation(client, room, concern, who):
    person = getattr(room, who)
    client.force_login(person)
    nav = re.search("<nav.*?</nav>", client.get(reverse("staff_home")).content.decode(), re.DOTALL)
    assert nav is not None
    assert (reverse("my_actions") in nav[0]) == (who == "pastoral")
    action = given(concern, person, by=room.lead)
    page = client.get(reverse("staff_home"))
    items = {item["text"]: item["count"] for item in page.context["harbour"]["nav"]}
    assert items["Actions"] == "1"
    assertContains(page, "Ring the nurse")
    assertContains(page, reverse("action", args=[action.pk]))
    assertNotContains(page, "Rowan")
    client.post(reverse("action", args=[action.pk]), {"result": "Rang.", "do": "complete"})
    page = client.get(reverse("staff_home"))
    items = {item["text"]: item["count"] for item in page.context["harbour"]["nav"]}
    assert items["Actions"] == ""
    assertNotContains(page, "Ring the nurse")


def test_the_home_page_shows_a_few_and_says_how_many_there_are(client, room, concern, django_assert_max_num_queries):
    for number in range(6):
        given(concern, room.teacher, by=room.lead, text=f"Task {number}")
    client.force_login(room.teacher)
    page = client.get(reverse("staff_home"))
    assertContains(page, f'<a href="{reverse("my_actions")}">See all 6</a>')
    assertNotContains(page, "Task 4")
    with django_assert_max_num_queries(25):
        client.get(reverse("staff_home"))


def test_who_has_opened_the_action_has_read_the_notice_of_it(client, room, concern):
    action = given(concern, room.teacher, by=room.lead)
    client.force_login(room.teacher)
    client.get(reverse("action", args=[action.pk]))
    assert Notice.objects.get(kind=ConcernNotice.ACTION, user=room.teacher).opened_at == SCHOOL_DAY


def test_the_page_of_an_action_costs_a_bounded_number_of_queries(lead, room, concern, django_assert_max_num_queries):
    action = given(concern, room.pastoral, by=room.lead)
    lead.get(reverse("action", args=[action.pk]))
    with django_assert_max_num_queries(25):
        lead.get(reverse("action", args=[action.pk]))
