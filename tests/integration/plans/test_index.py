"""Does the index of chronologies know all that the rules of plans ask, so that what it shows is what they show?"""

import pytest
from django.db.models import Value
from django.db.models.fields import UUIDField

from safeguarding.audit.protection import condition
from safeguarding.chronicling import Placed
from safeguarding.concerns.models import Chronicled
from safeguarding.concerns.permissions.chronicle import rows_seen
from safeguarding.keys import uuid7

pytestmark = pytest.mark.django_db
PLACED = (
    Placed("plans.episode", "now()", child="n.child_id", readers="n.area", origin="n.id"),
    Placed("plans.step", "now()", child="n.child_id", readers="n.area", origin="n.episode_id"),
)


@pytest.mark.parametrize("placed", PLACED, ids=lambda one: one.model)
def test_an_entry_of_a_plan_is_asked_for_by_its_area_its_child_and_its_episode(placed: Placed):
    text, _ = condition(Chronicled, rows_seen(placed, Value(uuid7(), UUIDField())))
    for column in ("readers", "child_id", "school_id", "origin"):
        assert f'"concerns_chronicled"."{column}"' in text, column
