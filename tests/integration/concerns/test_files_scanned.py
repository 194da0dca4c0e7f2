"""Which file waits for the scanner, which nobody has, and which belongs to nothing?"""

from datetime import timedelta
from itertools import count
from uuid import uuid4

import psycopg
import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from children.models import ChildFile
from children.services.filing import attach_to_child
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Attachment
from safeguarding.sealing import files, ring
from safeguarding.sealing.exceptions import FileGone, KeysAway
from safeguarding.sealing.services.checking import check_keys
from safeguarding.uploads.clamd import Signatures, Verdict
from safeguarding.uploads.services import scanning, strays
from safeguarding.uploads.services.keeping import Upload
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.concerns.filed import NOTE, attached, stored, text
from tests.walls import as_role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_store")]


@pytest.mark.parametrize(
    ("verdict", "status", "says"),
    [
        (Verdict.CLEAN, 200, "Scanned: no virus found"),
        (Verdict.INFECTED, 409, "Has a virus"),
        (Verdict.UNSCANNABLE, 409, "Could not be scanned"),
        (None, 409, "Waits to be scanned"),
    ],
)
def test_nobody_has_a_file_before_it_is_clean(client, room, report, scanner, verdict, status, says):
    scanner.verdict = verdict
    note = attached(room, report)
    client.force_login(room.lead)
    assert client.get(f"/files/{note.pk}/").status_code == 409
    assert scanning.scan_waiting() == (verdict is not None)
    assert client.get(f"/files/{note.pk}/").status_code == status
    assert says in text(client.get(f"/concerns/{report.pk}/"))


def test_a_scanner_that_was_away_is_asked_again_and_the_concern_is_saved_all_the_same(room, scanner):
    scanner.verdict = None
    note = attached(room, factories.concern(room))
    assert scanning.scan_waiting() == 0
    scanner.verdict = Verdict.CLEAN
    assert (scanning.scan_waiting(), scanning.scan_waiting()) == (1, 0)
    note.refresh_from_db()
    assert (note.scan, note.may_be_opened) == ("clean", True)


def test_files_of_the_time_before_there_was_a_scanner_are_scanned(room, report, settings, scanner):
    settings.CLAMD_ADDRESS = ""
    note = attached(room, report)
    assert (note.scan, scanning.scan_waiting()) == ("not_scanned", 0)
    settings.CLAMD_ADDRESS, scanner.verdict = "unix:/nowhere", Verdict.INFECTED
    assert scanning.scan_waiting() == 1
    note.refresh_from_db()
    assert not note.may_be_opened


def test_a_file_that_is_missing_does_not_hold_up_the_others(room, report, scanner):
    gone, there = attached(room, report), attached(room, report, Upload("b.txt", b"b"))
    files.drop(gone.stored)
    assert scanning.scan_waiting() == 2
    assert [one.scan for one in Attachment.objects.order_by("attached_at", "pk")] == ["unscannable", "clean"]
    assert there.pk
    ring.forget()
    with pytest.raises(FileGone):
        files.read(gone.stored, record=report.pk)


def test_a_file_with_which_the_scanner_has_trouble_waits_behind_the_others(room, report, scanner, monkeypatch):
    monkeypatch.setattr(scanning, "AT_A_TIME", 1)
    bad, good = attached(room, report), attached(room, report, Upload("b.txt", b"b"))
    scanner.trouble = (NOTE.content,)
    assert [scanning.scan_waiting() for _ in range(3)] == [0, 1, 0]
    assert {one.pk: one.scan for one in Attachment.objects.all()} == {bad.pk: "waiting", good.pk: "clean"}
    scanner.trouble = ()
    assert scanning.scan_waiting() == 1


def test_what_was_clean_is_scanned_again_with_newer_signatures_for_thirty_days(room, report, scanner):
    old, new = attached(room, report), attached(room, report, Upload("b.txt", b"b"))
    assert [scanning.scan_waiting(at=SCHOOL_DAY) for _ in range(2)] == [2, 0]
    Attachment.objects.filter(pk=old.pk).update(attached_at=SCHOOL_DAY - timedelta(days=31))
    Attachment.objects.filter(pk=new.pk).update(attached_at=SCHOOL_DAY)
    scanner.signatures, scanner.verdict = Signatures(27_821, SCHOOL_DAY), Verdict.INFECTED
    assert [scanning.scan_waiting(at=SCHOOL_DAY) for _ in range(2)] == [1, 0]
    assert {one.pk: one.scan for one in Attachment.objects.all()} == {old.pk: "clean", new.pk: "infected"}
    assert Event.objects.filter(verb=Verb.VERIFY, object_id=new.pk, outcome="failed").count() == 1
    # A false alarm is found out, and a file that was away from the store for a while is not given up.
    scanner.signatures, scanner.verdict = Signatures(27_823, SCHOOL_DAY), Verdict.CLEAN
    assert scanning.scan_waiting(at=SCHOOL_DAY) == 1
    sealed = default_storage.open(new.stored).read()
    default_storage.delete(new.stored)
    scanner.signatures = Signatures(27_824, SCHOOL_DAY)
    assert scanning.scan_waiting(at=SCHOOL_DAY) == 0
    assert Attachment.objects.get(pk=new.pk).scan == "clean"
    default_storage.save(new.stored, SimpleUploadedFile("x", sealed))
    # Trouble with one that was clean takes it from nobody.
    Attachment.objects.filter(pk=new.pk).update(scan="clean")
    scanner.signatures, scanner.trouble = Signatures(27_825, SCHOOL_DAY), (b"b",)
    assert [scanning.scan_waiting(at=SCHOOL_DAY) for _ in range(2)] == [0, 0]
    assert Attachment.objects.get(pk=new.pk).scan == "clean"


def test_only_one_run_scans_and_it_ends_in_time(room, report, scanner):
    for name in "abc":
        attached(room, report, Upload(f"{name}.txt", name.encode()))
    with psycopg.connect(**_of_this_database()) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended('scan the files', 0))")
        assert scanning.scan_waiting() == 0
        other.execute("SELECT pg_advisory_unlock_all()")
    assert scanning.scan_waiting(clock=count(step=10.5).__next__) == 2
    assert scanning.scan_waiting() == 1


def _of_this_database():
    kept = connection.get_connection_params()
    return {name: kept[name] for name in ("host", "dbname", "user", "password", "port") if kept.get(name)}


def test_documents_of_children_are_scanned_too(room, scanner):
    child = factories.child(room.school, by=room.office)
    attach_to_child(child=child, token=uuid4(), uploads=[NOTE], what="order", by=room.lead)
    with as_role("worker"):
        ring.forget()
        assert scanning.scan_waiting() == 1
    assert ChildFile.objects.get().scan == "clean"


@pytest.mark.parametrize(
    ("made", "verdict", "says"),
    [
        (SCHOOL_DAY - timedelta(days=2), Verdict.CLEAN, ""),
        (SCHOOL_DAY - timedelta(days=4), Verdict.CLEAN, "works with old signatures"),
        (SCHOOL_DAY, None, "does not answer"),
    ],
)
def test_those_who_look_after_harbour_are_told_when_it_needs_a_hand(client, room, scanner, made, verdict, says):
    scanner.signatures, scanner.verdict = Signatures(27_820, made), verdict
    with time_machine.travel(SCHOOL_DAY, tick=False):
        scanning.scan_waiting()
        technician = factories.member(room.school, "it_admin")
        for person, page in ((technician, "own_role"), (room.lead, "today")):
            client.force_login(person)
            shown = text(client.get(reverse(page)))
            assert ("virus scanner" in shown) == bool(says) and says in shown
        client.force_login(room.deputy)
        assert "virus scanner" not in text(client.get(reverse("today")))


def test_a_school_without_a_scanner_is_not_told_of_one(client, room):
    client.force_login(room.lead)
    assert "virus scanner" not in text(client.get(reverse("today")))


def test_while_the_keys_are_away_nothing_is_given_up(room, report, scanner, monkeypatch):
    note = attached(room, report)

    def away(*args, **kwargs):
        raise KeysAway

    with monkeypatch.context() as broken:
        broken.setattr(files, "read", away)
        assert scanning.scan_waiting() == 0
    note.refresh_from_db()
    assert note.scan == "waiting"
    assert scanning.scan_waiting() == 1


def test_stored_files_that_belong_to_nothing_go_after_a_day(room, report):
    note = attached(room, report)
    stray = default_storage.save(files.new_name(), SimpleUploadedFile("x", b"sealed"))
    now = timezone.now()
    assert strays.drop_strays(at=now) == 0
    assert strays.drop_strays(at=now + timedelta(days=2)) >= 1
    assert stray not in stored() and note.stored in stored()


def test_where_the_rows_are_missing_no_file_is_taken_for_a_stray(room, report, monkeypatch):
    monkeypatch.setattr(strays, "MOST_STRAYS", 2)
    now = timezone.now() + timedelta(days=2)
    strays.drop_strays(at=now)
    for name in "abc":
        default_storage.save(files.new_name(), SimpleUploadedFile(name, b"sealed"))
    before = stored()
    assert strays.drop_strays(at=now) == 0
    assert stored() == before
    assert Event.objects.filter(purpose="stray files", outcome="refused", count=3).exists()


def test_the_worker_sees_what_it_needs_for_nobody_in_particular(room, report, scanner):
    note = attached(room, report)
    with as_role("worker"):
        ring.forget()
        assert scanning.scan_waiting() == 1
        strays.drop_strays(at=timezone.now() + timedelta(days=2))
        assert check_keys(at=timezone.now()).without_key == 0
    assert note.stored in stored()
    assert Attachment.objects.get(pk=note.pk).scan == "clean"
