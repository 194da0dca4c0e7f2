"""Whoever closes a concern hears of the dates that wait in plans that began with it, as far as they see them."""

from datetime import date
from functools import partial
from typing import Any

import pytest

from safeguarding.concerns.services.left_open import left_open
from safeguarding.concerns.services.naming import ChildEntry
from safeguarding.plans.services.steps import book_step
from tests import factories
from tests.factories import SCHOOL_DAY

from .conftest import Place
from .test_steps import of

pytestmark = pytest.mark.django_db


def seen_by(user: Any, model: Any) -> Any:
    return model.objects.visible_to(user)


def test_dates_of_plans_that_began_with_it_are_open(place: Place):
    concern = factories.concern(place.room, children=[ChildEntry("worried_about", place.child)])
    episode = place.begin("child_protection", concern=concern)
    place.begin("looked_after")
    core = of(episode, "core_group")
    book_step(step=core, seen=core.revision, booked_on=date(2026, 12, 3), by=place.room.lead)
    said = left_open(concern, partial(seen_by, place.room.lead), at=SCHOOL_DAY)
    assert said == ["Core group, 3 December", "Review conference, 5 January 2027"]
    # Of plans the pastoral lead sees nothing.
    assert left_open(concern, partial(seen_by, place.room.pastoral), at=SCHOOL_DAY) == []
