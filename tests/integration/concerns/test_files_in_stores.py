"""What of a file when its store is a bucket, and what when the store is away: in a folder and with a provider alike."""

import logging
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from botocore.exceptions import EndpointConnectionError
from django.utils import timezone

from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Attachment
from safeguarding.concerns.services.attaching import attach
from safeguarding.exceptions import BadInput
from safeguarding.sealing import files, stores
from safeguarding.sealing.exceptions import FilesAway
from safeguarding.uploads.clamd import Verdict
from safeguarding.uploads.services import scanning, strays
from safeguarding.uploads.services.giving import withhold
from safeguarding.uploads.services.keeping import Upload
from tests import factories
from tests.integration.concerns.filed import NOTE, attached, send, text
from tests.integration.uploads.corpus import located_picture, pdf
from tests.stores import KEY

pytestmark = pytest.mark.django_db
CANARY = "Quetzalcoatlus"
AWAY = "The store of files cannot be reached now. Try again in a few minutes: nothing in it is lost."


def body(page):
    return b"".join(page.streaming_content)


def test_what_is_attached_is_given_out_by_harbour_and_lies_there_sealed(client, room, report, store):
    words = f"{CANARY} said so. ".encode() * 5000
    note = attached(room, report, Upload(f"{CANARY}.txt", words))
    picture = attached(room, report, Upload(f"{CANARY}.jpg", located_picture()))
    client.force_login(room.lead)
    page = client.get(f"/files/{note.pk}/")
    assert (page.status_code, page.headers.get("Location"), body(page)) == (200, None, words)
    assert body(client.get(f"/files/{picture.pk}/picture/")).startswith(b"\xff\xd8\xff")
    lying = store.contents()
    assert set(lying) == {note.stored, picture.stored, *picture.pictures}
    for name, content in lying.items():
        assert CANARY.encode() not in content and b"Beckett" not in content and b"\xff\xd8\xff" not in content[:3]
        assert CANARY not in name and str(report.pk) not in name


def test_no_page_says_where_the_bucket_is(client, room, report, bucket, settings):
    note = attached(room, report)
    client.force_login(room.lead)
    options = settings.STORAGES["default"]["OPTIONS"]
    for address in (f"/concerns/{report.pk}/", f"/files/{note.pk}/"):
        page = client.get(address)
        said = str(page.headers) + (str(body(page)) if page.streaming else text(page))
        assert not [secret for secret in (options["bucket"], options["endpoint"], note.stored) if secret in said]


def test_while_the_store_is_away_a_file_is_refused_in_words_and_the_concern_is_saved(client, room, report, store):
    store.away()
    client.force_login(room.lead)
    page = text(send(client, f"/concerns/{report.pk}/files/", NOTE, Upload("b.txt", b"b"), Upload("c.exe", b"MZ")))
    for number, sentence in ((1, AWAY), (2, AWAY), (3, "This kind of file is not taken")):
        kind = "of another kind" if number == 3 else "Plain text"
        assert f"File {number} of 3 ({kind}, " in page and f"bytes) was not attached. {sentence}" in page
    assert "attached." not in page.replace("not attached.", "")
    assert not Attachment.objects.exists()
    assert not Event.objects.filter(verb=Verb.ADD, object_id=report.pk, purpose="files").exists()
    assert factories.concern(room, facts="Still written down.").account.facts == "Still written down."


def test_a_store_that_goes_away_between_two_files_keeps_the_one_and_refuses_the_other(room, report, store, monkeypatch):
    keep, asked = files.keep, []

    def once(content, *, key):
        if asked:
            store.away()
        asked.append(content)
        return keep(content, key=key)

    monkeypatch.setattr(files, "keep", once)
    uploads = [NOTE, *[Upload(f"{n}.txt", str(n).encode()) for n in range(4)]]
    found = attach(concern=report, token=uuid4(), uploads=uploads, by=room.lead)
    assert [one.name for one in found.kept] == [NOTE.name] and len(found.problems) == 4 and found.is_news
    # A provider that does not answer is waited for once.
    assert len(asked) == 2


def test_a_file_that_cannot_be_reached_is_not_said_to_be_gone(client, room, report, store):
    note = attached(room, report)
    client.force_login(room.lead)
    store.away()
    page = client.get(f"/files/{note.pk}/")
    assert page.status_code == 503
    assert "Files cannot be reached now" in text(page) and AWAY in text(page) and "backup" not in text(page)


def test_a_file_that_is_gone_or_changed_is_said_to_be(client, room, report, store):
    gone, changed = attached(room, report), attached(room, report, Upload("b.txt", b"b"))
    content = store.contents()[changed.stored]
    files.drop(gone.stored)
    store.put(changed.stored, content[:-1] + bytes([content[-1] ^ 1]))
    client.force_login(room.lead)
    for note in (gone, changed):
        page = client.get(f"/files/{note.pk}/")
        assert page.status_code == 503 and "It has to be put back from a backup." in text(page)


def test_what_waits_for_the_scanner_goes_on_waiting_for_the_store(room, report, store, scanner, settings):
    note = attached(room, report)
    there = settings.STORAGES
    store.away()
    scanner.verdict = Verdict.CLEAN
    assert scanning.scan_waiting() == 0
    note.refresh_from_db()
    assert note.scan == "waiting"
    if "BucketStore" in there["default"]["BACKEND"]:
        settings.STORAGES = there
        assert scanning.scan_waiting() == 1


def test_strays_go_and_what_is_somebody_elses_or_cannot_be_seen_stays(room, report, store):
    note, stray = attached(room, report), files.new_name()
    store.put(stray, b"sealed")
    store.put("notes.txt", b"another's")
    now = timezone.now()
    assert strays.drop_strays(at=now) == 0
    assert strays.drop_strays(at=now + timedelta(days=2)) == 1
    assert set(store.contents()) == {note.stored, "notes.txt"}
    store.away()
    assert strays.drop_strays(at=now + timedelta(days=2)) == 0
    assert Event.objects.filter(purpose="stray files").count() == 1


def test_a_file_is_taken_out_when_it_is_gone_from_the_store_and_out_of_reach_before(client, room, report, store):
    note = attached(room, report)
    withhold(file=note, reason=Attachment.Removal.values[0], by=room.lead)
    store.away()
    client.force_login(room.headteacher)
    page = client.post(f"/files/{note.pk}/remove/")
    assert page.status_code == 503 and AWAY in text(page)
    note.refresh_from_db()
    assert note.is_withheld and note.stored and note.removed_at is None
    assert client.get(f"/files/{note.pk}/").status_code == 409


def test_one_file_that_cannot_be_read_does_not_hold_up_the_others(room, report, scanner, monkeypatch):
    bad, good = attached(room, report), attached(room, report, Upload("b.txt", b"b"))
    read = files.read

    def refused(name, *, record):
        if name == bad.stored:
            raise FilesAway("InvalidObjectState")
        return read(name, record=record)

    monkeypatch.setattr(files, "read", refused)
    assert scanning.scan_waiting() == 1
    assert {one.pk: one.scan for one in Attachment.objects.all()} == {bad.pk: "waiting", good.pk: "clean"}


def test_a_provider_that_does_not_answer_is_left_alone_for_a_while(room, report, bucket, monkeypatch):
    note = attached(room, report)
    bucket.away()
    asked = []
    monkeypatch.setattr(stores.BucketStore, "_client", lambda self: asked.append(1) or _Silent())
    for _ in range(3):
        with pytest.raises(FilesAway):
            list(files.read(note.stored, record=report.pk))
    assert len(asked) == 1
    monkeypatch.setattr(stores.time, "monotonic", lambda: 10.0**9)
    with pytest.raises(FilesAway):
        list(files.read(note.stored, record=report.pk))
    assert _Silent.asked == 2


class _Silent:
    """A provider that does not answer."""

    asked = 0

    def get_object(self, **_):
        type(self).asked += 1
        raise EndpointConnectionError(endpoint_url="http://nowhere")


def test_the_disk_of_this_machine_says_nothing_of_a_bucket(room, report, bucket, monkeypatch):
    monkeypatch.setattr(stores.shutil, "disk_usage", lambda _: SimpleNamespace(total=100, free=1))
    assert attached(room, report, Upload("a.pdf", pdf(1))).stored in bucket.contents()


def test_the_disk_of_a_folder_that_is_nearly_full_takes_no_files(room, report, folder, monkeypatch):
    monkeypatch.setattr(stores.shutil, "disk_usage", lambda _: SimpleNamespace(total=100, free=9))
    with pytest.raises(BadInput, match="nearly full"):
        attached(room, report)
    assert folder.contents() == {}


def test_the_log_tells_why_and_no_secret(client, room, report, bucket, caplog):
    note = attached(room, report)
    bucket.away()
    client.force_login(room.lead)
    with caplog.at_level(logging.DEBUG, logger="harbour"):
        assert client.get(f"/files/{note.pk}/").status_code == 503
    assert "the store of files cannot be used: EndpointConnectionError" in caplog.text
    assert not [word for word in (KEY["secret_key"], note.stored, note.name) if word in caplog.text]
