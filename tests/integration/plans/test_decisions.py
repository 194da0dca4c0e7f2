"""Does the badge follow the decision of the authority: on every page and figure, corrected and taken back?"""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.exceptions import BadInput
from safeguarding.keys import uuid7
from safeguarding.plans.models import Designation, Episode, Step
from safeguarding.plans.services.episodes import LastHeld, correct_episode, end_episode, enter_in_error
from safeguarding.plans.services.steps import correct_step
from safeguarding.reports.figures import cohorts
from safeguarding.reports.figures.periods import this_year
from safeguarding.reports.figures.values import Viewer
from tests import factories
from tests.factories import SCHOOL_DAY

from .conftest import Place
from .pages import Visitor, day
from .test_badges import beside
from .test_episodes import waiting

pytestmark = pytest.mark.django_db
ASKED, ASSESSED, MADE = date(2026, 3, 2), date(2026, 10, 20), date(2026, 7, 20)
CONFERENCE = date(2026, 10, 5)


def corrected(step: Step, place: Place, **facts: Any) -> Step:
    step.refresh_from_db()
    told = {"token": uuid7(), "reason": "The letter says so.", "by": place.room.lead}
    return correct_step(step=step, seen=step.revision, **told, **facts)


def decided(episode: Episode) -> tuple[date | None, Any, date | None]:
    """The day of the decision, its step, and from when on the badge stands."""
    now = Episode.objects.get(pk=episode.pk)
    return now.decided_on, now.decided_by, Designation.objects.get(episode=episode).starts_on


def in_figures(place: Place, code: str) -> int:
    viewer = Viewer(user=place.room.lead, school_id=place.school.pk, at=SCHOOL_DAY, period=this_year(SCHOOL_DAY.date()))
    return next(line.children for line in cohorts.children_who_may_need_more(viewer) if line.code == code)


def rests_on_needs(place: Place) -> list[date]:
    """From which day R07 runs for the child's file."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT day FROM rules.rests_on_needs(ARRAY[%s]::uuid[])", [place.child.pk])
        return [on for (on,) in cursor.fetchall()]


def test_a_plan_for_needs_that_is_asked_for_is_none_until_the_final_plan(place: Place, client: Client):
    episode = place.begin("ehcp", starts_on=ASKED)
    assert decided(episode) == (None, None, None)
    assert (beside(place.room.lead, place), in_figures(place, "ehcp"), rests_on_needs(place)) == ([], 0, [])
    visitor = Visitor(client, place.room.lead)
    for name, key in (("child_plans", place.child.pk), ("episode", episode.pk)):
        page = visitor.page(name, key)
        assert "EHC assessment asked for" in page, name
        assert "Education, health and care plan from" not in page, name
    assert "status=ehcp" not in client.get(reverse("plans")).content.decode()

    final = place.step(episode, "final_plan", held_on=MADE)
    assert decided(episode) == (MADE, final, MADE)
    assert (beside(place.room.lead, place), in_figures(place, "ehcp"), rests_on_needs(place)) == (["ehcp"], 1, [MADE])
    assert "status=ehcp" in client.get(reverse("plans")).content.decode()
    # Corrected, it moves with its dates.
    corrected(final, place, held_on=MADE + timedelta(days=2))
    assert decided(episode)[::2] == (MADE + timedelta(days=2),) * 2
    assert rests_on_needs(place) == [MADE + timedelta(days=2)]
    # An assessment that is refused makes none.
    other = place.begin("ehcp", authority="355", starts_on=ASKED)
    end_episode(episode=other, seen=0, ends_on=MADE, end_reason="refused", by=place.room.lead)
    assert len(rests_on_needs(place)) == 1


def test_a_plan_that_came_with_the_child_waits_for_nothing_before_it(place: Place):
    episode = place.begin("ehcp", starts_on=MADE, decided_on=MADE)
    assert decided(episode)[0] == MADE
    assert set(waiting(episode)) == {"annual_review", "review_decision", "phase_transfer"}
    # Reviewed since: the next counts from there.
    last = {"annual_review": LastHeld(date(2026, 6, 1)), "review_decision": LastHeld(date(2026, 6, 20), "keep")}
    older = place.begin("ehcp", authority="355", starts_on=date(2025, 1, 13), decided_on=date(2025, 6, 2), last=last)
    due = waiting(older)
    assert (due["annual_review"], due["review_decision"]) == (date(2027, 5, 3), date(2027, 5, 31))


def test_a_child_is_in_need_by_an_assessment_that_says_so(place: Place, client: Client):
    episode = place.begin("child_in_need", starts_on=CONFERENCE)
    assert decided(episode) == (None, None, None)
    assert "Referred to social care" in Visitor(client, place.room.lead).page("child_plans", place.child.pk)
    step = place.step(episode, "assessment", held_on=ASSESSED, columns={"outcome": "services"})
    assert decided(episode) == (ASSESSED, step, ASSESSED)
    assert beside(place.room.lead, place) == ["cin"]
    # Taken back, and said again.
    step = corrected(step, place, columns={"outcome": "none"})
    assert decided(episode) == (None, None, None)
    assert (beside(place.room.lead, place), in_figures(place, "child-in-need")) == ([], 0)
    for outcome in ("strategy", "looked_after", "legal", "specialist"):
        step = corrected(step, place, columns={"outcome": outcome})
        assert decided(episode)[0] == ASSESSED, outcome
    for outcome in ("fostering", "elsewhere", "early_help"):
        step = corrected(step, place, columns={"outcome": outcome})
        assert decided(episode)[0] is None, outcome


def test_a_child_is_in_need_from_the_day_that_social_care_says(place: Place):
    lead, episode = place.room.lead, place.begin("child_in_need", starts_on=CONFERENCE)
    with pytest.raises(BadInput, match="cannot be before: day of the referral"):
        correct_episode(episode=episode, seen=0, decided_on=date(2026, 10, 4), by=lead)
    now = correct_episode(episode=episode, seen=0, decided_on=date(2026, 10, 8), by=lead)
    assert decided(now) == (date(2026, 10, 8), None, date(2026, 10, 8))
    # What was told stands beside an assessment, until it is taken back.
    step = place.step(episode, "assessment", held_on=ASSESSED, columns={"outcome": "services"})
    assert decided(now)[0] == date(2026, 10, 8)
    now.refresh_from_db()
    now = correct_episode(episode=now, seen=now.revision, is_undecided=True, by=lead)
    assert decided(now) == (ASSESSED, step, ASSESSED)
    with pytest.raises(BadInput, match="correct that one"):
        correct_episode(episode=now, seen=now.revision, decided_on=ASSESSED, by=lead)


def test_a_protection_plan_counts_from_its_conference_also_when_that_is_corrected(place: Place):
    lead, need = place.room.lead, place.begin("child_in_need", starts_on=date(2026, 9, 14))
    conference = place.step(need, "initial_conference", held_on=CONFERENCE, columns={"outcome": "plan"})
    plan = place.begin("child_protection", starts_on=date(2026, 10, 7), decided_by=conference)
    assert decided(plan) == (CONFERENCE, conference, CONFERENCE)
    assert waiting(plan) == {"core_group": date(2026, 10, 19), "review_conference": date(2027, 1, 5)}
    conference = corrected(conference, place, held_on=date(2026, 10, 6))
    assert decided(plan)[::2] == (date(2026, 10, 6),) * 2
    assert waiting(plan) == {"core_group": date(2026, 10, 20), "review_conference": date(2027, 1, 6)}
    # Another first day moves nothing: the conference counts.
    plan.refresh_from_db()
    plan = correct_episode(episode=plan, seen=plan.revision, starts_on=date(2026, 10, 8), by=lead)
    assert waiting(plan)["core_group"] == date(2026, 10, 20)
    # It decided on something else after all: no badge, and the plan is there to be put right.
    conference = corrected(conference, place, columns={"outcome": "none"})
    assert decided(plan) == (None, conference, None)
    assert beside(lead, place) == []
    corrected(conference, place, columns={"outcome": "plan"})
    assert decided(plan)[0] == date(2026, 10, 6)
    assert beside(lead, place) == ["cp"]
    # Entered in error, the plan of the conference leaves the other as it is.
    need.refresh_from_db()
    enter_in_error(episode=need, seen=need.revision, reason="Of the sister.", by=lead)
    plan.refresh_from_db()
    correct_episode(episode=plan, seen=plan.revision, columns={"latest_category": "EMO"}, by=lead)
    plan.refresh_from_db()
    correct_episode(episode=plan, seen=plan.revision, starts_on=date(2026, 10, 9), by=lead)
    assert Episode.objects.get(pk=plan.pk).decided_on == date(2026, 10, 6)


def test_a_conference_that_is_recorded_after_its_plan_is_the_one_that_decided(place: Place):
    need, plan = place.begin("child_in_need", starts_on=date(2026, 9, 14)), place.begin(starts_on=CONFERENCE)
    assert decided(plan) == (CONFERENCE, None, CONFERENCE)
    conference = place.step(need, "initial_conference", held_on=CONFERENCE, columns={"outcome": "plan"})
    assert decided(plan)[1] == conference
    assert conference.follows == "done"


def test_what_decided_has_to_have_decided_on_it_and_on_this_child(place: Place):
    need = place.begin("child_in_need", starts_on=date(2026, 9, 14))
    conference = place.step(need, "initial_conference", held_on=CONFERENCE, columns={"outcome": "none"})
    sister = factories.child(place.school, "Skye", by=place.room.office)
    with pytest.raises(BadInput, match="does not begin a plan of this kind"):
        place.begin(decided_by=conference)
    conference = corrected(conference, place, columns={"outcome": "plan"})
    with pytest.raises(BadInput, match="does not begin a plan of this kind"):
        place.begin(child=sister, decided_by=conference)
    with pytest.raises(BadInput, match="leave it empty"):
        place.begin("looked_after", decided_on=CONFERENCE)


def test_a_plan_from_a_conference_takes_the_concern_of_its_plan(place: Place):
    about = factories.concern(place.room, children=[ChildEntry(role="worried_about", child=place.child)])
    need = place.begin("child_in_need", starts_on=date(2026, 9, 14), concern=about)
    conference = place.step(need, "initial_conference", held_on=CONFERENCE, columns={"outcome": "plan"})
    assert place.begin(decided_by=conference).began_with == about


def test_the_form_asks_for_the_day_of_the_final_plan_and_not_for_that_of_the_request(place: Place, client: Client):
    lead = Visitor(client, place.room.lead)
    page = lead.page("record_change", place.child.pk, "?kind=ehcp")
    assert "Day of the final plan" in page
    assert "Final plan: last held on" not in page
    typed = day("decided_on", MADE) | {"authority": "356", "since": "nothing"}
    assert lead.send("record_change", place.child.pk, "begin", "?kind=ehcp", **typed).status_code == 302
    episode = Episode.objects.get()
    assert (episode.starts_on, episode.decided_on) == (MADE, MADE)
    facts = lead.page("episode", episode.pk).split('id="facts"')[1]
    assert "Not known" in facts.split("Day of the final plan")[0]
