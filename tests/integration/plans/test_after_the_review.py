"""Does nobody chase a decision on an annual review that the school has not held yet?"""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from safeguarding.plans.models import Episode, Step
from safeguarding.plans.services import work
from safeguarding.plans.services.reminders import tell_of_dates
from safeguarding.plans.services.standing import standing
from safeguarding.plans.services.steps import set_aside_step, take_back_step

from .conftest import Place
from .pages import Visitor
from .test_annual_reviews import begun, corrected
from .test_episodes import waiting
from .test_steps import held

pytestmark = pytest.mark.django_db
WAITS = "Waits for the review meeting"


def one(plan: Episode, kind: str) -> Step:
    """The one that waits."""
    return Step.objects.get(episode=plan, kind=kind, status="waiting")


def stands(step: Step) -> tuple[str, int]:
    step.refresh_from_db()
    found = standing(step, today=timezone.localdate())
    return found.words, found.days_late


def late(place: Place) -> set[str]:
    return set(work.late(Step.objects.all(), place.school.pk).values_list("kind", flat=True))


def test_the_decision_waits_for_the_meeting_and_is_late_only_after_it(place: Place):
    lead, plan = place.room.lead, begun(place)
    assert (waiting(plan)["annual_review"], waiting(plan)["review_decision"]) == (date(2026, 8, 3), date(2026, 8, 31))
    decision = one(plan, "review_decision")
    # Both days have passed; what is late is our meeting.
    assert stands(decision) == (WAITS, 0)
    assert decision.late_after is None
    assert late(place) == {"annual_review"}
    # Held late: it was due before the 12 months were over, and others are to be chased.
    meeting = held(one(plan, "annual_review"), date(2026, 8, 20), lead)
    decision = one(plan, "review_decision")
    assert decision.due_on == date(2026, 8, 31)
    assert stands(decision) == ("85 days late: chase", 85)
    assert late(place) == {"review_decision", "review_report"}
    # No meeting of this plan after all: nobody is late with a decision on it.
    corrected(meeting, place, held_on=date(2025, 8, 20))
    assert late(place) == {"annual_review"}
    assert stands(one(plan, "review_decision")) == (WAITS, 0)
    corrected(meeting, place, held_on=date(2026, 11, 2))
    assert stands(one(plan, "review_decision"))[1] == 85
    # Decided, the next one waits for the next meeting.
    held(one(plan, "review_decision"), date(2026, 11, 20), lead, outcome="keep")
    following = one(plan, "review_decision")
    assert (following.due_on, stands(following)) == (date(2027, 11, 1), (WAITS, 0))
    held(one(plan, "annual_review"), date(2026, 11, 23), lead)
    following = one(plan, "review_decision")
    assert (following.due_on, stands(following)) == (date(2026, 12, 21), ("Waiting", 0))


def test_one_that_was_set_aside_waits_again_as_things_stand_then(place: Place):
    lead, plan = place.room.lead, begun(place)
    step = one(plan, "review_decision")
    aside = set_aside_step(step=step, seen=step.revision, reason="They moved.", by=lead)
    held(one(plan, "annual_review"), date(2026, 8, 20), lead)
    aside.refresh_from_db()
    assert aside.status == "set_aside"
    back = take_back_step(step=aside, seen=aside.revision, by=lead)
    assert stands(back) == ("85 days late: chase", 85)


def test_lists_and_counts_say_so(place: Place, client: Client):
    plan = begun(place)
    place.name_in_notice("senco")
    decision, meeting = one(plan, "review_decision"), one(plan, "annual_review")
    senco = Visitor(client, place.senco)
    for page in (senco.page("child_plans", place.child.pk), senco.page("episode", plan.pk)):
        assert page.count(WAITS) == 1 and ": chase" not in page
    assert WAITS in senco.page("plan_step", decision.pk)
    listed = client.get(reverse("plans")).content.decode()
    assert listed.count(WAITS) == 1 and ": chase" not in listed
    narrowed = client.get(reverse("plans") + "?late=on").content.decode()
    assert str(meeting.pk) in narrowed and str(decision.pk) not in narrowed
    Visitor(client, place.room.lead)
    today = client.get(reverse("today")).content.decode()
    assert str(meeting.pk) in today and str(decision.pk) not in today


def test_nobody_is_reminded_of_it_before_the_meeting(place: Place, clock: Any):
    plan = place.begin("ehcp", starts_on=date(2025, 4, 1), decided_on=date(2025, 12, 1))
    assert one(plan, "review_decision").due_on == date(2026, 11, 30)
    clock.move_to("2026-11-27T10:00:00Z")
    tell_of_dates()
    assert one(plan, "review_decision").told_on is None
    assert one(plan, "annual_review").told_late_for == date(2026, 11, 2)
    held(one(plan, "annual_review"), date(2026, 11, 10), place.room.lead)
    tell_of_dates()
    assert one(plan, "review_decision").told_on == date(2026, 11, 27)


def test_once_the_meeting_is_recorded_it_is_chased_as_before(place: Place, client: Client):
    plan = begun(place)
    held(one(plan, "annual_review"), date(2026, 8, 20), place.room.lead)
    decision = one(plan, "review_decision")
    Visitor(client, place.room.lead)
    assert str(decision.pk) in client.get(reverse("today")).content.decode()
    assert "85 days late: chase" in client.get(reverse("plans")).content.decode()
