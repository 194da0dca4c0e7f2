"""Does the self-check turn red for a plan whose date has passed, and green once none has?"""

from datetime import date

import pytest

from children.services.access import declare_conflict
from safeguarding.checks import State
from safeguarding.plans.services.episodes import end_episode
from tests import factories
from tests.looking import lines, stands

from .conftest import Place

pytestmark = pytest.mark.django_db


def test_children_with_a_plan_whose_next_date_has_passed(place: Place):
    assert stands(place.room.lead, "plan_dates") == (State.GOOD, 0)
    care = place.begin("looked_after", starts_on=date(2026, 6, 3))
    line = lines(place.room.lead)["plan_dates"]
    assert line.state in (State.LOOK, State.FIX)
    assert line.found.number == 1, "one child, however many of its dates have passed"
    plan = place.begin("ehcp", starts_on=date(2025, 3, 4))
    place.step(plan, "final_plan", held_on=date(2025, 7, 21))
    line = lines(place.room.lead)["plan_dates"]
    assert (line.state, line.found.number) == (State.FIX, 1)
    assert "Of 1 the late work is the school’s own." in line.found.says
    parent = factories.member(place.school, "lead", "Pat", "Quill")
    declare_conflict(user=parent, child=place.child, kind="own_child", by=parent)
    assert stands(parent, "plan_dates") == (State.GOOD, 0)
    for episode, reason in ((care, "E8"), (plan, "2")):
        episode.refresh_from_db()
        end_episode(
            episode=episode, seen=episode.revision, ends_on=date(2026, 11, 20), end_reason=reason, by=place.room.lead
        )
    assert stands(place.room.lead, "plan_dates") == (State.GOOD, 0)
