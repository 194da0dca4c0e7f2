"""Is a meeting put into the plans, moved and said to be held on its page, without scripts?"""

import html
import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from children.services import access
from safeguarding.accounts.models import User
from safeguarding.concerns.models import Meeting
from safeguarding.concerns.services.meeting_days import hold_meeting, move_meeting, put_into_plans
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.exceptions import NotAllowed
from safeguarding.keys import uuid7
from safeguarding.plans.models import Step
from tests import factories

from .conftest import Place
from .met import AFTER, BEFORE, about, as_web, call, step_of, two
from .pages import day

pytestmark = pytest.mark.django_db
_FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


def hidden(page: str, address: str) -> dict[str, Any]:
    """What the form that is sent to an address carries unseen."""
    form = next(one for one in _FORM.findall(page) if f'action="{address}"' in one)
    return dict(_HIDDEN.findall(form))


def opened(client: Client, person: User, address: str) -> str:
    client.force_login(person)
    return html.unescape(client.get(address).content.decode())


def typed(place: Place, kind: str, on: date, **more: Any) -> dict[str, Any]:
    return {"kind": kind, **day("day", on), "time": "2pm", "children": [str(place.child.pk)], **more}


def test_a_lead_calls_a_core_group_that_is_booked_for_another_day(client: Client, place: Place):
    plan, concern, lead = place.begin(), about(place, [place.child]), place.room.lead
    booked = place.step(plan, "core_group", booked_on=date(2026, 11, 30))
    address = reverse("call_meeting", args=[concern.pk])
    page = opened(client, lead, address)
    assert "A date in the plans of" in page and "Initial conference or review?" in page
    sent = hidden(page, address) | typed(place, "core_group", date(2026, 12, 1))
    asked = client.post(address, sent)
    text = html.unescape(asked.content.decode())
    assert "Core group of Rowan Ashdown is booked for 30 November" in text and not Meeting.objects.exists()
    again = client.post(address, sent | hidden(text, address))
    assert again.status_code == 302
    met = Meeting.objects.get()
    booked.refresh_from_db()
    assert (booked.meeting, booked.booked_on, met.in_plans) == (met, date(2026, 12, 1), "done")


@pytest.mark.parametrize("part", ["sibling", "witness", "may_have_caused_harm", "mentioned"])
def test_a_child_with_another_part_and_a_plan_is_offered_unticked(client: Client, place: Place, part: str):
    first, other = two(place)
    for child in (first, other):
        place.begin("child_in_need", child=child)
    concern, lead = about(place, [first], **{part: other}), place.room.lead
    address = reverse("call_meeting", args=[concern.pk])
    page = opened(client, lead, address)
    ticked = {key: "checked" in rest for key, rest in re.findall(r'name="children" value="([^"]+)"([^>]*)>', page)}
    assert ticked == {str(first.pk): True, str(other.pk): False}
    shown = {"sibling": "brother or sister", "may_have_caused_harm": "may have caused harm"}.get(part, part)
    assert f"Skye Ashdown ({shown})" in page
    sent = hidden(page, address) | typed(place, "strategy", date(2026, 12, 1))
    assert client.post(address, sent).status_code == 302
    met = Meeting.objects.get()
    assert [one.child for one in Step.objects.filter(meeting=met)] == [first]
    # It may be put in later, on the page of the meeting, and what came of it for both is asked.
    address = reverse("meeting_into_plans", args=[met.pk])
    sent = hidden(opened(client, lead, reverse("meeting", args=[met.pk])), address) | {"children": [str(other.pk)]}
    assert client.post(address, sent).status_code == 302
    assert step_of(met, other).booked_on == date(2026, 12, 1)
    assert "Skye Ashdown" in opened(client, lead, reverse("meeting", args=[met.pk])).split('id="in-plans"')[1]


def test_a_child_with_another_part_is_not_offered_without_a_plan_or_to_who_keeps_none(client: Client, place: Place):
    first, other = two(place)
    place.begin("child_in_need")
    concern = about(place, [first], sibling=other)
    address = reverse("call_meeting", args=[concern.pk])
    assert str(other.pk) not in opened(client, place.room.lead, address)
    refused = typed(place, "strategy", date(2026, 12, 1)) | {"children": [str(other.pk)]}
    sent = hidden(opened(client, place.room.lead, address), address) | refused
    assert client.post(address, sent).status_code == 422
    place.begin("child_in_need", child=other)
    assert str(other.pk) in opened(client, place.room.lead, address)
    assert "A date in the plans of" not in opened(client, place.room.headteacher, address)
    # From whom the child is hidden, the concern is.
    access.declare_conflict(user=place.room.lead, child=other, kind="close", by=place.room.lead)
    client.force_login(place.room.lead)
    assert client.get(address).status_code == 404


def test_a_brother_alone_in_a_plan_is_put_there_by_who_keeps_it(client: Client, place: Place):
    first, other = two(place)
    place.begin("child_in_need", child=other)
    concern = factories.concern(
        place.room,
        children=[ChildEntry("worried_about", kind="unnamed", description="A girl"), ChildEntry("sibling", other)],
    )
    met = call(place, concern, None, by=place.room.headteacher)
    lead = place.room.lead
    assert reverse("meeting", args=[met.pk]) in opened(client, lead, reverse("today"))
    assert first.full_name not in opened(client, lead, reverse("meeting", args=[met.pk]))
    with as_web(place, lead):
        put_into_plans(meeting=met, children=[other], by=lead)
    met.refresh_from_db()
    assert (step_of(met, other).status, met.in_plans) == ("waiting", "done")


def test_a_conference_says_which_it_is(client: Client, place: Place):
    concern, lead = about(place, [place.child]), place.room.lead
    address = reverse("call_meeting", args=[concern.pk])
    sent = hidden(opened(client, lead, address), address) | typed(place, "conference", date(2026, 12, 1))
    assert "Choose whether it is the initial conference or a review" in client.post(address, sent).content.decode()
    assert client.post(address, sent | {"conference": "initial"}).status_code == 302
    assert Meeting.objects.get().conference == "initial"


def test_from_its_time_on_the_page_asks_whether_it_was_held_with_an_outcome_for_each(client: Client, place: Place):
    children, lead = two(place), place.room.lead
    for child in children:
        place.begin("child_in_need", child=child)
    concern = about(place, children)
    with as_web(place, lead):
        met = call(place, concern, children, held_at=BEFORE)
    page = opened(client, lead, reverse("meeting", args=[met.pk]))
    address = reverse("meeting_held", args=[met.pk])
    assert "Was it held?" in page and page.count("What came of it for") >= 2
    sent = hidden(page, address) | day("day", BEFORE.date()) | {"time": "8am"}
    refused = client.post(address, sent)
    assert refused.status_code == 422 and "choose what came of it" in refused.content.decode()
    results = {f"result_{child.pk.hex}": "section_47" for child in children}
    assert client.post(address, sent | results).status_code == 302
    assert {one.outcome for one in Step.objects.filter(meeting=met)} == {"section_47"}
    assert "Was it held?" not in opened(client, lead, reverse("meeting", args=[met.pk]))


def test_a_headteacher_is_asked_for_no_plan_and_says_that_it_was_held(client: Client, place: Place):
    place.begin("child_in_need")
    concern, head = about(place, [place.child]), place.room.headteacher
    address = reverse("call_meeting", args=[concern.pk])
    page = opened(client, head, address)
    assert "A date in the plans of" not in page
    sent = hidden(page, address) | {"kind": "strategy", **day("day", BEFORE.date()), "time": "8am"}
    assert client.post(address, sent).status_code == 302
    met = Meeting.objects.get()
    with as_web(place, head):
        hold_meeting(meeting=met, seen=met.held_at, held_at=met.held_at, by=head)
    page = opened(client, place.room.lead, reverse("meeting", args=[met.pk]))
    assert "Not in the plan yet" in page and "The plans have its day" not in page
    address = reverse("meeting_into_plans", args=[met.pk])
    sent = hidden(page, address) | {"children": [str(place.child.pk)]}
    assert client.post(address, sent).status_code == 302
    assert step_of(met, place.child).status == "waiting"
    page = opened(client, place.room.lead, reverse("meeting", args=[met.pk]))
    sent = hidden(page, address) | {f"result_{place.child.pk.hex}": "none"}
    assert client.post(address, sent).status_code == 302
    met.refresh_from_db()
    assert (step_of(met, place.child).status, met.in_plans) == ("held", "done")


def test_a_meeting_that_was_moved_by_somebody_else_is_shown_as_it_is_now(client: Client, place: Place):
    concern, lead = about(place, [place.child]), place.room.lead
    met = call(place, concern, [])
    address = reverse("meeting_move", args=[met.pk])
    page = opened(client, lead, reverse("meeting", args=[met.pk]))
    sent = hidden(page, address) | day("day", date(2026, 11, 27)) | {"time": "3pm", "reason": ""}
    assert client.post(address, sent).status_code == 302
    stale = client.post(address, sent | day("day", date(2026, 11, 30)))
    text = html.unescape(stale.content.decode())
    assert stale.status_code == 409 and "has changed when this meeting is" in text
    sent = hidden(text, address) | day("day", date(2026, 11, 30)) | {"time": "3pm", "reason": "", "place": "Room 2"}
    assert client.post(address, sent).status_code == 302
    met = Meeting.objects.get()
    assert (met.held_at.date(), met.place) == (date(2026, 11, 30), "Room 2")


def test_only_the_place_and_who_goes_are_changed_and_a_note_keeps_what_was(client: Client, place: Place):
    concern, lead, deputy = about(place, [place.child]), place.room.lead, place.room.deputy
    met = call(place, concern, [])
    address = reverse("meeting_move", args=[met.pk])
    page = opened(client, lead, reverse("meeting", args=[met.pk]))
    same = hidden(page, address) | day("day", AFTER.date()) | {"time": "2pm", "reason": ""}
    asked = client.post(address, same | {"place": "Town hall"})
    assert asked.status_code == 422 and "Nothing is different" in asked.content.decode()
    sent = same | {"place": "Room 2", "staff": [str(deputy.pk)]}
    assert "Meeting changed." in client.post(address, sent, follow=True).content.decode()
    # Pressed twice it is changed once; and whoever has not seen it is shown it.
    assert client.post(address, sent).status_code == 302
    other = hidden(page, address) | same | {"token": str(uuid7()), "place": "Online"}
    stale = client.post(address, other)
    assert stale.status_code == 409 and "where this meeting is, or who goes" in html.unescape(stale.content.decode())
    page = opened(client, lead, reverse("meeting", args=[met.pk]))
    assert "Place until then: Town hall" in page and f"Goes too: {deputy.full_name}" in page
    met = Meeting.objects.get()
    assert (met.place, met.held_at, [one.kind for one in met.additions.all()]) == ("Room 2", AFTER, ["changed"])
    # Whoever decides nothing of the concern changes nothing.
    for person in (place.room.teacher, place.room.pastoral):
        client.force_login(person)
        typed = {name: said for name, said in sent.items() if name != "author"}
        assert client.post(address, typed | {"place": "Online"}).status_code in (403, 404)
    with pytest.raises(NotAllowed):
        move_meeting(meeting=met, token=uuid7(), seen=AFTER, held_at=AFTER, reason="", place="Online", by=place.senco)
    assert Meeting.objects.get().place == "Room 2"
