"""Does “What has changed” say in words which date of a plan was changed, and what its codes mean?"""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from safeguarding.keys import uuid7
from safeguarding.plans.services.episodes import correct_episode
from safeguarding.plans.services.steps import correct_step

from .conftest import Place

pytestmark = pytest.mark.django_db


def rows(page: Any) -> list[tuple[str, str, str, str, str]]:
    return [(one.what, one.about, one.field, one.before, one.after) for one in page.context["changes"]]


@pytest.fixture
def changed(place: Place) -> None:
    """The legal status of a placement, and the needs of the child, are put right."""
    care = place.begin("looked_after", columns={"primary_need": "N1"})
    placed = {"legal_status": "V2", "placement": "U6"}
    step = place.step(care, "placement", held_on=date(2026, 10, 5), columns=placed)
    right = {"legal_status": "C1", "placement": "U6"}
    facts = {"seen": step.revision, "token": uuid7(), "reason": "The order was made.", "held_on": date(2026, 10, 5)}
    correct_step(step=step, columns=right, by=place.room.lead, **facts)
    care.refresh_from_db()
    given = {"seen": care.revision, "starts_on": care.starts_on, "words": {}}
    correct_episode(episode=care, columns={"primary_need": "N2"}, by=place.room.lead, **given)


def test_codes_are_said_in_words_of_the_plan_that_they_belong_to(client: Client, place: Place, changed: None):
    client.force_login(place.room.lead)
    found = rows(client.get(reverse("child_changes", args=[place.child.pk])))
    status = "Date of a plan", "Placement and legal status", "Legal status"
    assert (*status, "Accommodated under section 20: single period", "Interim care order") in found
    need = "Plan", "Looked after", "Primary need"
    assert (*need, "Abuse or neglect", "Child’s disability or illness") in found
    # What Harbour counts for itself is no fact of the plan.
    assert not {"Revision", "Told due for"} & {field for _, _, field, _, _ in found}
