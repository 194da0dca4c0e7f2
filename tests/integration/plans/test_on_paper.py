"""A child's plans on paper: the areas that were ticked, whole, to those who read them at that moment."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from children.services import access
from safeguarding.accounts.models import User
from safeguarding.audit.models import Event
from safeguarding.keys import uuid7
from safeguarding.plans import sdq
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.services.around import add_professional
from safeguarding.plans.services.episodes import end_episode, enter_in_error
from safeguarding.plans.services.steps import chase_step, hold_step, note_step, set_aside_step
from tests.factories import SCHOOL_DAY
from tests.pdfs import Printed

from .conftest import Place
from .pages import Visitor
from .test_pages_access import KINDS, READS, TITLES, all_of_them
from .test_steps import of

pytestmark = pytest.mark.django_db


def printed(client: Client, person: User, place: Place, *areas: str) -> Printed:
    client.force_login(person)
    answer = client.get(reverse("plans_paper", args=[place.child.pk]), {"area": areas, "chosen": "yes"})
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf", answer.content.decode()
    return Printed(answer.content)


@pytest.fixture
def plan(place: Place) -> Episode:
    """One with a worker, a date that was held late, one that was chased, one that was set aside."""
    lead = place.room.lead
    plan = place.begin(words={"asked": "Ring on the first morning.", "contact": "Father by telephone."})
    facts = {"role": "social_worker", "name": "Casey Fennimore", "telephone": "0161 496 0710"}
    add_professional(episode=plan, token=uuid7(), by=lead, **facts)
    hold_step(
        step=of(plan, "core_group"),
        seen=0,
        held_on=date(2026, 10, 29),
        words={"said": "All came. The plan is kept.", "voice": "I like my new bed.", "why_late": "No room was free."},
        by=lead,
    )
    review = of(plan, "review_conference")
    chase_step(step=review, token=uuid7(), happened_on=date(2026, 11, 20), text="No day is fixed yet.", by=lead)
    legal = place.step(plan, "legal_meeting", booked_on=date(2026, 12, 4))
    set_aside_step(step=legal, seen=legal.revision, reason="The authority saw no need.", by=lead)
    return plan


@pytest.mark.usefixtures("real_printer")
def test_a_plan_is_told_whole_with_its_dates_their_rules_and_its_people(client: Client, place: Place, plan: Episode):
    over = place.begin("early_help")
    end_episode(episode=over, seen=0, ends_on=date(2026, 11, 2), end_reason="met", by=place.room.lead)
    paper = printed(client, place.room.lead, place, "protection")
    for words in (
        *("Child protection plan: Neglect", "Stockport", "Ring on the first morning.", "Father by telephone."),
        *("Casey Fennimore", "Social worker", "0161 496 0710"),
        # What waits: by when, by which rule, counted from what, whose duty, and that it was chased.
        *("Review conference", "5 January 2027", "3 months", "rule D05", "The local authority"),
        *("Chased 20 November 2026", "No day is fixed yet."),
        # What was held, with its words.
        *("Core group, held 29 October 2026", "Due 19 October 2026: 10 days late", "All came. The plan is kept."),
        *("I like my new bed.", "No room was free."),
        *("The authority saw no need.", "Early help", "until 2 November 2026"),
        *("the core group first meets within 10 working days", f"Printed by {place.room.lead.full_name}"),
        f"Plans of record {place.child.number}",
    ):
        assert words in paper.text, words
    assert paper.tags()["H1"] == 1 and paper.tags()["TH"] > 10
    assert paper.unmarked() == []
    assert paper.beyond_the_margins() == ""


@pytest.mark.usefixtures("real_printer")
def test_the_chart_and_the_card_are_those_of_the_page(client: Client, place: Place):
    place.looked_after_with_scores()
    lead = Visitor(client, place.room.lead)
    page = lead.page("child_plans", place.child.pk)
    paper = printed(client, place.room.lead, place, "care")
    for words in ("Interim care order", "Trips and haircuts", "Ann and Bo Lee", "Mother, Saturdays, supervised"):
        assert words in page and words in paper.text, words
    told = [one for one in sdq.scores(Step.objects.all()) if one.number is not None]
    assert [(one.number, one.band) for one in told] == [(16, "Borderline"), (19, "Of concern")]
    alternatives = {str(element.Alt) for element in paper.elements() if "/Alt" in element}
    for one in told:
        said = f"{one.number} out of 40: {one.band.lower()}"
        assert f'aria-label="{said}"' in page
        assert f"{one.number} {one.band}" in paper.text
        assert said in alternatives
    assert paper.tags()["Figure"] == len(told) + 1, "the scale"
    assert paper.unmarked() == []


def test_an_adoption_is_listed_for_its_readers_and_never_ticked(client: Client, place: Place):
    all_of_them(place)
    page = Visitor(client, place.room.lead).page("plans_print", place.child.pk)
    ticked = {area: f'value="{area}" ' in page and _is_ticked(page, area) for area in KINDS}
    assert ticked == {"protection": True, "care": True, "needs": True, "adoption": False}
    assert "doption" not in Visitor(client, place.room.deputy).page("plans_print", place.child.pk)
    client.force_login(place.room.lead)
    bare = Printed(client.get(reverse("plans_paper", args=[place.child.pk])).content)
    assert "doption" not in bare.text and "Wordneeds" in bare.text
    assert "Wordadoption" in printed(client, place.room.lead, place, "adoption").text


def _is_ticked(page: str, area: str) -> bool:
    [box] = [part for part in page.split("<input")[1:] if f'value="{area}"' in part.split(">")[0]]
    return "checked" in box.split(">")[0]


def test_an_area_with_nothing_is_offered_and_not_ticked(client: Client, place: Place):
    place.begin()
    page = Visitor(client, place.room.lead).page("plans_print", place.child.pk)
    assert "Looked after and leaving care (nothing on record)" in page
    assert _is_ticked(page, "protection") and not _is_ticked(page, "care")
    assert "Nothing is on record." in printed(client, place.room.lead, place, "care").text


def test_each_person_prints_their_areas_and_no_other(client: Client, place: Place):
    all_of_them(place)
    for name, person in place.everybody().items():
        client.force_login(person)
        for area in KINDS:
            answer = client.get(reverse("plans_paper", args=[place.child.pk]), {"area": area})
            if area in READS.get(name, set()):
                text = Printed(answer.content).text
                assert TITLES[area] in text and f"Word{area}" in text, (name, area)
                assert not [other for other in KINDS if other != area and f"Word{other}" in text]
            else:
                assert answer.status_code in (403, 404), (name, area)
                assert f"Word{area}" not in answer.content.decode()


def test_boxes_that_were_drawn_before_open_nothing_afterwards(client: Client, place: Place, plan: Episode):
    deputy, last = place.room.deputy, {"area": "protection", "chosen": "yes"}
    address = reverse("plans_paper", args=[place.child.pk])
    client.force_login(deputy)
    assert client.get(address, last).status_code == 200
    place.name_in_notice("designated_teacher")
    other = Client()
    other.force_login(place.designated)
    assert other.get(address, last | {"area": "care"}).status_code == 200
    assert other.get(address, last).status_code == 404
    place.name_in_notice()
    assert other.get(address, last | {"area": "care"}).status_code == 404
    access.declare_conflict(user=deputy, child=place.child, kind="close", by=deputy, at=SCHOOL_DAY)
    for name in ("plans_print", "plans_paper"):
        assert client.get(reverse(name, args=[place.child.pk]), last).status_code == 404


def test_pastoral_staff_who_guess_the_address_find_what_was_never_issued(client: Client, place: Place):
    all_of_them(place)
    pastoral, address = place.room.pastoral, reverse("plans_paper", args=[place.child.pk])
    give = {"reason": "Works with the family", "last_day": date(2026, 12, 18), "by": place.room.lead}
    access.grant_child(child=place.child, user=pastoral, at=SCHOOL_DAY, **give)
    assert "Wordcare" in printed(client, pastoral, place, "care", "needs").text
    never = client.get(reverse("plans_paper", args=[uuid7()]), {"area": "protection"})
    for area in ("protection", "adoption", "nonsense"):
        answer = client.get(address, {"area": ["care", area]})
        assert answer.status_code == never.status_code == 404
        assert answer.content[:400] == never.content[:400]


def test_nothing_ticked_is_asked_again_and_prints_nothing(client: Client, place: Place, plan: Episode):
    client.force_login(place.room.lead)
    answer = client.get(reverse("plans_paper", args=[place.child.pk]), {"chosen": "yes"})
    assert answer.status_code == 422
    assert "Tick one box at least" in answer.content.decode()
    assert not Event.objects.filter(verb="print").exists()


def test_what_was_printed_is_recorded_and_what_was_entered_in_error_is_not_there(
    client: Client, place: Place, plan: Episode
):
    wrong = place.begin("early_help", words={"asked": "Never this child’s."})
    enter_in_error(episode=wrong, seen=0, reason="A mix-up.", by=place.room.lead)
    assert "Never this child’s." not in printed(client, place.room.lead, place, "protection").text
    events: Any = Event.objects.filter(verb="print", actor_id=place.room.lead.pk, purpose="plans on paper")
    assert {one.object_id for one in events} == {place.child.pk, plan.pk}


def test_paper_asks_as_much_of_a_few_rows_as_of_many(client: Client, place: Place, plan: Episode):
    def asked() -> list[int]:
        found = []
        for name in ("plans_print", "plans_paper"):
            address = reverse(name, args=[place.child.pk])
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            found.append(len(queries))
        return found

    client.force_login(place.room.lead)
    few = asked()
    for number in range(12):
        step = place.step(plan, "progress", held_on=date(2026, 10, 7 + number), words={"said": f"Day {number}."})
        note_step(step=step, token=uuid7(), text=f"Note {number}.", by=place.room.lead)
    assert asked() == few
