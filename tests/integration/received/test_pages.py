"""Files from other schools in the browser: opened with their words, confirmed by a call, looked at, their receipt taken
away; and refused in words.
"""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from safeguarding.audit.models import Event
from safeguarding.concerns.models import EarlierRecord
from safeguarding.keys import uuid7
from sharing.received.models import FileReceived
from sharing.received.services.receipts import sign_receipts
from tests.integration.received.conftest import Desk
from tests.integration.received.files import SENDER, WORDS, entry, record_of, volumes
from tests.integration.received.test_calling import seal_key  # noqa: F401

pytestmark = pytest.mark.django_db
FILES = "received_files"


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def give(client: Client, given: list[bytes], words: str = WORDS) -> Any:
    files = [SimpleUploadedFile(f"volume {n}.pdf", content) for n, content in enumerate(given, 1)]
    return client.post(reverse(FILES), {"token": str(uuid7()), "words": words, "volumes": files}, follow=True)


def call(client: Client, received: FileReceived, **said: str) -> Any:
    day = received.came_on
    given = {
        "number_from": "register",
        "spoke_to": "Ada Bell, office manager",
        "called_on_day": str(day.day),
        "called_on_month": str(day.month),
        "called_on_year": str(day.year),
    }
    return client.post(reverse("received_file", args=[received.pk]), given | said, follow=True)


def test_a_file_is_opened_confirmed_looked_at_and_its_receipt_goes_back(
    client: Client,
    desk: Desk,
    seal_key: Any,  # noqa: F811
):
    client.force_login(desk.room.lead)
    assert "No file has come yet" in text(client.get(reverse(FILES)))
    page = text(give(client, volumes(record_of(desk.rowan, entry(title="Hungry")), count=2)))
    received = FileReceived.objects.get()
    for words in (SENDER.name, "Telephone the school that sent it", "Their public key", "Rowan Ashdown", "Volumes"):
        assert words in page, words
    assert "Hungry" not in page
    assert received.sender_key in page
    assert "Choose where the number was found" in text(call(client, received, number_from=""))
    page = text(call(client, received))
    assert "What these files would do" in page
    assert "Concern: Hungry" in page
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen
    batch = received.batch_id
    done = text(client.post(reverse("earlier_confirm", args=[batch]), {"seen": seen[1]}, follow=True))
    assert "On the children’s records" in done
    assert "The file that it came as" in done
    page = text(client.get(reverse("received_file", args=[received.pk])))
    assert "It is being signed" in page
    assert client.get(reverse("received_receipt", args=[received.pk])).status_code == 404
    sign_receipts()
    page = text(client.get(reverse("received_file", args=[received.pk])))
    assert "Download the receipt" in page
    receipt = client.get(reverse("received_receipt", args=[received.pk]))
    assert receipt.content.decode().startswith("harbour-receipt/1\n")
    assert "Ashdown" not in receipt.content.decode()
    assert Event.objects.filter(verb="download", object_id=received.pk).count() == 1
    chronology = text(client.get(reverse("child_chronology", args=[desk.rowan.pk])))
    assert f"From {SENDER.name}: Concern: Hungry" in chronology


def test_what_is_refused_is_said_on_the_page(client: Client, desk: Desk):
    client.force_login(desk.room.lead)
    for given, words, sentence in (
        (volumes(record_of(desk.rowan)), "wrong-words", "These are not the words of this file."),
        ([volumes(record_of(desk.rowan))[0][:-9]], WORDS, "This file is not whole"),
        ([], WORDS, "Choose the file"),
        (volumes(record_of(desk.rowan)), "", "Type the words that the other school told you"),
    ):
        answer = give(client, given, words)
        assert answer.status_code == 422
        assert sentence in text(answer)
    assert not FileReceived.objects.exists()


def test_who_opens_files_finds_the_way_and_nobody_else_does(client: Client, desk: Desk):
    received = desk.open(volumes(record_of(desk.rowan)))
    pages = [
        reverse(FILES),
        reverse("received_file", args=[received.pk]),
        reverse("child_received", args=[desk.rowan.pk]),
    ]
    sharing, brought = reverse("child_sharing", args=[desk.rowan.pk]), reverse("earlier_batches")
    client.force_login(desk.room.lead)
    assert [client.get(page).status_code for page in pages] == [200] * 3
    assert "A file came another way" in text(client.get(sharing))
    assert reverse(FILES) in text(client.get(brought))
    assert "Telephone them" in text(client.get(reverse("today")))
    client.force_login(desk.room.deputy)
    assert [client.get(page).status_code for page in pages] == [403] * 3
    assert "A file came another way" not in text(client.get(sharing))
    assert SENDER.name not in text(client.get(reverse("today")))


def test_a_file_on_paper_is_put_on_the_record(client: Client, desk: Desk):
    client.force_login(desk.room.lead)
    page = reverse("child_received", args=[desk.rowan.pk])
    wrong = client.post(page, {"token": str(uuid7())})
    assert wrong.status_code == 422
    assert "Write what came, and where it is kept" in text(wrong)
    day = {"came_on_day": "3", "came_on_month": "11", "came_on_year": "2026"}
    given = {"token": str(uuid7()), "sender": "Quayside School", "how": "paper", "content": "Forty pages, cupboard 2."}
    done = text(client.post(page, given | day, follow=True))
    assert "Forty pages, cupboard 2." in done
    assert "Quayside School" in text(client.get(reverse("child_sharing", args=[desk.rowan.pk])))


def test_the_deputy_reads_what_came_and_not_what_was_restricted_there(client: Client, desk: Desk):
    record = record_of(
        desk.rowan,
        entry(title="Open"),
        entry(title="Shut", is_restricted=True),
    )
    desk.take_in(desk.call(desk.open(volumes(record))))
    shut = EarlierRecord.objects.get(readers="leads")
    chronology, one = reverse("child_chronology", args=[desk.rowan.pk]), reverse("earlier_record", args=[shut.pk])
    client.force_login(desk.room.lead)
    assert "Concern: Shut" in text(client.get(chronology))
    assert "Leads alone" in text(client.get(one))
    client.force_login(desk.room.deputy)
    page = text(client.get(chronology))
    assert "Concern: Open" in page
    assert "Concern: Shut" not in page
    assert client.get(one).status_code == 404


def test_the_list_asks_as_often_for_one_as_for_many(client: Client, desk: Desk):
    client.force_login(desk.room.lead)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get(reverse(FILES)).status_code == 200
        # That somebody was seen is written once a while, whatever the page.
        return len([one for one in found.captured_queries if "usersession" not in one["sql"]])

    for _ in range(2):
        desk.open(volumes(record_of(desk.rowan)))
    queries()
    few = queries()
    for _ in range(6):
        desk.open(volumes(record_of(desk.hazel)))
    assert queries() == few
