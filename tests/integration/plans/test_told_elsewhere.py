"""Do the chronology and the two pages of a meeting say what the plans say, to those who read them and nobody else?"""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from children.services import access
from safeguarding.concerns import briefing, chronology
from safeguarding.keys import uuid7
from safeguarding.plans.entries import KIND
from safeguarding.plans.models import Step
from safeguarding.plans.services.around import add_professional
from safeguarding.plans.services.episodes import end_episode, enter_in_error
from safeguarding.plans.services.steps import hold_step
from tests.factories import SCHOOL_DAY

from .conftest import Place
from .pages import Visitor
from .test_steps import of

pytestmark = pytest.mark.django_db


def entries(person: Any, place: Place) -> list[str]:
    found = chronology.read(SimpleNamespace(user=person), place.child)  # type: ignore[arg-type]
    return [entry.title for entry in found.entries]


def lines(person: Any, place: Place) -> dict[str, list[tuple[str, str]]]:
    found = briefing.gather(SimpleNamespace(user=person), place.child, None, at=SCHOOL_DAY)  # type: ignore[arg-type]
    return {block.title: block.lines for block in found.blocks}


def conference_and_plan(place: Place) -> Any:
    plan = place.begin("child_protection")
    add_professional(
        episode=plan,
        token=uuid7(),
        role="social_worker",
        name="Casey Fennimore",
        telephone="0161 496 0710",
        by=place.room.lead,
    )
    hold_step(
        step=of(plan, "core_group"),
        seen=0,
        held_on=date(2026, 10, 29),
        words={"said": "All came. The plan is kept."},
        by=place.room.lead,
    )
    return plan


def test_what_began_was_held_and_ended_stands_in_the_chronology(place: Place):
    plan = conference_and_plan(place)
    end_episode(episode=plan, seen=plan.revision, ends_on=date(2026, 11, 20), end_reason="no_risk", by=place.room.lead)
    titles = ["Child protection plan: ended", "Core group", "Child protection plan: began"]
    for person in (place.room.lead, place.room.deputy, place.room.headteacher):
        assert entries(person, place) == titles, person
    [_, group, _] = chronology.read(SimpleNamespace(user=place.room.lead), place.child).entries  # type: ignore[arg-type]
    alone = chronology.Narrowed(kinds=frozenset({KIND}))
    assert chronology.read(SimpleNamespace(user=place.room.lead), place.child, alone).total == len(titles)  # type: ignore[arg-type]
    assert group.sentence == "All came."
    assert group.tag == ("10 days late", "warn")
    assert group.link == f"/plans/dates/{of(plan, 'core_group').pk}/"


def test_pastoral_staff_who_were_given_the_child_find_care_and_no_protection(place: Place):
    place.begin("child_protection")
    place.begin("looked_after")
    access.grant_child(
        child=place.child,
        user=place.room.pastoral,
        reason="Meets him at the gate.",
        last_day=date(2027, 1, 1),
        by=place.room.lead,
    )
    assert entries(place.room.pastoral, place) == ["Looked after: began"]
    assert len(entries(place.room.lead, place)) == 2


def test_an_adoption_stands_in_neither_for_anybody(place: Place):
    plan = place.begin("adoption")
    place.step(plan, "adoption_decision", held_on=date(2026, 10, 6))
    assert entries(place.room.lead, place) == []
    assert lines(place.room.lead, place) == {}


def test_what_was_entered_in_error_vanishes_from_both(place: Place):
    plan = conference_and_plan(place)
    assert len(entries(place.room.lead, place)) == 2
    enter_in_error(episode=plan, seen=plan.revision, reason="Another child.", by=place.room.lead)
    assert entries(place.room.lead, place) == []
    assert lines(place.room.lead, place) == {}


def test_plan_dates_and_people_are_taken_to_a_meeting(place: Place, client: Client):
    plan = conference_and_plan(place)
    found = lines(place.room.lead, place)
    assert found["Who works with the child"] == [("Casey Fennimore", "Social worker, 0161 496 0710")]
    [first, review] = found["Plans and their dates"]
    assert first == ("Child protection plan", "since 5 October 2026, Stockport, Neglect")
    assert review == ("Review conference", "due 5 January 2027")
    assert Step.objects.filter(episode=plan, status="waiting").count() == 1
    page = Visitor(client, place.room.lead).page("brief_page", place.child.pk)
    assert "Casey Fennimore" in page
    assert "Review conference" in page
    # Given the child, pastoral staff see who works with the family, and nothing of the plan.
    assert "Review conference" not in str(lines(place.room.pastoral, place))


def test_the_two_pages_tell_what_began_was_held_and_ended_and_what_is_asked(place: Place):
    place.begin("adoption")
    plan = place.begin("child_protection", words={"asked": "Ring by 9.30 each day. Breakfast club."})
    place.step(
        plan,
        "strategy_discussion",
        held_on=date(2026, 9, 28),
        columns={"outcome": "assessment"},
        words={"said": "Joint visit. Tonight."},
    )
    place.step(plan, "review_conference", held_on=date(2026, 11, 12), columns={"outcome": "continues"})
    hold_step(step=of(plan, "core_group"), seen=0, held_on=date(2026, 10, 12), words={}, by=place.room.lead)
    asks: Any = SimpleNamespace(user=place.room.lead)
    found = briefing.gather(asks, place.child, None, at=SCHOOL_DAY)
    assert [entry.title for entry in found.events] == [
        "Review conference",
        "Child protection plan: began",
        "Strategy discussion",
    ]
    assert found.other_entries == 1
    block = next(block for block in found.blocks if block.title == "What is asked of the school")
    assert block.lines == [("Child protection plan", "Ring by 9.30 each day. Breakfast club.")]
    asks = SimpleNamespace(user=place.room.pastoral)
    theirs = briefing.gather(asks, place.child, None, at=SCHOOL_DAY)
    assert theirs.events == [] and theirs.other_entries == 0
    plan.refresh_from_db()
    end_episode(episode=plan, seen=plan.revision, ends_on=date(2026, 11, 20), end_reason="no_risk", by=place.room.lead)
    asks = SimpleNamespace(user=place.room.lead)
    found = briefing.gather(asks, place.child, None, at=SCHOOL_DAY)
    assert found.events[0].title == "Child protection plan: ended"
    assert "What is asked of the school" not in {block.title for block in found.blocks}
