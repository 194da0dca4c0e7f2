"""Is what is out of its order asked about once, saved when the button is pressed again, and never counted?"""

import html
import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from safeguarding.keys import uuid7
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.services.episodes import correct_episode, end_episode, open_again
from safeguarding.plans.services.standing import standing
from safeguarding.plans.services.steps import correct_step, hold_step
from tests.factories import SCHOOL_DAY

from .conftest import Place
from .pages import Visitor, day
from .test_episodes import waiting
from .test_steps import of

pytestmark = pytest.mark.django_db
BEGAN, BEFORE = date(2026, 11, 16), date(2026, 11, 13)
_POINTED = re.compile(r'name="pointed" value="([^"]+)"')


@pytest.fixture
def lead(place: Place, client: Client) -> Visitor:
    return Visitor(client, place.room.lead)


def sent(lead: Visitor, name: str, key: Any, deed: str, query: str = "", /, **typed: Any) -> tuple[str, Any]:
    """Send a form that is asked about: the page with the question, and what pressing again answers."""
    form = lead.form(name, key, deed, query) | typed
    address = reverse(name, args=[key]) + query
    asked = lead.client.post(address, form)
    assert asked.status_code == 422, asked.status_code
    page = html.unescape(asked.content.decode())
    again = lead.client.post(address, form | {"pointed": _POINTED.findall(page)})
    assert again.status_code == 302, again.content.decode()
    return page, again


def corrected(step: Step, place: Place, **facts: Any) -> Step:
    step.refresh_from_db()
    told = {"token": uuid7(), "reason": "The minutes say so.", "by": place.room.lead}
    return correct_step(step=step, seen=step.revision, **told, **facts)


def stands(step: Step) -> str:
    return standing(step, today=SCHOOL_DAY.date()).words


def test_a_review_before_its_plan_is_asked_about_and_answers_no_date(lead: Visitor, place: Place):
    plan = place.begin("child_protection", starts_on=BEGAN)
    due = waiting(plan)
    review = of(plan, "review_conference")
    typed = day("held_on", BEFORE) | {"outcome": "continues"}
    page, _ = sent(lead, "plan_step", review.pk, "hold", **typed)
    assert "13 November 2026 is before the plan, which is from 16 November 2026" in page
    [held] = Step.objects.filter(episode=plan, status="held")
    assert (held.not_counted, held.due_on, held.rule, held.number, stands(held)) == (
        "before",
        None,
        None,
        None,
        "Not counted",
    )
    assert waiting(plan) == due, "the date still waits, and none follows"
    for name, key in (("child_plans", place.child.pk), ("episode", plan.pk), ("plan_step", held.pk)):
        assert "Not counted" in lead.page(name, key), name
    # The next is the first that counts.
    now = hold_step(
        step=review,
        seen=review.revision,
        held_on=date(2026, 11, 20),
        columns={"outcome": "continues"},
        by=place.room.lead,
    )
    assert (now.number, waiting(plan)["review_conference"]) == (1, date(2027, 5, 20))


@pytest.mark.parametrize(
    ("plan", "kind"),
    [("child_protection", "core_group"), ("child_in_need_plan", "plan_review"), ("looked_after", "care_review")],
)
def test_other_meetings_before_their_plan_are_not_counted_either(lead: Visitor, place: Place, plan: str, kind: str):
    episode = place.begin(plan, starts_on=BEGAN)
    due = waiting(episode)
    page, _ = sent(lead, "episode", episode.pk, "add_step", f"?add={kind}", **day("held_on", BEFORE))
    assert "It is not counted then" in page
    assert Step.objects.get(episode=episode, status="held").not_counted == "before"
    assert waiting(episode) == due


def test_corrected_into_and_out_of_its_order_the_date_waits_and_is_answered_again(lead: Visitor, place: Place):
    plan = place.begin("child_protection", starts_on=BEGAN)
    due = waiting(plan)
    review = hold_step(
        step=of(plan, "review_conference"),
        seen=0,
        held_on=date(2026, 11, 20),
        columns={"outcome": "continues"},
        by=place.room.lead,
    )
    assert waiting(plan) == due | {"review_conference": date(2027, 5, 20)}
    wrong = {**day("held_on", BEFORE), "outcome": "continues", "reason": "The minutes say so."}
    page, _ = sent(lead, "plan_step", review.pk, "correct", **wrong)
    assert "the date still waits" in page
    review.refresh_from_db()
    assert (review.not_counted, review.due_on, review.number) == ("before", None, None)
    assert waiting(plan) == due
    back = corrected(review, place, held_on=date(2026, 11, 23))
    assert (back.not_counted, back.due_on, back.number) == ("", due["review_conference"], 1)
    assert waiting(plan) == due | {"review_conference": date(2027, 5, 23)}
    # The same where the plan has ended meanwhile, once it is open again.
    plan.refresh_from_db()
    ended = end_episode(
        episode=plan, seen=plan.revision, ends_on=date(2026, 11, 23), end_reason="moved", by=place.room.lead
    )
    corrected(review, place, held_on=BEFORE)
    assert waiting(plan) == {}
    open_again(episode=ended, seen=ended.revision, by=place.room.lead)
    assert waiting(plan) == due


def test_another_first_day_says_anew_what_is_counted(lead: Visitor, place: Place):
    plan = place.begin("child_protection", starts_on=date(2026, 10, 5))
    group = hold_step(step=of(plan, "core_group"), seen=0, held_on=date(2026, 10, 16), by=place.room.lead)
    typed = day("starts_on", date(2026, 10, 19)) | day("decided_on", date(2026, 10, 19))
    page, _ = sent(lead, "episode", plan.pk, "correct", **typed, category="NEG", latest_category="NEG")
    assert "Core group of 16 October 2026 is before that day" in page
    group.refresh_from_db()
    assert group.not_counted == "before"
    assert waiting(plan)["core_group"] == date(2026, 11, 2)
    plan.refresh_from_db()
    correct_episode(
        episode=plan, seen=plan.revision, starts_on=date(2026, 10, 5), decided_on=date(2026, 10, 5), by=place.room.lead
    )
    group.refresh_from_db()
    assert (group.not_counted, group.due_on) == ("", date(2026, 10, 19))
    assert "core_group" not in waiting(plan)


def test_a_plan_of_another_day_than_its_conference_is_asked_about_and_counts_from_the_conference(
    lead: Visitor, place: Place
):
    need = place.begin("child_in_need", starts_on=date(2026, 10, 5))
    conference = place.step(need, "initial_conference", held_on=BEGAN, columns={"outcome": "plan"})
    typed = day("starts_on", date(2026, 11, 18)) | {"authority": "356", "since": "nothing"}
    typed |= {"category": "NEG", "latest_category": "NEG"}
    query = f"?kind=child_protection&after={conference.pk}"
    page, _ = sent(lead, "record_change", place.child.pk, "begin", query, **typed)
    assert "First day is 18 November 2026, and the conference was on 16 November 2026" in page
    plan = Episode.objects.get(kind="child_protection")
    assert (plan.starts_on, plan.decided_on) == (date(2026, 11, 18), BEGAN)
    assert waiting(plan)["core_group"] == date(2026, 11, 30)
    # By one press the same is asked.
    other = place.step(need, "initial_conference", held_on=date(2026, 11, 23), columns={"outcome": "plan"})
    other.refresh_from_db()
    end_episode(episode=plan, seen=plan.revision, ends_on=date(2026, 11, 23), end_reason="moved", by=place.room.lead)
    page, _ = sent(lead, "plan_step", other.pk, "follow", **day("begins_on", date(2026, 11, 24)), category="NEG")
    assert "Its dates are counted from the conference" in page


def test_an_enquiry_after_the_conference_is_asked_about_whichever_is_told_last(lead: Visitor, place: Place):
    need = place.begin("child_in_need", starts_on=date(2026, 10, 5))
    place.step(need, "strategy_discussion", held_on=date(2026, 10, 6), columns={"outcome": "section_47"})
    place.step(need, "initial_conference", held_on=date(2026, 10, 20), columns={"outcome": "none"})
    late = day("held_on", date(2026, 10, 22)) | {"outcome": "conference"}
    page, _ = sent(lead, "episode", need.pk, "add_step", "?add=section_47", **late)
    assert "22 October 2026 is after the conference of 20 October 2026" in page
    enquiry = Step.objects.get(kind="section_47", status="held")
    assert (enquiry.not_counted, stands(enquiry)) == ("after", "Not counted")
    # A strategy discussion since then begins a new one.
    place.step(need, "strategy_discussion", held_on=date(2026, 10, 21), columns={"outcome": "section_47"})
    enquiry.refresh_from_db()
    assert enquiry.not_counted == ""
    conference = day("held_on", date(2026, 10, 21)) | {"outcome": "none"}
    other = place.begin("child_in_need", authority="355", starts_on=date(2026, 10, 5))
    place.step(other, "section_47", held_on=date(2026, 10, 22), columns={"outcome": "conference"})
    page, _ = sent(lead, "episode", other.pk, "add_step", "?add=initial_conference", **conference)
    assert "The section 47 enquiry of 22 October 2026 is after this conference" in page
    assert Step.objects.get(episode=other, kind="section_47").not_counted == "after"


@pytest.mark.parametrize("reason", ["RC8", "RC9"])
def test_a_closure_after_an_assessment_is_asked_about_where_none_is_recorded_or_a_plan_is_open(
    lead: Visitor, place: Place, reason: str
):
    need = place.begin("child_in_need", starts_on=date(2026, 10, 5))
    typed = day("ends_on", BEGAN) | {"end_reason": reason}
    page, _ = sent(lead, "episode", need.pk, "end", **typed)
    assert "No assessment is recorded in this plan" in page
    need.refresh_from_db()
    assert (need.status, need.end_reason) == ("ended", reason)
    other = place.begin("child_in_need", authority="355", starts_on=date(2026, 10, 5))
    place.step(other, "assessment", held_on=date(2026, 10, 20), columns={"outcome": "none"})
    place.begin("child_protection", starts_on=BEGAN)
    page, _ = sent(lead, "episode", other.pk, "end", **typed)
    assert "A child protection plan is open for this child" in page
    # Any other reason is asked about nothing.
    third = place.begin("child_in_need", authority="357", starts_on=date(2026, 10, 5))
    assert lead.send("episode", third.pk, "end", **day("ends_on", BEGAN), end_reason="RC7").status_code == 302


def test_a_care_leaver_of_ten_is_asked_about(lead: Visitor, place: Place):
    typed = day("starts_on", BEGAN) | {"authority": "356", "eligibility": "relevant", "since": "nothing"}
    page, _ = sent(lead, "record_change", place.child.pk, "begin", "?kind=care_leaver", **typed)
    assert "On 16 November 2026 the child is 10. A care leaver is 16 or older" in page
    assert Episode.objects.get().kind == "care_leaver"


def test_another_day_is_asked_about_again(lead: Visitor, place: Place):
    plan = place.begin("child_protection", starts_on=BEGAN)
    group = of(plan, "core_group")
    form = lead.form("plan_step", group.pk, "hold") | day("held_on", BEFORE)
    address = reverse("plan_step", args=[group.pk])
    answered = _POINTED.findall(lead.client.post(address, form).content.decode())
    other = form | day("held_on", date(2026, 11, 12)) | {"pointed": answered}
    assert lead.client.post(address, other).status_code == 422
    assert (
        lead.client.post(address, form | day("held_on", date(2026, 11, 20)) | {"pointed": answered}).status_code == 302
    )
    assert Step.objects.get(pk=group.pk).status == "held"


def test_the_same_form_twice_is_one_step_that_is_not_counted(place: Place):
    plan = place.begin("child_protection", starts_on=BEGAN)
    group = of(plan, "core_group")
    made = [hold_step(step=group, seen=group.revision, held_on=BEFORE, by=place.room.lead) for _ in range(2)]
    assert made[0] == made[1] != group
    assert Step.objects.filter(episode=plan, kind="core_group").count() == 2
