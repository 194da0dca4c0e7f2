"""Does the process that is signed in as `worker` see the dates that it tells of, and nothing of the words in them?"""

from datetime import date

import pytest

from safeguarding.accounts.models import Notice
from safeguarding.audit.context import system_task
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.services.reminders import tell_of_dates
from tests.integration.test_done_by_the_worker import signed_in
from tests.postgres import Databases

from .conftest import Place
from .test_reminders import at

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_worker_tells_once_and_reads_no_plan(place: Place, databases: Databases):
    place.begin("child_protection", starts_on=date(2026, 10, 5))
    with signed_in("worker", databases):
        assert tell_of_dates(at=at(date(2026, 11, 24))) > 0
        assert tell_of_dates(at=at(date(2026, 11, 24), 10)) == 0
        with system_task("plan dates"):
            assert Step.objects.exists()
            assert not Episode.objects.exists()
    assert {notice.kind for notice in Notice.objects.filter(object_type="plan_step")} == {"date_late"}
