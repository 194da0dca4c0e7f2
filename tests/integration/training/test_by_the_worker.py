"""Does the process that is signed in as `worker` see the training that it reminds of, and no certificate?"""

import pytest

from safeguarding.audit.context import system_task
from safeguarding.training.models import Certificate, GuidanceRead, TrainingRecord
from safeguarding.training.services.noting import attach_certificate
from safeguarding.training.services.reading_guidance import confirm_read, to_read
from safeguarding.training.services.reminding import remind_all
from safeguarding.uploads.services.keeping import Upload
from tests.factories import SCHOOL_DAY
from tests.integration.test_done_by_the_worker import signed_in
from tests.postgres import Databases

from .conftest import Place

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_worker_reminds_once_of_what_the_rows_say(place: Place, databases: Databases):
    room = place.room
    [noted] = place.note(room.teacher)
    paper = [Upload("certificate.txt", b"Was there all day.")]
    attach_certificate(training=noted, token=noted.token, uploads=paper, by=room.teacher)
    [edition] = to_read(room.school.pk, SCHOOL_DAY.date())
    confirm_read(school=room.school, edition=edition, by=room.teacher)
    with signed_in("worker", databases):
        # Six others have to read it and lack the update; of these the lead and the deputy lack their own course too.
        assert (remind_all(), remind_all()) == (14, 0)
        with system_task("training reminders"):
            assert TrainingRecord.objects.exists() and GuidanceRead.objects.exists()
            assert not Certificate.objects.exists()
