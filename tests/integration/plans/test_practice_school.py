"""Is what the practice school has planned booked until its day, and held from then on?"""

from datetime import date, datetime, time
from random import Random

import pytest
import time_machine

from safeguarding.accounts.calendar import LONDON
from safeguarding.demo import source
from safeguarding.demo.days import Days
from safeguarding.demo.ground import Ground
from safeguarding.demo.keys import Keys
from safeguarding.demo.plans import lay_plans
from safeguarding.plans.models import Step
from tests import factories
from tests.unit.plans.test_statutory import CHILDREN

from .conftest import Place

pytestmark = pytest.mark.django_db


def test_what_is_planned_is_booked_until_its_day_and_held_from_then_on(place: Place, monkeypatch: pytest.MonkeyPatch):
    entry = CHILDREN["P0314"]
    monkeypatch.setattr(source, "plans", lambda: [entry])
    users = dict.fromkeys(("S01", "S02"), place.room.headteacher) | {"S02": place.room.lead}
    for day, status in ((date(2026, 12, 3), "held"), (date(2026, 12, 2), "waiting")):
        child = factories.child(place.school, by=place.room.office, details={"date_of_birth": date(2022, 8, 30)})
        now = datetime.combine(day, time(16), LONDON)
        ground = Ground(place.school.pk, {}, users, {"P0314": child.pk}, {}, Days(day), now)
        with time_machine.travel(now, tick=False):
            lay_plans(place.school, ground, Keys(Random(day.day)))
        planned = Step.objects.filter(child=child, kind="core_group").order_by("written_at", "pk").last()
        assert (planned.status, planned.held_on or planned.booked_on) == (status, date(2026, 12, 3))
        review = Step.objects.get(child=child, kind="review_conference")
        assert (review.status, review.booked_on) == ("waiting", date(2026, 12, 4))
