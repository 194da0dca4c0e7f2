"""Does the process that is signed in as `worker` tell that nobody has confirmed, and see nothing of what was shared?"""

from datetime import datetime

import pytest
from django.utils import timezone

from safeguarding.accounts.models import Notice
from safeguarding.audit.context import system_task
from sharing.events.models import SharedItem, SharingEvent, SharingStep
from sharing.events.services.reminding import tell_of_receipts
from tests.integration.sharing.conftest import Place
from tests.integration.sharing.deciding import sent
from tests.integration.test_done_by_the_worker import signed_in
from tests.postgres import Databases

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_worker_tells_once_and_reads_no_record(place: Place, databases: Databases):
    day = sent(place).follow_up_on
    assert day is not None
    at = timezone.make_aware(datetime(day.year, day.month, day.day, 9))
    with signed_in("worker", databases):
        assert tell_of_receipts(at=at) == 1
        assert tell_of_receipts(at=at) == 0
        with system_task("receipts of sharing"):
            assert SharingEvent.objects.exists()
            assert not SharedItem.objects.exists() and not SharingStep.objects.exists()
    assert {one.kind for one in Notice.objects.filter(object_type="sharing_decision")} == {"share_unanswered"}
