"""Do the pages of files to the next school do what they say, who opens them, and what do they cost?"""

import hashlib
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from safeguarding.audit.models import Event, Verb
from safeguarding.audit.seals.notes import Signer, new_origin
from safeguarding.concerns.models import ConcernChild
from safeguarding.concerns.services.access import restrict_concern
from safeguarding.concerns.services.deciding.saying import say_in_file
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.keys import uuid7
from safeguarding.pdf import encrypted
from safeguarding.sealing import files
from safeguarding.sealing.services.keeping import key_of
from safeguarding.sealing.subjects import first_subject, record_of
from sharing.transfer_file.receipts import Receipt
from sharing.transfers.models import FileSending, FileTransfer, FileVolume, TransferNote
from sharing.transfers.services.asking import ask_for_file
from sharing.transfers.views import handing
from tests import factories
from tests.integration.uploads.corpus import pdf
from tests.pdfs import Printed

from .conftest import ANSWERS, Place, built, confirmed, opened, sent

pytestmark = pytest.mark.django_db
LEFT = date(2026, 11, 20)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def day(name: str, on: Any) -> dict[str, Any]:
    return {f"{name}_day": on.day, f"{name}_month": on.month, f"{name}_year": on.year}


def leaver(place: Place, forename: str = "Rowan") -> Any:
    child = place.leaver(LEFT, forename)
    place.told(child)
    return child


def page_of(transfer: FileTransfer) -> str:
    return reverse("transfer", args=[transfer.pk])


def test_who_opens_which_page(place: Place):
    child = leaver(place)
    transfer = sent(place, child)
    pages = [reverse("transfers"), page_of(transfer), reverse("begin_transfer", args=[child.pk])]
    room = place.room
    expected = {
        room.lead: [200, 200, 302],
        room.deputy: [200, 200, 302],
        room.headteacher: [200, 200, 404],
        room.teacher: [403, 403, 403],
        room.office: [403, 403, 403],
        room.pastoral: [403, 403, 403],
        place.alternate: [403, 404, 404],
    }
    assert {who: [signed_in(who).get(page).status_code for page in pages] for who in expected} == expected


def test_the_way_from_opening_to_settled(place: Place):
    child, lead = leaver(place), signed_in(place.room.lead)
    tab = lead.get(reverse("child_sharing", args=[child.pk])).content.decode()
    assert "Open it now" in tab and "before the child leaves" not in tab
    begin = reverse("begin_transfer", args=[child.pk])
    assert f'name="last_day_day" value="{LEFT.day}"' in lead.get(begin).content.decode().replace('type="hidden" ', "")
    assert "Enter the last day" in lead.post(begin, {}).content.decode()
    assert lead.post(begin, day("last_day", LEFT)).status_code == 302
    transfer = FileTransfer.objects.get()
    page = page_of(transfer)
    body = {"deed": "confirm", "seen": 0, "recipient": place.next_school.choice} | day("last_day", LEFT)
    bad = lead.post(page, body | {"recipient": "", "name": ""})
    assert (bad.status_code, "Choose the next school" in bad.content.decode()) == (422, True)
    assert lead.post(page, body).status_code == 302
    late = lead.post(page, body)
    assert (late.status_code, "Somebody changed this" in late.content.decode()) == (409, True)
    early = {"deed": "early", "token": str(uuid7()), "person": "Ros Tan, lead", "text": "Help is ready."}
    for _ in range(2):
        assert lead.post(page, early | day("happened_on", LEFT)).status_code == 302
    assert TransferNote.objects.count() == 1
    assert lead.post(page, {"deed": "build", "token": str(uuid7())}).status_code == 302
    assert "It is being built" in lead.get(page).content.decode()
    assert "Whitmoor High School" in lead.get(reverse("transfers")).content.decode()


@transaction.atomic
def kept(sending: FileSending, content: bytes = b"%PDF") -> FileVolume:
    """Its volume, as it lies in the store."""
    [volume] = FileVolume.objects.filter(sending=sending)
    owner, kind = record_of(sending)
    volume.stored = files.keep(content, key=key_of(owner, kind, first_subject(sending)))
    volume.digest, volume.size = hashlib.sha256(content).hexdigest(), len(content)
    volume.save()
    return volume


def form_of(**other: Any) -> dict[str, Any]:
    here = timezone.localtime()
    given = {"deed": "hand_over", "token": str(uuid7()), "method": "email", "person": "Ros Tan, lead"}
    given |= {"time": here.strftime("%H:%M"), "child_told": "before", "parents_told": "before"}
    return given | day("day", here) | {f"answer_{key}": said for key, said in ANSWERS.items()} | other


def test_a_file_is_handed_over_once_and_its_words_are_shown_to_its_builder(place: Place):
    transfer = confirmed(place, opened(place, leaver(place)))
    made = built(place, transfer)
    key = str(Signer.make(new_origin()).public)
    FileSending.objects.filter(pk=made.pk).update(public_key=key)
    volume = kept(made)
    lead, page = signed_in(place.room.lead), reverse("hand_over_transfer", args=[transfer.pk])
    assert "Hand it over" in lead.get(page_of(transfer)).content.decode()
    bad = lead.post(page, form_of(answer_enrolled=""))
    assert (bad.status_code, "Answer “How was it confirmed" in bad.content.decode()) == (422, True)
    body = form_of()
    for _ in range(2):
        shown = lead.post(page, body)
        assert (shown.status_code, "amber birch cello delta" in shown.content.decode()) == (200, True)
        assert escape(key) in shown.content.decode(), "the whole key is compared by telephone"
    assert FileSending.objects.get(pk=made.pk).event.steps.count() == 1
    fetch = reverse("transfer_volume", args=[volume.pk])
    got = lead.post(fetch)
    assert (got.status_code, got.content) == (200, b"%PDF")
    assert Event.objects.filter(verb=Verb.EXPORT, object_id=volume.pk).exists()
    deputy = signed_in(place.room.deputy)
    assert [deputy.post(fetch).status_code, deputy.post(page, {"deed": "again"}).status_code] == [404, 404]
    assert lead.get(page).status_code == 405 and lead.get(fetch).status_code == 405
    assert "amber birch" not in lead.get(page_of(transfer)).content.decode()


def test_a_form_about_a_file_that_is_there_no_more_shows_no_other_one(place: Place):
    child = leaver(place)
    transfer = sent(place, child)
    place.told(child)
    built(place, transfer)
    lead, page = signed_in(place.room.lead), reverse("hand_over_transfer", args=[transfer.pk])
    body = form_of()
    ask_for_file(transfer=transfer, token=uuid7(), by=place.room.lead)
    late = lead.post(page, body)
    assert (late.status_code, "There is no file to hand over" in late.content.decode()) == (409, True)
    assert "amber birch cello delta" not in late.content.decode()


def test_both_ask_for_a_fresh_factor():
    for view in (handing.hand_over_transfer, handing.transfer_volume):
        assert view.needs_fresh_factor  # type: ignore[attr-defined]


def test_a_volume_is_not_given_before_the_hand_over(place: Place):
    volume = kept(built(place, confirmed(place, opened(place, leaver(place)))))
    fetch = reverse("transfer_volume", args=[volume.pk])
    assert signed_in(place.room.lead).post(fetch).status_code == 404


def test_its_builder_reads_a_file_before_it_goes_and_until_its_words_are_gone(place: Place):
    transfer = confirmed(place, opened(place, leaver(place)))
    made = built(place, transfer)
    volume = kept(made, encrypted(pdf(), made.words))
    read = reverse("read_volume", args=[volume.pk])
    lead = signed_in(place.room.lead)
    assert read in lead.get(page_of(transfer)).content.decode()
    got = lead.get(read)
    assert (got.status_code, got["Content-Type"], got.content[:5]) == (200, "application/pdf", b"%PDF-")
    assert len(Printed(got.content).pages()) == len(Printed(pdf()).pages())
    assert Event.objects.filter(verb=Verb.PRINT, object_id=volume.pk, actor_id=place.room.lead.pk).exists()
    assert [signed_in(who).get(read).status_code for who in (place.room.deputy, place.room.office)] == [404, 403]
    FileSending.objects.filter(pk=made.pk).update(words="")
    gone = lead.get(read)
    assert (gone.status_code, b"kept nowhere any more" in gone.content) == (409, True)


def test_what_stops_a_build_is_a_list_of_links(place: Place):
    child = leaver(place)
    transfer = confirmed(place, opened(place, child))
    lead = signed_in(place.room.lead)
    assert "Build the file" in lead.get(page_of(transfer)).content.decode()
    other = factories.child(place.school, "Mia", by=place.room.office)
    concern = factories.concern(
        place.room, children=[ChildEntry("worried_about", child), ChildEntry("worried_about", other)]
    )
    named = ConcernChild.objects.get(concern=concern, child=child)
    shown = lead.get(page_of(transfer)).content.decode()
    assert reverse("child_file", args=[named.pk]) in shown and concern.reference in shown
    assert "Build the file" not in shown
    read_by_head = signed_in(place.room.headteacher).get(page_of(transfer)).content.decode()
    assert reverse("child_file", args=[named.pk]) not in read_by_head
    concern.refresh_from_db()
    say_in_file(named=named, seen=concern.revision, token=uuid7(), says="whole", story="", by=place.room.lead)
    assert "Build the file" in lead.get(page_of(transfer)).content.decode()


def test_a_signed_receipt_is_checked_and_kept(place: Place):
    transfer = sent(place, leaver(place))
    [file] = FileSending.objects.filter(transfer=transfer)
    signer = Signer.make(new_origin())
    lead, page = signed_in(place.room.lead), page_of(transfer)
    today = timezone.localdate()

    def given(content: bytes) -> Any:
        upload = SimpleUploadedFile("receipt.txt", content, content_type="text/plain")
        return lead.post(page, {"deed": "receipt", "token": str(uuid7()), "file_key": file.pk, "receipt": upload})

    good = Receipt(file.pk, file.manifest_digest, "Whitmoor High School", "999903", today).signed(signer)
    other = Receipt(uuid7(), file.manifest_digest, "Whitmoor High School", "999903", today).signed(signer)
    changed = Receipt(file.pk, hashlib.sha256(b"x").hexdigest(), "Whitmoor", "", today).signed(signer)

    def dated(on: date) -> str:
        return Receipt(file.pk, file.manifest_digest, "Whitmoor High School", "999903", on).signed(signer)

    for content, words in (
        (b"hello", "harbour-receipt/1"),
        (good.replace("Whitmoor", "Whitmore").encode(), "signature does not belong"),
        (other.encode(), "receipt of another file"),
        (changed.encode(), "other contents"),
        *((dated(day).encode(), "of a day to come") for day in (today + timedelta(days=1), today - timedelta(days=1))),
    ):
        bad = given(content)
        assert (bad.status_code, words in bad.content.decode()) == (422, True), words
    assert FileTransfer.objects.get(pk=transfer.pk).status == "sent"
    assert given(good.encode()).status_code == 302
    file.refresh_from_db()
    assert (file.receipt, file.receipt_key) == (good, str(signer.public))
    assert escape(str(signer.public)) in lead.get(page).content.decode(), "to be compared by telephone"
    assert FileTransfer.objects.get(pk=transfer.pk).status == "received"


def test_how_much_is_in_a_file_is_for_its_builder_alone(place: Place):
    child = leaver(place)
    restrict_concern(concern=place.told(child), by=place.room.lead)
    transfer = sent(place, child)
    [file] = FileSending.objects.filter(transfer=transfer)
    said = f"{file.entries} records"
    assert file.entries > 1 and said in " ".join(
        signed_in(place.room.lead).get(page_of(transfer)).content.decode().split()
    )
    deputy = " ".join(signed_in(place.room.deputy).get(page_of(transfer)).content.decode().split())
    assert "The whole file" in deputy and said not in deputy
    assert file.event is not None and "record" not in file.event.content


def test_today_says_what_is_late_and_what_has_to_be_added(place: Place):
    opened(place, leaver(place))
    lead = signed_in(place.room.lead)
    with_late = lead.get(reverse("home"), follow=True).content.decode()
    assert "File to the next school" in with_late
    child = leaver(place, "Nora")
    sent(place, child)
    assert "Send the addition" not in lead.get(reverse("home"), follow=True).content.decode()
    place.told(child)
    assert "Send the addition" in lead.get(reverse("home"), follow=True).content.decode()
    assert "Send the addition" not in signed_in(place.room.teacher).get(reverse("home"), follow=True).content.decode()


def queries(client: Client, page: str) -> int:
    client.get(page)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(page).status_code == 200
    return len(asked)


def test_the_list_and_a_file_cost_the_same_for_one_and_for_many(place: Place):
    transfer = sent(place, leaver(place))
    lead = signed_in(place.room.lead)
    pages = [reverse("transfers"), page_of(transfer)]
    before = [queries(lead, page) for page in pages]
    for name in ("Nora", "Ada", "Theo"):
        sent(place, leaver(place, name))
    assert [queries(lead, page) for page in pages] == before
    assert before[0] <= 12 and before[1] <= 25
