"""Does no initial conference begin to wait for a child who has a child protection plan, whoever is at work?"""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from safeguarding.concerns.models import ConcernSubject
from safeguarding.concerns.services import access as concern_access
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.services.episodes import (
    correct_episode,
    end_episode,
    enter_in_error,
    open_again,
    put_back,
)
from tests import factories

from .conftest import Place
from .met import as_web
from .pages import Visitor, day
from .test_episodes import waiting

pytestmark = pytest.mark.django_db
AGREED, DUE = date(2026, 11, 18), date(2026, 12, 9)
CONFERENCE = "initial_conference"


def agreed(place: Place, plan: Episode, *, by: Any = None, on: date = AGREED) -> Step:
    """A strategy discussion after which a section 47 enquiry begins."""
    return place.step(plan, "strategy_discussion", held_on=on, columns={"outcome": "section_47"}, by=by)


def test_without_one_the_conference_is_due_after_fifteen_working_days(place: Place):
    need = place.begin("child_in_need")
    agreed(place, need)
    assert waiting(need)[CONFERENCE] == DUE


def test_while_a_protection_plan_is_open_none_waits(place: Place, client: Client):
    protection, need = place.begin("child_protection"), place.begin("child_in_need")
    lead = Visitor(client, place.room.lead)
    form = lead.form("episode", need.pk, "add_step", "?add=strategy_discussion")
    address = reverse("episode", args=[need.pk]) + "?add=strategy_discussion"
    assert client.post(address, form | day("held_on", AGREED) | {"outcome": "section_47"}).status_code == 302
    assert CONFERENCE not in waiting(need)
    step = Step.objects.get(episode=need, kind="strategy_discussion")
    # What follows is the enquiry, and no conference with it.
    assert lead.send("plan_step", step.pk, "follow").status_code == 302
    assert "section_47" in waiting(need) and CONFERENCE not in waiting(need)
    # Her next meeting is one of the plan.
    status = client.get(reverse("plans") + "?status=child_protection").content.decode()
    assert "Initial child protection conference" not in status and "Review conference" in status
    assert set(waiting(protection)) == {"core_group", "review_conference"}


def test_one_that_began_with_the_conference_or_had_ended_before_changes_nothing(place: Place):
    need = place.begin("child_in_need")
    step = agreed(place, need)
    conference = Step.objects.get(episode=need, kind=CONFERENCE)
    # The plan began after the discussion: its day still says by when the conference was due.
    place.begin("child_protection", starts_on=date(2026, 11, 20))
    conference.refresh_from_db()
    assert (conference.status, conference.due_on, conference.after) == ("waiting", DUE, step)
    other = place.begin("child_in_need", authority="355")
    gone = place.begin("child_protection", authority="355", starts_on=date(2026, 9, 1))
    end_episode(episode=gone, seen=gone.revision, ends_on=date(2026, 11, 2), end_reason="no_risk", by=place.room.lead)
    agreed(place, other, on=date(2026, 11, 3))
    assert waiting(other)[CONFERENCE] == date(2026, 11, 24)


def test_it_is_counted_again_where_the_protection_plan_is_told_late_or_was_none(place: Place):
    lead, need = place.room.lead, place.begin("child_in_need")
    agreed(place, need)
    assert CONFERENCE in waiting(need)
    # Told late: it was there already.
    protection = place.begin("child_protection", starts_on=date(2026, 10, 5))
    assert CONFERENCE not in waiting(need)
    wrong = enter_in_error(episode=protection, seen=protection.revision, reason="Her cousin’s.", by=lead)
    assert waiting(need)[CONFERENCE] == DUE
    back = put_back(episode=wrong, by=lead)
    assert CONFERENCE not in waiting(need)
    ended = end_episode(episode=back, seen=back.revision, ends_on=date(2026, 11, 17), end_reason="no_risk", by=lead)
    assert waiting(need)[CONFERENCE] == DUE
    again = open_again(episode=ended, seen=ended.revision, by=lead)
    assert CONFERENCE not in waiting(need)
    correct_episode(episode=again, seen=again.revision, starts_on=date(2026, 11, 20), by=lead)
    assert waiting(need)[CONFERENCE] == DUE
    assert Step.objects.filter(episode=need, kind=CONFERENCE).count() == 1


def test_one_told_before_the_enquiry_and_entered_in_error_lets_it_wait_for_the_first_time(place: Place):
    protection, need = place.begin("child_protection"), place.begin("child_in_need")
    agreed(place, need)
    assert not Step.objects.filter(episode=need, kind=CONFERENCE).exists()
    enter_in_error(episode=protection, seen=protection.revision, reason="Her cousin’s.", by=place.room.lead)
    assert waiting(need)[CONFERENCE] == DUE


@pytest.mark.parametrize("who", ["lead", "deputy"])
def test_one_that_is_hidden_from_somebody_counts_for_nobody(place: Place, who: str):
    """The deputy, whom the concern is about, learns nothing from what waits; the lead finds the same."""
    concern = factories.concern(place.room, children=[ChildEntry(role="worried_about", child=place.child)])
    place.begin("child_protection", concern=concern)
    ConcernSubject.objects.create(
        concern=concern, school=place.school, user=place.room.deputy, named_by=place.room.headteacher
    )
    person = getattr(place.room, who)
    need = place.begin("child_in_need", by=person)
    with as_web(place, person):
        agreed(place, need, by=person)
    assert waiting(need)[CONFERENCE] == DUE


@pytest.mark.parametrize("who", ["lead", "deputy"])
def test_a_restricted_one_counts_for_all_who_see_its_badge(place: Place, who: str):
    concern = factories.concern(place.room, children=[ChildEntry(role="worried_about", child=place.child)])
    place.begin("child_protection", concern=concern)
    concern_access.restrict_concern(concern=concern, by=place.room.lead)
    person = getattr(place.room, who)
    need = place.begin("child_in_need", by=person)
    with as_web(place, person):
        agreed(place, need, by=person)
    assert CONFERENCE not in waiting(need)
