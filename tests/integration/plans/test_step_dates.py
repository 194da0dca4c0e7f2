"""Does each step wait by its rule, of the law or of the school, from the day that counts?"""

from datetime import date
from typing import Any

import pytest

from safeguarding.exceptions import NotAllowed
from safeguarding.keys import uuid7
from safeguarding.plans.models import DeadlineRule, Step
from safeguarding.plans.services.episodes import LastHeld, correct_episode
from safeguarding.plans.services.rules import in_words, load_rules, set_local_rule
from safeguarding.plans.services.steps import book_step

from .conftest import Place
from .test_episodes import waiting
from .test_steps import held, of

pytestmark = pytest.mark.django_db


def test_a_conference_waits_only_after_a_strategy_discussion_that_led_to_section_47(place: Place):
    episode = place.begin("child_in_need", starts_on=date(2026, 9, 14))
    place.step(episode, "strategy_discussion", held_on=date(2026, 9, 15), columns={"outcome": "assessment"})
    assert "initial_conference" not in waiting(episode)
    place.step(episode, "strategy_discussion", held_on=date(2026, 9, 16), columns={"outcome": "section_47"})
    assert waiting(episode)["initial_conference"] == date(2026, 10, 7)
    conference = of(episode, "initial_conference")
    assert (conference.after, conference.counted_from) == (of(episode, "strategy_discussion"), date(2026, 9, 16))
    assert in_words(conference.rule) == "15 working days"


def test_reviews_are_three_months_after_the_first_and_six_after_later_ones(place: Place):
    lead = place.room.lead
    episode = place.begin("looked_after", starts_on=date(2026, 1, 5))
    first = held(of(episode, "care_review"), date(2026, 1, 30), lead, participation="PN1")
    assert (first.number, waiting(episode)["care_review"]) == (1, date(2026, 4, 30))
    second = held(of(episode, "care_review"), date(2026, 4, 30), lead, participation="PN1")
    assert (second.number, waiting(episode)["care_review"]) == (2, date(2026, 10, 30))


def test_a_reply_that_was_asked_for_stays_where_it_is_when_the_first_day_is_corrected(place: Place):
    episode = place.begin("ehcp", starts_on=date(2026, 9, 1))
    place.step(episode, "consultation", asked_on=date(2026, 11, 16))
    correct_episode(episode=episode, seen=0, starts_on=date(2026, 9, 2), by=place.room.lead)
    assert waiting(episode)["consultation"] == date(2026, 12, 1)
    assert waiting(episode)["assess_decision"] == date(2026, 10, 14)


def test_a_new_rule_leaves_earlier_triggers_alone_and_the_file_is_loaded_once(place: Place):
    assert load_rules() == 0
    episode = place.begin("child_protection")
    was = of(episode, "core_group").rule
    DeadlineRule.objects.filter(pk=was.pk).update(until_day=date(2026, 11, 1))
    DeadlineRule.objects.create(
        code="D05",
        kinds=["child_protection"],
        after="initial_conference",
        outcome="plan",
        step="core_group",
        amount=5,
        unit="working_days",
        duty="authority",
        from_day=date(2026, 11, 2),
        source="Working Together, another edition",
    )
    assert waiting(place.begin(authority="355"))["core_group"] == date(2026, 10, 19)
    assert waiting(place.begin(authority="357", starts_on=date(2026, 11, 2)))["core_group"] == date(2026, 11, 9)
    # Of the plan that was there it moves nothing, also where that is counted again: until its trigger is after it.
    assert waiting(episode)["core_group"] == date(2026, 10, 19)
    for seen, first, due in ((0, date(2026, 10, 6), date(2026, 10, 20)), (1, date(2026, 11, 2), date(2026, 11, 9))):
        correct_episode(episode=episode, seen=seen, starts_on=first, by=place.room.lead)
        assert waiting(episode)["core_group"] == due


def test_the_report_waits_a_working_day_before_a_conference_until_the_school_says_otherwise(place: Place):
    episode, lead = place.begin("child_protection"), place.room.lead
    booked = book_step(step=of(episode, "review_conference"), seen=0, booked_on=date(2026, 12, 7), by=lead)
    report = of(episode, "school_report")
    assert (report.due_on, report.after, report.duty) == (date(2026, 12, 4), booked, "school")
    assert report.rule.source.endswith("to be confirmed")
    own: dict[str, Any] = {"code": "L04", "amount": 3, "unit": "working_days", "source": "Local procedure"}
    set_local_rule(school=place.school, token=uuid7(), by=lead, **own)
    assert waiting(episode)["school_report"] == date(2026, 12, 4), "a date that was made keeps its day"
    book_step(step=booked, seen=booked.revision, booked_on=date(2026, 12, 14), by=lead)
    assert waiting(episode)["school_report"] == date(2026, 12, 9)


def test_a_report_that_was_sent_is_told_with_the_conference(place: Place):
    episode, lead = place.begin("child_protection"), place.room.lead
    for on, sent_on, waits in ((date(2026, 11, 20), None, 1), (date(2026, 11, 23), date(2026, 11, 19), 0)):
        review = of(episode, "review_conference")
        booked = book_step(step=review, seen=review.revision, booked_on=date(2026, 11, 24), by=lead)
        held(booked, on, lead, outcome="continues", report_sent_on=sent_on)
        found = Step.objects.filter(episode=episode, kind="school_report", after=booked, status="waiting")
        assert found.count() == waits


def test_the_authority_is_told_by_the_working_day_after_the_school_knew(place: Place):
    # A Friday.
    episode = place.begin("private_fostering", starts_on=date(2026, 11, 20))
    step = of(episode, "notification")
    assert (step.due_on, step.duty, step.rule.code) == (date(2026, 11, 23), "school", "D31")
    held(step, date(2026, 11, 23), place.room.lead)
    assert waiting(episode) == {"visit": date(2026, 12, 2)}


def test_local_rules_are_there_once_a_school_sets_them(place: Place):
    episode = place.begin("child_protection")
    form: dict[str, Any] = {"amount": 2, "unit": "working_days", "source": "Local procedure"}
    with pytest.raises(NotAllowed):
        set_local_rule(school=place.school, token=uuid7(), code="L04", by=place.room.deputy, **form)
    set_local_rule(school=place.school, token=uuid7(), code="L04", by=place.room.lead, **form)
    set_local_rule(
        school=place.school, token=uuid7(), code="L01", amount=6, unit="weeks", source="Procedure", by=place.room.lead
    )
    booked = book_step(step=of(episode, "review_conference"), seen=0, booked_on=date(2026, 12, 9), by=place.room.lead)
    assert waiting(episode)["school_report"] == date(2026, 12, 7)
    report = of(episode, "school_report")
    assert (report.after, report.duty, in_words(report.rule)) == (booked, "school", "2 working days before")
    book_step(step=booked, seen=booked.revision, booked_on=date(2026, 12, 16), by=place.room.lead)
    assert waiting(episode)["school_report"] == date(2026, 12, 14), "it moves with the booking"
    held(of(episode, "core_group"), date(2026, 11, 24), place.room.lead)
    assert waiting(episode)["core_group"] == date(2027, 1, 5)


def test_the_reply_to_a_consultation_is_due_from_when_the_school_was_asked(place: Place):
    episode = place.begin("ehcp", starts_on=date(2026, 9, 1), columns={"needs": ["ASD"]})
    step = place.step(episode, "consultation", asked_on=date(2026, 11, 16))
    assert (step.due_on, step.duty, step.rule.code) == (date(2026, 12, 1), "school", "D24")


def test_a_final_plan_settles_what_was_to_be_decided_before_it(place: Place):
    episode = place.begin("ehcp", starts_on=date(2026, 3, 2), columns={"needs": ["ASD"]})
    assert set(waiting(episode)) == {"assess_decision", "plan_decision", "final_plan"}
    place.step(episode, "final_plan", held_on=date(2026, 7, 20))
    # Which year groups move on, the school has not said.
    due = {"annual_review": date(2027, 6, 21), "review_decision": date(2027, 7, 19), "phase_transfer": None}
    assert waiting(episode) == due
    late = place.begin(
        "ehcp", authority="355", starts_on=date(2024, 3, 4), last={"final_plan": LastHeld(date(2026, 7, 1))}
    )
    assert waiting(late) == {
        "annual_review": date(2027, 6, 2),
        "review_decision": date(2027, 6, 30),
        "phase_transfer": None,
    }
