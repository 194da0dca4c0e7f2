"""Is no date of a child lost without a word, whatever comes late, twice, out of order or is corrected?"""

from datetime import date
from typing import Any

import pytest

from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.services import overlaps
from safeguarding.plans.services.around import add_professional, end_professional
from safeguarding.plans.services.episodes import LastHeld, begin_episode, correct_episode, end_episode, open_again
from safeguarding.plans.services.steps import book_step, correct_step, set_aside_step, take_back_step
from tests import factories

from .conftest import STOCKPORT, Place
from .test_episodes import waiting
from .test_steps import held, of

pytestmark = pytest.mark.django_db


def days(episode: Episode, kind: str) -> list[date | None]:
    """The days by which those of a kind are due that wait, the earliest first."""
    found = Step.objects.filter(episode=episode, kind=kind, status="waiting").order_by("due_on")
    return list(found.values_list("due_on", flat=True))


def corrected(step: Step, place: Place, **facts: Any) -> Step:
    return correct_step(
        step=step, seen=step.revision, token=uuid7(), reason="The letter says so.", by=place.room.lead, **facts
    )


def test_what_is_still_ahead_waits_though_nobody_says_that_it_was_held(place: Place):
    # Begun four weeks ago on a Monday: the first review is due after 20 working days, the plan for education after 10.
    last = {"pep": LastHeld(date(2026, 11, 9)), "care_review": None, "care_plan": None, "health_assessment": None}
    episode = place.begin("looked_after", starts_on=date(2026, 11, 2), last=last)
    assert waiting(episode)["care_review"] == date(2026, 11, 30)
    assert waiting(episode)["health_assessment"] == date(2026, 11, 30)
    assert "care_plan" not in waiting(episode), "what is past and comes once is left out"


def test_what_goes_on_and_was_held_nobody_knows_when_waits_without_a_day(place: Place):
    last = {"review_conference": None, "core_group": None}
    episode = place.begin("child_protection", starts_on=date(2025, 10, 6), last=last)
    step = of(episode, "review_conference")
    assert (step.status, step.due_on, step.duty) == ("waiting", None, "authority")
    assert step.missing == "When it was last held is not recorded here."
    assert "core_group" not in waiting(episode)
    book_step(step=step, seen=0, booked_on=date(2026, 12, 1), by=place.room.lead)
    assert days(episode, "review_conference") == [None], "booking does not count it from the beginning"
    held(of(episode, "review_conference"), date(2026, 11, 20), place.room.lead, outcome="continues")
    assert days(episode, "review_conference") == [date(2027, 5, 20)]
    # A review that follows from a final plan of which nobody knows.
    plan = place.begin("ehcp", starts_on=date(2023, 3, 6), last={"final_plan": None, "annual_review": None})
    assert days(plan, "annual_review") == [None]


def test_each_absence_has_an_interview_of_its_own(place: Place):
    episode = place.begin("looked_after", starts_on=date(2026, 3, 2))
    for first, until in ((date(2026, 11, 2), date(2026, 11, 3)), (date(2026, 11, 12), date(2026, 11, 13))):
        place.step(episode, "missing", held_on=first, columns={"outcome": "M", "held_to": until})
    assert days(episode, "return_interview") == [date(2026, 11, 6), date(2026, 11, 16)]
    place.step(episode, "return_interview", held_on=date(2026, 11, 5))
    assert days(episode, "return_interview") == [date(2026, 11, 16)]
    # One review of a plan waits, however many steps ask for it.
    assert len(days(episode, "care_review")) == 1


def test_what_was_held_before_is_told_late_and_moves_nothing(place: Place):
    episode = place.begin("looked_after", starts_on=date(2023, 3, 6))
    held(of(episode, "sdq"), date(2026, 9, 1), place.room.lead, score=12)
    assert days(episode, "sdq") == [date(2027, 9, 1)]
    place.step(episode, "sdq", held_on=date(2024, 9, 2), columns={"score": 18})
    assert days(episode, "sdq") == [date(2027, 9, 1)]
    assert Step.objects.filter(episode=episode, kind="sdq", status="held").count() == 2
    place.step(episode, "sdq", held_on=date(2026, 11, 2), columns={"score": 9})
    assert days(episode, "sdq") == [date(2027, 11, 2)]


def test_a_placement_that_is_told_late_ends_where_the_next_began(place: Place):
    episode = place.begin("looked_after", starts_on=date(2026, 3, 2))
    codes = {"legal_status": "C1", "placement": "U6"}
    place.step(episode, "placement", held_on=date(2026, 3, 2), columns=codes)
    now = place.step(episode, "placement", held_on=date(2026, 9, 1), columns=codes)
    between = place.step(episode, "placement", held_on=date(2026, 6, 1), columns=codes)
    assert Step.objects.get(pk=between.pk).held_to == date(2026, 9, 1)
    assert Step.objects.get(pk=now.pk).held_to is None
    assert Step.objects.get(held_on=date(2026, 3, 2)).held_to == date(2026, 6, 1)


def test_a_late_amended_plan_stays_late_when_the_next_review_is_held(place: Place):
    episode = place.begin("ehcp", starts_on=date(2024, 3, 4))
    place.step(episode, "final_plan", held_on=date(2024, 7, 1))
    place.step(episode, "annual_review", held_on=date(2025, 6, 30))
    place.step(episode, "review_decision", held_on=date(2025, 7, 21), columns={"outcome": "amend"})
    assert days(episode, "amended_plan") == [date(2025, 9, 22)]
    place.step(episode, "annual_review", held_on=date(2026, 6, 29))
    book_step(step=of(episode, "annual_review"), seen=0, booked_on=date(2027, 6, 1), by=place.room.lead)
    assert days(episode, "amended_plan") == [date(2025, 9, 22)]
    # And the review has a report and a decision of its own.
    assert days(episode, "review_report") == [date(2025, 7, 14), date(2026, 7, 13)]


def test_a_meeting_that_is_booked_stays_when_what_it_followed_from_is_corrected(place: Place):
    episode = place.begin("child_in_need", starts_on=date(2026, 11, 9))
    place.step(episode, "strategy_discussion", held_on=date(2026, 11, 11), columns={"outcome": "section_47"})
    conference = of(episode, "initial_conference")
    book_step(step=conference, seen=conference.revision, booked_on=date(2026, 12, 1), by=place.room.lead)
    step = corrected(of(episode, "strategy_discussion"), place, columns={"outcome": "none"})
    now = of(episode, "initial_conference")
    assert (now.status, now.booked_on, now.due_on, now.rule) == ("waiting", date(2026, 12, 1), None, None)
    corrected(step, place, columns={"outcome": "section_47"})
    assert waiting(episode)["initial_conference"] == date(2026, 12, 2)


def test_in_a_plan_that_has_ended_a_correction_lets_nothing_wait(place: Place):
    lead, episode = place.room.lead, place.begin("looked_after", starts_on=date(2026, 3, 2))
    held(of(episode, "care_review"), date(2026, 3, 20), lead)
    ended = end_episode(episode=episode, seen=0, ends_on=date(2026, 11, 2), end_reason="E4A", by=lead)
    [review] = Step.objects.filter(episode=episode, kind="care_review", status="held")
    corrected(review, place, held_on=date(2026, 3, 23))
    assert waiting(episode) == {}
    open_again(episode=ended, seen=ended.revision, by=lead)
    assert waiting(episode)["care_review"] == date(2026, 6, 23)


def test_a_form_that_is_sent_again_with_something_else_is_not_taken_for_the_same(place: Place):
    form: dict[str, Any] = {
        "child": place.child,
        "token": uuid7(),
        "kind": "child_protection",
        "starts_on": date(2026, 10, 5),
        "authority": STOCKPORT,
        "by": place.room.lead,
    }
    neglect = {"category": "NEG", "latest_category": "NEG"}
    for _ in range(2):
        begin_episode(**form, columns=neglect)
    with pytest.raises(BadInput, match="has an open plan of this kind"):
        begin_episode(**form, columns=neglect | {"latest_category": "SAB"})
    episode = Episode.objects.get()
    step = place.step(episode, "review_conference", held_on=date(2026, 11, 16), columns={"outcome": "ends"})
    token = uuid7()
    for outcome in ("changed", "changed", "continues"):
        again = correct_step(
            step=step,
            seen=step.revision,
            token=token,
            reason="Typed.",
            columns={"outcome": outcome},
            by=place.room.lead,
        )
        step = Step.objects.get(pk=step.pk)
    assert again.outcome == "continues"


def test_a_plan_comes_from_a_concern_about_that_child(place: Place):
    other = factories.child(place.school, "Rowan", by=place.room.office)
    about = factories.concern(place.room, children=[ChildEntry(role="worried_about", child=place.child)])
    with pytest.raises(BadInput, match="not about this child"):
        place.begin("child_in_need", child=other, concern=about)
    assert place.begin("child_in_need", concern=about).began_with == about


def test_who_works_with_a_child_is_added_while_it_lasts_and_ends_on_a_day_that_has_come(place: Place):
    lead, episode = place.room.lead, place.begin("child_protection")
    person: dict[str, Any] = {"episode": episode, "role": "social_worker", "name": "M Bell", "by": lead}
    worker = add_professional(token=uuid7(), **person)
    with pytest.raises(BadInput, match="Last day must be today or in the past"):
        end_professional(professional=worker, ends_on=date(2026, 12, 18), by=lead)
    end_professional(professional=worker, ends_on=date(2026, 11, 24), by=lead)
    end_episode(episode=episode, seen=0, ends_on=date(2026, 11, 2), end_reason="moved", by=lead)
    with pytest.raises(OutOfTurn):
        add_professional(token=uuid7(), **person)


def test_a_plan_in_which_the_next_was_set_aside_says_so(place: Place):
    lead, episode = place.room.lead, place.begin("child_protection")
    step = of(episode, "review_conference")
    assert overlaps.of_gaps(episode, Step.objects.all()) == []
    aside = set_aside_step(step=step, seen=step.revision, reason="It was cancelled.", by=lead)
    [warning] = overlaps.of_gaps(episode, Step.objects.all())
    assert "Review conference: the last was set aside" in warning.text
    take_back_step(step=aside, seen=aside.revision, by=lead)
    assert overlaps.of_gaps(episode, Step.objects.all()) == []


def test_what_a_mistyped_year_did_not_ask_for_waits_once_the_day_is_right(place: Place):
    lead, older = place.room.lead, factories.child(place.school, "Rowan", by=place.room.office)
    # Before the edition of the guidance that the rules are of.
    episode = place.begin("child_protection", child=older, starts_on=date(2016, 10, 5))
    assert waiting(episode) == {}
    now = correct_episode(episode=episode, seen=0, starts_on=date(2026, 10, 5), by=lead)
    assert waiting(episode) == {"core_group": date(2026, 10, 19), "review_conference": date(2027, 1, 5)}
    # What was left out on purpose stays out.
    late = place.begin("looked_after", starts_on=date(2024, 3, 4), last={"care_plan": None})
    correct_episode(episode=late, seen=0, starts_on=date(2024, 3, 5), by=lead)
    assert "care_plan" not in waiting(late)
    assert now.starts_on == date(2026, 10, 5)


def test_a_review_that_two_people_record_counts_once(place: Place):
    episode = place.begin("looked_after", starts_on=date(2026, 10, 5))
    for by in (place.room.lead, place.room.deputy):
        place.step(episode, "care_review", held_on=date(2026, 10, 20), by=by)
        assert days(episode, "care_review") == [date(2027, 1, 20)], "three months after the first, and not six"
