"""Has the practice school the training that its list of staff says, in the school year of the day?"""

from random import Random

import pytest
from django.utils import timezone

from safeguarding.demo import people, source
from safeguarding.demo.days import Days
from safeguarding.demo.ground import Ground
from safeguarding.demo.keys import Keys
from safeguarding.demo.training import lay_training
from safeguarding.training.models import GuidanceRead, TrainingRecord
from safeguarding.training.services.standing import standing
from tests import factories

pytestmark = pytest.mark.django_db


def test_some_of_the_staff_missed_the_update_and_one_has_not_read_the_guidance():
    school, now = factories.school(), timezone.now()
    staff = {one["id"]: one for one in source.staff() if people.role_of(one)}
    users = {key: factories.member(school, people.role_of(one) or "", "Sam", key) for key, one in staff.items()}
    ground = Ground(school.pk, staff, users, {}, {}, Days(timezone.localdate(now)), now)
    lay_training(school, ground, Keys(Random("training")))
    assert {one.school_id for one in TrainingRecord.objects.all()} == {school.pk}
    assert GuidanceRead.objects.exists()
    found = standing(school.pk, timezone.localdate(now))
    assert found.is_set_up
    assert 0 < found.trained < found.staff
    assert 0 < found.guidance_read < found.staff
