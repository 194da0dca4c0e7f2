"""Is what follows from a decision done by one press, until then asked for, and left where there is an appeal?"""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.services.episodes import end_episode, open_again
from safeguarding.plans.services.outcomes import Begins, Ends, carry_out, leave_it
from safeguarding.plans.services.steps import correct_step

from .conftest import STOCKPORT, Place
from .pages import Visitor, day
from .test_badges import beside

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
# Plan, step, outcome; the reason for which the plan ends, what begins, what waits.
ROWS = [
    ("child_in_need", "strategy_discussion", "section_47", None, "", "section_47"),
    ("child_protection", "strategy_discussion", "section_47", None, "", "section_47"),
    ("child_in_need", "assessment", "none", "RC8", "", ""),
    ("child_in_need", "assessment", "early_help", "RC9", "early_help", ""),
    ("child_in_need", "initial_conference", "plan", None, "child_protection", ""),
    ("child_in_need", "initial_conference", "child_in_need", None, "child_in_need_plan", ""),
    ("child_in_need", "initial_conference", "early_help", None, "early_help", ""),
    ("child_protection", "review_conference", "ends", "no_risk", "child_in_need_plan", ""),
    ("child_in_need_plan", "plan_review", "ends", "no_longer", "early_help", ""),
    ("early_help", "plan_review", "ends", "met", "", ""),
    ("ehcp", "assess_decision", "refused", "refused", "", ""),
    ("ehcp", "plan_decision", "refused", "refused", "", ""),
    ("ehcp", "review_decision", "cease", "2", "", ""),
]


def decided(place: Place, plan: str, step: str, outcome: str) -> Step:
    return place.step(place.begin(plan), step, held_on=DAY, columns={"outcome": outcome})


def begins(kind: str) -> Begins | None:
    category = {"category": "NEG", "latest_category": "NEG"} if kind == "child_protection" else {}
    return Begins(DAY, STOCKPORT, category) if kind else None


@pytest.mark.parametrize(("plan", "step", "outcome", "reason", "kind", "waits"), ROWS)
def test_each_row_of_the_table(place: Place, plan: str, step: str, outcome: str, reason: Any, kind: str, waits: str):
    lead, one = place.room.lead, decided(place, plan, step, outcome)
    assert one.follows == "waits"
    form: dict[str, Any] = {"decided": one, "seen": one.revision, "by": lead, "begins": begins(kind)}
    form["ends"] = Ends(DAY, reason) if reason is not None else None
    if reason is not None:
        with pytest.raises(BadInput, match="on which day the plan ended"):
            carry_out(**{**form, "ends": None})
    begun = carry_out(**form)
    assert carry_out(**form) is None, "pressed twice"
    one.refresh_from_db()
    now = Episode.objects.get(pk=one.episode_id)
    assert one.follows == "done"
    assert (now.status, now.end_reason) == (("open", "") if reason is None else ("ended", reason))
    assert (begun.kind if begun else "") == kind
    if begun:
        assert (begun.decided_by, begun.starts_on, begun.authority) == (one, DAY, STOCKPORT)
    assert Step.objects.filter(episode=now, status="waiting", kind=waits or "none").count() == bool(waits)
    assert Episode.objects.count() == 1 + bool(kind)


def test_of_other_outcomes_nothing_follows(place: Place):
    for plan, step, outcome in (
        ("child_protection", "review_conference", "continues"),
        ("child_in_need", "assessment", "services"),
        ("child_in_need", "initial_conference", "none"),
        ("ehcp", "assess_decision", "assess"),
    ):
        one = (
            decided(place, plan, step, outcome)
            if not Episode.objects.filter(kind=plan).exists()
            else place.step(Episode.objects.get(kind=plan), step, held_on=DAY, columns={"outcome": outcome})
        )
        assert one.follows == "", (plan, step, outcome)
        with pytest.raises(OutOfTurn):
            carry_out(decided=one, seen=one.revision, by=place.room.lead)


def test_a_review_that_ends_the_plan_ends_it_with_its_badge_and_steps_down(place: Place):
    one = decided(place, "child_protection", "review_conference", "ends")
    assert beside(place.room.lead, place) == ["cp"]
    with pytest.raises(ChangedSince):
        carry_out(decided=one, seen=one.revision + 1, by=place.room.lead, ends=Ends(DAY, "no_risk"))
    with pytest.raises(NotAllowed):
        carry_out(decided=one, seen=one.revision, by=place.room.headteacher, ends=Ends(DAY, "no_risk"))
    carry_out(
        decided=one,
        seen=one.revision,
        by=place.room.lead,
        ends=Ends(DAY, "no_risk"),
        begins=begins("child_in_need_plan"),
    )
    assert beside(place.room.lead, place) == ["cin"]
    assert not Step.objects.filter(episode=one.episode, status="waiting").exists()


def test_what_somebody_did_by_hand_is_not_asked_for_again(place: Place):
    lead = place.room.lead
    one = decided(place, "early_help", "plan_review", "ends")
    plan = Episode.objects.get(pk=one.episode_id)
    end_episode(episode=plan, seen=plan.revision, ends_on=DAY, end_reason="met", by=lead)
    one.refresh_from_db()
    assert one.follows == "done"
    strategy = decided(place, "child_in_need", "strategy_discussion", "section_47")
    place.step(strategy.episode, "section_47", held_on=date(2026, 11, 23), columns={"outcome": "conference"})
    strategy.refresh_from_db()
    assert strategy.follows == "done"
    conference = place.step(
        strategy.episode, "initial_conference", held_on=date(2026, 11, 24), columns={"outcome": "child_in_need"}
    )
    place.begin("child_in_need_plan", starts_on=date(2026, 11, 24))
    conference.refresh_from_db()
    assert conference.follows == "done"


def test_an_outcome_that_is_corrected_asks_for_what_follows_from_it_now(place: Place):
    lead, one = place.room.lead, decided(place, "child_protection", "review_conference", "continues")

    def said(outcome: str) -> str:
        one.refresh_from_db()
        now = correct_step(
            step=one, seen=one.revision, token=uuid7(), reason="Minutes.", columns={"outcome": outcome}, by=lead
        )
        return now.follows

    assert said("ends") == "waits"
    assert said("changed") == ""
    assert said("ends") == "waits"
    one.refresh_from_db()
    carry_out(decided=one, seen=one.revision, by=lead, ends=Ends(DAY, "no_risk"), begins=begins("child_in_need_plan"))
    # Taken back: the plan is opened again by hand, and nothing asks twice for the one that began.
    plan = Episode.objects.get(pk=one.episode_id)
    open_again(episode=plan, seen=plan.revision, by=lead)
    assert said("changed") == ""


def test_while_there_is_an_appeal_the_plan_stays_open(place: Place, client: Client):
    lead, one = place.room.lead, decided(place, "ehcp", "assess_decision", "refused")
    leave_it(decided=one, seen=one.revision, is_appeal=True, by=lead)
    one.refresh_from_db()
    assert (one.follows, one.episode.status) == ("appeal", "open")
    visitor = Visitor(client, lead)
    assert "Say what follows" not in visitor.page("child_plans", place.child.pk)
    page = visitor.page("plan_step", one.pk)
    assert "There is an appeal: the plan stays open" in page
    # It was decided against the parents: now it ends.
    carry_out(decided=one, seen=one.revision, by=lead, ends=Ends(DAY, "refused"))
    assert Episode.objects.get().status == "ended"
    other = decided(place, "child_in_need", "assessment", "none")
    with pytest.raises(BadInput, match="there is no appeal"):
        leave_it(decided=other, seen=other.revision, is_appeal=True, by=lead)
    leave_it(decided=other, seen=other.revision, is_appeal=False, by=lead)
    other.refresh_from_db()
    assert (other.follows, other.episode.status) == ("not", "open")


@pytest.mark.parametrize(
    ("reason", "left_by"), [("E41", "P3"), *((f"E{n}", "P2") for n in (45, 46, 47, 48)), ("E4A", "")]
)
def test_who_left_care_by_an_order_was_looked_after_before(place: Place, client: Client, reason: str, left_by: str):
    place.name_in_notice("designated_teacher")
    care = place.begin("looked_after", by=place.designated)
    ended = end_episode(episode=care, seen=care.revision, ends_on=DAY, end_reason=reason, by=place.designated)
    assert ended.follows == ("waits" if left_by else "")
    visitor = Visitor(client, place.designated)
    assert ("Say what follows" in visitor.page("child_plans", place.child.pk)) == bool(left_by)
    home = client.get(reverse("staff_home")).content.decode()
    assert ("Say what follows" in home) == bool(left_by)
    if not left_by:
        assert 'value="follow"' not in visitor.page("episode", care.pk)
        return
    answer = visitor.send("episode", care.pk, "follow", **day("begins_on", DAY))
    begun = Episode.objects.get(kind="previously_looked_after")
    assert answer.headers["Location"] == reverse("episode", args=[begun.pk])
    assert (begun.eligibility, begun.starts_on) == (left_by, DAY)
    assert beside(place.room.lead, place) == ["plac"]
    assert "Say what follows" not in visitor.page("child_plans", place.child.pk)
    assert "Say what follows" not in client.get(reverse("staff_home")).content.decode()


def test_the_page_has_it_filled_in_and_today_asks_until_then(place: Place, client: Client):
    one = decided(place, "child_protection", "review_conference", "ends")
    visitor = Visitor(client, place.room.lead)
    page = visitor.page("plan_step", one.pk)
    for words in ("What follows", "The plan ends", "End this plan", "Child in need plan: begin it as well", "checked"):
        assert words in page, words
    assert "Say what follows" in visitor.page("episode", one.episode_id)
    assert "Say what follows" in client.get(reverse("today")).content.decode()
    # The Headteacher reads, and is asked for nothing.
    head = Visitor(client, place.room.headteacher)
    assert 'value="follow"' not in head.page("plan_step", one.pk)
    assert "Say what follows" not in client.get(reverse("today")).content.decode()
    visitor = Visitor(client, place.room.lead)
    wrong = visitor.send("plan_step", one.pk, "follow", **day("ends_on", DAY), end_reason="")
    assert wrong.status_code == 422
    assert "Choose why it ended" in wrong.content.decode()
    typed = day("ends_on", DAY) | {"end_reason": "no_risk", "also": "on"} | day("begins_on", DAY)
    answer = visitor.send("plan_step", one.pk, "follow", **typed)
    begun = Episode.objects.get(kind="child_in_need_plan")
    assert answer.headers["Location"] == reverse("episode", args=[begun.pk])
    assert Episode.objects.get(pk=one.episode_id).end_reason == "no_risk"
    assert "Say what follows" not in client.get(reverse("today")).content.decode()


def test_a_conference_begins_the_plan_by_one_press_once_its_category_is_chosen(place: Place, client: Client):
    one = decided(place, "child_in_need", "initial_conference", "plan")
    visitor = Visitor(client, place.room.lead)
    typed = day("begins_on", DAY)
    assert "Category of abuse: choose one" in visitor.send("plan_step", one.pk, "follow", **typed).content.decode()
    assert visitor.send("plan_step", one.pk, "follow", **typed, category="EMO").status_code == 302
    plan = Episode.objects.get(kind="child_protection")
    assert (plan.category, plan.latest_category, plan.decided_by, plan.known_by) == ("EMO", "EMO", one, "meeting")
    # Any other form of a plan that the decision begins is filled in too.
    other = place.step(one.episode, "initial_conference", held_on=date(2026, 11, 23), columns={"outcome": "early_help"})
    query = f"?kind=early_help&after={other.pk}"
    assert "Filled in from the decision" in visitor.page("record_change", place.child.pk, query)
    assert "Filled in" not in visitor.page(
        "record_change", place.child.pk, f"?kind=child_in_need_plan&after={other.pk}"
    )
