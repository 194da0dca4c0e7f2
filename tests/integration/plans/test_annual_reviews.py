"""Is a plan for needs reviewed within its 12 months, decided on once, and amended in time for a move? And a child who
went missing from home.
"""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from children.models import Child
from safeguarding.accounts.models import ConflictAnswer
from safeguarding.accounts.services import change_school
from safeguarding.keys import uuid7
from safeguarding.plans.models import DeadlineRule, Episode, Step
from safeguarding.plans.services.missing import count_missing_days
from safeguarding.plans.services.rules import in_words
from safeguarding.plans.services.steps import correct_step, set_aside_step

from .conftest import Place
from .pages import Visitor, day
from .test_episodes import waiting
from .test_steps import held, of

pytestmark = pytest.mark.django_db
MADE = date(2025, 9, 1)


def corrected(step: Step, place: Place, **facts: Any) -> Step:
    step.refresh_from_db()
    told = {"token": uuid7(), "reason": "The letter says so.", "by": place.room.lead}
    return correct_step(step=step, seen=step.revision, **told, **facts)


def begun(place: Place) -> Episode:
    return place.begin("ehcp", starts_on=date(2025, 4, 1), decided_on=MADE)


def moves(place: Place, year_group: int | None, *after: int) -> None:
    change_school(school=place.school, by=place.room.headteacher, moves_after=list(after))
    Child.objects.filter(pk=place.child.pk).update(year_group=year_group)
    place.child.refresh_from_db()


def test_the_meeting_is_due_four_weeks_before_the_decision_and_that_the_day_before_twelve_months(place: Place):
    plan = begun(place)
    due = waiting(plan)
    assert (due["annual_review"], due["review_decision"]) == (date(2026, 8, 3), date(2026, 8, 31))
    rules = {step.kind: step.rule for step in Step.objects.filter(episode=plan, status="waiting")}
    assert in_words(rules["annual_review"]) == "4 weeks before 12 months are over"
    assert in_words(rules["review_decision"]) == "within 12 months"


def test_one_decision_waits_at_the_earlier_of_both_days(place: Place):
    lead, plan = place.room.lead, begun(place)
    meeting = held(of(plan, "annual_review"), date(2026, 7, 1), lead)
    # Four weeks after the meeting, before the 12 months are over.
    assert (waiting(plan)["review_decision"], waiting(plan)["annual_review"]) == (date(2026, 7, 29), date(2027, 6, 2))
    # Held late, the 12 months count.
    meeting = corrected(meeting, place, held_on=date(2026, 8, 20))
    assert waiting(plan)["review_decision"] == date(2026, 8, 31)
    meeting = corrected(meeting, place, held_on=date(2026, 7, 1))
    assert waiting(plan)["review_decision"] == date(2026, 7, 29)
    assert Step.objects.filter(episode=plan, kind="review_decision", status="waiting").count() == 1
    # Decided, the next counts from the last meeting.
    held(of(plan, "review_decision"), date(2026, 7, 20), lead, outcome="keep")
    assert waiting(plan)["review_decision"] == date(2027, 6, 30)
    decision = Step.objects.get(episode=plan, kind="review_decision", status="held")
    assert decision.due_on == date(2026, 7, 29)
    # It ends the plan: no other waits.
    corrected(decision, place, columns={"outcome": "cease"})
    assert "review_decision" not in waiting(plan)


def test_a_decision_that_somebody_set_aside_stays_so_until_the_next_meeting(place: Place):
    lead, plan = place.room.lead, begun(place)
    step = of(plan, "review_decision")
    set_aside_step(step=step, seen=step.revision, reason="They moved.", by=lead)
    final = Step.objects.get(episode=plan, kind="final_plan")
    corrected(final, place, held_on=date(2025, 9, 2))
    assert "review_decision" not in waiting(plan)
    held(of(plan, "annual_review"), date(2026, 7, 1), lead)
    assert waiting(plan)["review_decision"] == date(2026, 7, 29)


def test_a_plan_is_amended_for_the_move_of_the_year_that_the_school_sets(place: Place, client: Client, clock: Any):
    moves(place, 5, 6)
    plan = begun(place)
    step = of(plan, "phase_transfer")
    assert (step.due_on, step.duty, step.rule.code) == (date(2028, 2, 15), "authority", "D30")
    assert in_words(step.rule) == "15 February, or 31 March after Year 11"
    visitor = Visitor(client, place.room.lead)
    # In the year of the move she says again that she is close to no child there.
    ConflictAnswer.objects.create(user=place.room.lead, school=place.school, year=2027, has_connection=False)
    # It waits from the decision, and is shown from the beginning of the year of the move.
    assert step.title in visitor.page("episode", plan.pk)
    for there, on in ((False, date(2027, 8, 31)), (True, date(2027, 9, 1))):
        clock.move_to(on.isoformat() + "T10:00:00Z")
        visitor = Visitor(client, place.room.lead)
        assert (f"/plans/dates/{step.pk}/" in visitor.page("child_plans", place.child.pk)) == there, on
        assert (f"/plans/dates/{step.pk}/" in client.get(reverse("plans")).content.decode()) == there, on


def test_it_is_counted_again_at_each_review_and_not_asked_for_twice(place: Place):
    lead = place.room.lead
    moves(place, 5, 6)
    plan = begun(place)
    moves(place, 6, 6)
    assert of(plan, "phase_transfer").due_on == date(2028, 2, 15), "it keeps its day until then"
    meeting = held(of(plan, "annual_review"), date(2026, 11, 2), lead)
    step = of(plan, "phase_transfer")
    assert (step.due_on, step.after, step.status) == (date(2027, 2, 15), meeting, "waiting")
    assert Step.objects.filter(episode=plan, kind="phase_transfer").count() == 1
    held(step, date(2026, 11, 20), lead)
    held(of(plan, "annual_review"), date(2026, 11, 23), lead)
    assert "phase_transfer" not in waiting(plan), "the plan was amended for this move"
    # Past the years that move on from here there is none.
    moves(place, 7, 6)
    other = place.begin("ehcp", authority="355", starts_on=MADE, decided_on=MADE)
    assert "phase_transfer" not in waiting(other)


def test_after_year_eleven_the_day_is_the_end_of_march(place: Place):
    moves(place, 11, 11)
    assert waiting(begun(place))["phase_transfer"] == date(2027, 3, 31)


def test_what_is_missing_is_said_and_the_worker_counts_once_it_is_there(place: Place, client: Client):
    plan = begun(place)
    step = of(plan, "phase_transfer")
    assert "The school has not set which year groups move on" in step.missing
    head = Visitor(client, place.room.headteacher)
    Child.objects.filter(pk=place.child.pk).update(year_group=6)
    assert "Year groups that move on" in client.get(reverse("local_times")).content.decode()
    assert head.client.post(reverse("moving_years"), {"years": ["6"]}).status_code == 302
    place.school.refresh_from_db()
    assert place.school.moves_after == [6]
    assert count_missing_days() == 1
    step.refresh_from_db()
    assert (step.due_on, step.missing) == (date(2027, 2, 15), "")
    client.force_login(place.senco)
    assert client.post(reverse("moving_years"), {"years": ["2"]}).status_code == 403


def test_dates_that_wait_by_a_former_rule_keep_their_day(place: Place):
    lead, plan = place.room.lead, begun(place)
    held(of(plan, "annual_review"), date(2026, 7, 1), lead)
    rule = of(plan, "annual_review").rule
    DeadlineRule.objects.filter(pk=rule.pk).update(until_day=date(2026, 10, 31))
    DeadlineRule.objects.create(
        code="D11",
        kinds=["ehcp"],
        after="annual_review",
        step="annual_review",
        amount=6,
        unit="months",
        duty="school",
        from_day=date(2026, 11, 1),
        source="Another Act",
    )
    corrected(
        Step.objects.get(episode=plan, kind="annual_review", status="held"), place, columns={}, held_on=date(2026, 7, 2)
    )
    assert waiting(plan)["annual_review"] == date(2027, 6, 3)
    held(of(plan, "annual_review"), date(2026, 11, 20), lead)
    assert waiting(plan)["annual_review"] == date(2027, 5, 20)


def test_a_child_who_was_missing_from_home_is_offered_an_interview(place: Place, client: Client):
    visitor = Visitor(client, place.room.lead)
    form = visitor.page("record_change", place.child.pk, "?kind=missing_from_home")
    assert "Missing since" in form and "What the authority decided" not in form
    typed = day("starts_on", date(2026, 11, 20)) | day("back_on", date(2026, 11, 21)) | {"authority": "356"}
    assert visitor.send("record_change", place.child.pk, "begin", "?kind=missing_from_home", **typed).status_code == 302
    episode = Episode.objects.get()
    absence = Step.objects.get(episode=episode, kind="missing")
    assert (absence.held_on, absence.held_to) == (date(2026, 11, 20), date(2026, 11, 21))
    assert waiting(episode) == {"return_interview": date(2026, 11, 24)}
    assert not hasattr(episode, "designation"), "no badge"
    # Of one who is still away none is due; once back, it is counted.
    other = place.begin("missing_from_home", authority="355", starts_on=date(2026, 11, 20))
    assert waiting(other) == {}
    away = Step.objects.get(episode=other, kind="missing")
    corrected(away, place, columns={"held_to": date(2026, 11, 23)})
    assert waiting(other) == {"return_interview": date(2026, 11, 26)}
