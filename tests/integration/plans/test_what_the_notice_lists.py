"""Is each item about plans that the privacy notice lists held, and does it stand on its page (items 13 to 26)?"""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from safeguarding.notice_items import ITEMS
from safeguarding.plans.kinds import EPISODES, STEPS
from safeguarding.plans.models import Step
from tests.integration.plans.conftest import Place
from tests.integration.plans.pages import Visitor

pytestmark = pytest.mark.django_db

HELD_ON = date(2026, 10, 12)
# The kind of episode, the step that holds the item, what is entered, and what its page then says.
HELD: dict[int, tuple[str, str, dict[str, Any], str]] = {
    13: ("child_in_need", "acknowledgement", {}, "12 October 2026"),
    14: ("child_in_need", "assessment", {"factors": ["16A"]}, "factors"),
    15: ("child_in_need", "section_47", {"outcome": "conference"}, "outcome"),
    16: ("child_in_need", "initial_conference", {"outcome": "plan"}, "outcome"),
    17: ("child_protection", "core_group", {}, "12 October 2026"),
    18: ("looked_after", "health_assessment", {}, "12 October 2026"),
    19: ("looked_after", "dental", {"answer": "yes"}, "answer"),
    20: ("looked_after", "sdq", {"score": 16}, "score"),
    21: ("looked_after", "offending", {"answer": "no"}, "answer"),
    22: ("adoption", "adoption_order", {"outcome": "E11"}, "outcome"),
    23: ("adoption", "adoption_decision", {}, "12 October 2026"),
    24: ("care_leaver", "leaver_contact", {"in_touch": "YES", "activity": "F2", "accommodation": "U1"}, "activity"),
    25: (
        "care_leaver",
        "leaver_contact",
        {"in_touch": "YES", "activity": "F2", "accommodation": "U1"},
        "accommodation",
    ),
    26: ("ehcp", "final_plan", {}, "12 October 2026"),
}


def test_every_item_about_plans_is_here():
    assert set(HELD) == set(ITEMS) - {7, 8, 9, 10, 11, 12}
    for item, (episode, step, _, _) in HELD.items():
        assert item in (*EPISODES[episode].notice, *STEPS[step].notice), item


@pytest.mark.parametrize("item", sorted(HELD))
def test_what_the_notice_lists_is_held_and_stands_on_its_page(item: int, client: Client, place: Place):
    kind, of, columns, shown = HELD[item]
    place.name_in_notice("senco")
    by = place.senco if kind == "ehcp" else place.room.lead
    step = place.step(place.begin(kind, by=by), of, by=by, held_on=HELD_ON, columns=columns)
    there = Step.objects.get(pk=step.pk)
    assert there.held_on == HELD_ON
    assert {name: getattr(there, name) for name in columns} == columns
    page = Visitor(client, by).page("plan_step", step.pk)
    words = there.in_words(shown) if shown in columns else shown
    assert words and words in page
