"""Does the process that is signed in as `worker` open files and forget words, and see nothing of what people wrote?"""

from datetime import date

import pytest
import time_machine

from children.facts import Home
from children.services.safeguards import correct
from safeguarding.accounts.models import Notice
from safeguarding.audit.context import system_task
from safeguarding.concerns.models import Account
from safeguarding.keys import uuid7
from sharing.transfer_file.containers import pages_of
from sharing.transfers.models import FileSending, FileTransfer, FileVolume, TransferNote
from sharing.transfers.services.asking import ask_for_file
from sharing.transfers.services.beat import TASK, keep_transfers
from sharing.transfers.services.building import build, content_of
from tests import factories
from tests.integration.test_done_by_the_worker import signed_in
from tests.pdfs import Printed
from tests.postgres import Databases

from .conftest import Place, confirmed, opened, sent
from .test_opening import at

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_worker_opens_one_follows_it_and_tells(place: Place, databases: Databases):
    place.told(place.leaver(date(2026, 11, 20)))
    factories.order(place.leaver(date(2026, 11, 20), "Amber"), "No contact.", by=place.room.lead)
    shelter = {"homes": [Home("4 Lantern Court", "Saltmarsh", postcode="SK98 9JZ")]}
    place.leaver(date(2026, 11, 20), "Ben", **shelter)
    place.leaver(date(2026, 11, 20), "Hazel", homes=[Home("5 Lantern Court", "Saltmarsh", postcode="SK98 9JZ")])
    for name, lives in (("Ivy", shelter), ("Nora", {})):
        nobody_told = place.leaver(date(2026, 11, 20), name, details={"address_confidential": True}, **lives)
    correct(
        row=nobody_told.confidential_addresses.get(),
        token=uuid7(),
        reason="Another family.",
        right=None,
        by=place.room.lead,
    )
    with signed_in("worker", databases):
        for day in (24, 24, 25, 30):
            with time_machine.travel(at(date(2026, 11, day)), tick=False):
                keep_transfers()
        with system_task(TASK):
            found = set(FileTransfer.objects.values_list("child__forename", flat=True))
            # An order or a confidential address goes on, for everybody in the home; one that was corrected does not.
            assert found == {"Rowan", "Amber", "Ivy", "Ben"}
            assert not any(model.objects.exists() for model in (Account, TransferNote, FileVolume))
    told = Notice.objects.filter(object_type="transfer", user=place.room.lead)
    assert {one.object_id for one in told} == set(FileTransfer.objects.values_list("pk", flat=True))
    assert {one.kind for one in told} == {"transfer_leaver", "transfer_soon", "transfer_late"}


@pytest.mark.usefixtures("signer", "empty_store", "real_printer")
def test_the_cover_says_the_last_day_that_the_worker_reads(place: Place, databases: Databases):
    child = place.leaver(date(2026, 11, 20))
    place.told(child)
    asked = ask_for_file(transfer=confirmed(place, opened(place, child)), token=uuid7(), by=place.room.lead)
    with signed_in("worker", databases):
        assert build(asked.pk)
    made, [volume] = FileSending.objects.get(pk=asked.pk), FileVolume.objects.all()
    assert made.failed_because == ""
    assert "Last day here 20 November 2026" in Printed(pages_of(content_of(volume), made.words)).text


def test_the_worker_empties_words_that_were_shown(place: Place, databases: Databases):
    with time_machine.travel(at(date(2026, 11, 24)), tick=False):
        child = place.leaver(date(2026, 11, 20))
        place.told(child)
        [file] = FileSending.objects.filter(transfer=sent(place, child))
        file.words_shown_at = at(date(2026, 11, 24), 10)
        file.save()
    with signed_in("worker", databases):
        for hour, words in ((10, "amber birch cello delta"), (11, "")):
            with time_machine.travel(at(date(2026, 11, 24), hour), tick=False):
                keep_transfers()
            with system_task(TASK):
                assert FileSending.objects.get().words == words
