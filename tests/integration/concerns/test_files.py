"""Who attaches a file to a concern, who has it, and what of it?"""

from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace
from uuid import uuid4

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from safeguarding.accounts.models import Notice
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Attachment
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services.access import restrict_concern
from safeguarding.concerns.services.attaching import attach, attach_to_report
from safeguarding.concerns.services.raising import call_lead
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.sealing import stores
from safeguarding.sealing.services.destroying import destroy_key
from safeguarding.sealing.subjects import Subject
from safeguarding.uploads import handler
from safeguarding.uploads.services import giving, keeping
from safeguarding.uploads.services.keeping import Upload
from tests import factories
from tests.integration.concerns.filed import NOTE, attached, send, stored, text
from tests.integration.uploads.corpus import GOOD, hostile, located_picture, pdf

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_store")]


def body(page):
    return b"".join(page.streaming_content)


def test_a_lead_and_the_reporter_attach_and_both_have_what_they_see(client, room, report):
    for person, address in (
        (room.lead, f"/concerns/{report.pk}/files/"),
        (room.teacher, f"/my-reports/{report.pk}/files/"),
    ):
        client.force_login(person)
        page = send(client, address, Upload(f"note of {person.first_name}.txt", b"Words."), Upload("a.pdf", pdf(2)))
        assert "2 files attached." in text(page)
    assert Attachment.objects.count() == 4
    client.force_login(room.lead)
    page = text(client.get(f"/concerns/{report.pk}/"))
    assert "note of Priya.txt" in page and "note of Jon.txt" in page and "school has no virus scanner" in page
    client.force_login(room.teacher)
    page = text(client.get(f"/my-reports/{report.pk}/"))
    assert "note of Jon.txt" in page and "note of Priya.txt" not in page
    events = Event.objects.filter(object_type="concerns.attachment", verb=Verb.CREATE)
    assert events.count() == 4
    assert Notice.objects.filter(user=room.lead, object_id=report.pk, kind=ConcernNotice.ADDED).exists()


@pytest.mark.parametrize("role", ["teacher", "assistant", "office"])
def test_nobody_else_attaches_or_has_it(client, room, report, role):
    note, person = attached(room, report), getattr(room, role)
    client.force_login(person)
    assert send(client, f"/concerns/{report.pk}/files/", NOTE).status_code in (403, 404)
    if role != "teacher":
        assert send(client, f"/my-reports/{report.pk}/files/", NOTE).status_code == 404
    for page in ("", "picture/", "withhold/"):
        assert client.get(f"/files/{note.pk}/{page}").status_code in (403, 404)
    with pytest.raises(NotAllowed):
        attach(concern=report, token=uuid4(), uploads=[NOTE], by=person)
    with pytest.raises(NotAllowed):
        attach_to_report(account=report.account, token=uuid4(), uploads=[NOTE], by=room.assistant)
    assert Attachment.objects.count() == 1


def test_who_has_looked_at_the_concern_shows_who_took_a_file(client, room, report):
    note = attached(room, report)
    client.force_login(room.headteacher)
    assert client.get(f"/files/{note.pk}/").status_code == 200
    client.force_login(room.lead)
    looked = text(client.get(f"/concerns/{report.pk}/looked/", {"verb": "download"}))
    assert "Downloaded it" in looked and room.headteacher.full_name in looked


def test_it_is_given_out_so_that_no_browser_runs_it(client, room, report):
    name = "Brief an „Müller“ – 1.txt"
    note = attached(room, report, Upload(name, NOTE.content))
    client.force_login(room.lead)
    page = client.get(f"/files/{note.pk}/")
    assert body(page) == NOTE.content
    assert page.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert page.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''Brief%20an")
    assert page.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert page.headers["Cache-Control"] == "no-store"
    assert Event.objects.filter(verb=Verb.DOWNLOAD, object_id=note.pk, actor_id=room.lead.pk).count() == 1


@pytest.mark.parametrize("who", ["lead", "teacher"])
def test_a_downloaded_picture_says_nothing_of_where_it_was_taken(client, room, report, who):
    mine = attach_to_report(
        account=report.account, token=uuid4(), uploads=[Upload("Mine.JPEG", located_picture())], by=room.teacher
    ).kept[0]
    client.force_login(getattr(room, who))
    page = client.get(f"/files/{mine.pk}/")
    assert (page.headers["Content-Type"], page.headers["Content-Disposition"]) == (
        "image/jpeg",
        'attachment; filename="Mine.jpg"',
    )
    drawn = body(page)
    assert b"Beckett" not in drawn and b"zqcomment" not in drawn
    with Image.open(BytesIO(drawn)) as opened:
        assert (opened.size, dict(opened.getexif())) == ((640, 480), {})
    shown = client.get(f"/files/{mine.pk}/picture/")
    assert shown.headers["Content-Disposition"] == "inline" and b"Beckett Phones" not in body(shown)


def test_a_lead_asks_for_a_picture_as_it_came_and_that_is_on_record(client, room, report):
    picture = attached(room, report, Upload("Rowan at home.jpg", located_picture()))
    taken = Event.objects.filter(verb=Verb.DOWNLOAD, object_id=picture.pk, purpose="original")
    client.force_login(room.teacher)
    for ask in (client.get, client.post):
        assert ask(f"/files/{picture.pk}/original/").status_code in (403, 404)
    client.force_login(room.lead)
    page = client.get(f"/files/{picture.pk}/original/")
    for words in ("where it was taken", "when it was taken or changed", "with which device", "a caption or keywords"):
        assert words in text(page)
    assert not taken.exists()
    assert body(client.post(f"/files/{picture.pk}/original/")) == located_picture()
    assert [event.actor_id for event in taken] == [room.lead.pk]
    bare = attached(room, report, Upload("a.png", GOOD["screen.png"]))
    assert "Nothing that Harbour knows how to read" in text(client.get(f"/files/{bare.pk}/original/"))
    assert "This is not a picture" in text(client.get(f"/files/{attached(room, report).pk}/original/"))


def test_a_picture_that_cannot_be_drawn_as_large_as_it_is_is_given_smaller(client, room, report, monkeypatch):
    picture = attached(room, report, Upload("a.jpg", located_picture()))
    monkeypatch.setattr(giving, "drawn_whole", lambda *_: None)
    client.force_login(room.lead)
    drawn = body(client.get(f"/files/{picture.pk}/"))
    assert drawn == b"".join(giving.picture_of(picture, 1))
    monkeypatch.setattr(giving, "what_it_says", lambda *_: None)
    assert "could not find that out" in text(client.get(f"/files/{picture.pk}/original/"))


def test_pages_of_a_pdf_are_shown_and_no_others(client, room, report):
    letter = attached(room, report, Upload("a.pdf", pdf(2)))
    client.force_login(room.lead)
    for page, status in (("", 200), ("?page=2", 200), ("?page=3", 404), ("?page=0", 404), ("?page=x", 404)):
        assert client.get(f"/files/{letter.pk}/picture/{page}").status_code == status
    note = attached(room, report)
    assert client.get(f"/files/{note.pk}/picture/").status_code == 404


def test_what_is_not_taken_is_said_and_the_rest_is_kept(client, room, report):
    client.force_login(room.lead)
    bad = [
        Upload(*hostile()[what]) for what in ("macros in a document", "the end .exe", "jpg with an archive behind it")
    ]
    page = text(send(client, f"/concerns/{report.pk}/files/", NOTE, *bad))
    assert "1 file attached." in page
    for said in ("It holds macros", "This kind of file is not taken", "Something else is hidden behind the picture"):
        assert said in page
    assert [one.name for one in Attachment.objects.all()] == [NOTE.name]


@pytest.mark.parametrize(
    ("uploads", "says"),
    [
        ([], "Choose a file to attach."),
        ([NOTE] * 11, "at most 10 files at once"),
        ([Upload("empty.txt", b"")], "It is empty."),
        ([Upload("large.txt", b"a" * (25 * 2**20 + 1))], "It is larger than 25 MB."),
    ],
    ids=["none", "eleven", "empty", "large"],
)
def test_a_form_that_cannot_be_taken_says_why(client, room, report, uploads, says):
    client.force_login(room.lead)
    assert says in text(send(client, f"/concerns/{report.pk}/files/", *uploads))
    assert not Attachment.objects.exists()


def test_the_same_form_twice_attaches_once(room, report):
    token = uuid4()
    for _ in range(2):
        found = attach(concern=report, token=token, uploads=[NOTE, Upload("b.txt", b"b")], by=room.lead)
        assert len(found.kept) == 2
    assert Attachment.objects.count() == 2
    # The second time is no news to anybody.
    assert Event.objects.filter(verb=Verb.CREATE, object_type="concerns.attachment").count() == 2
    assert Event.objects.filter(verb=Verb.ADD, object_id=report.pk).count() == 1
    assert len(stored() & {one.stored for one in Attachment.objects.all()}) == 2


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\Jon\\Rowan.txt", "Rowan.txt"),
        ("a\nb\u202egpj.txt", "abgpj.txt"),
        ("🖍️ O’Neill שלום.txt", "🖍️ O’Neill שלום.txt"),
    ],
)
def test_a_name_is_what_people_call_it_and_no_path(room, report, given, kept):
    note = attached(room, report, Upload(given, b"Words."))
    assert note.name == kept.replace(
        "\ufe0f", note.name[1] if len(note.name) > 1 and note.name[1] == "\ufe0f" else "\ufe0f"
    )
    assert kept.rpartition(".")[0] not in note.stored


def test_the_store_holds_nothing_that_can_be_read(room, report):
    picture = attached(room, report, Upload("Rowan.jpg", located_picture()))
    for name in (picture.stored, *picture.pictures):
        with default_storage.open(name) as file:
            content = file.read()
        assert b"\xff\xd8\xff" not in content and b"Beckett" not in content and b"Rowan" not in content
        assert "Rowan" not in name


@pytest.mark.parametrize("spoil", ["changed", "gone", "another's"])
def test_a_file_that_is_not_what_was_kept_is_not_given_out(client, room, report, spoil):
    note, other = attached(room, report), attached(room, report, Upload("b.txt", b"b"))
    if spoil == "another's":
        Attachment.objects.filter(pk=note.pk).update(stored=other.stored)
        with default_storage.open(other.stored) as file:
            content = file.read()
        default_storage.delete(note.stored)
        moved = default_storage.save(note.stored, SimpleUploadedFile("x", content))
        Attachment.objects.filter(pk=note.pk).update(stored=moved)
    else:
        with default_storage.open(note.stored) as file:
            content = bytearray(file.read())
        default_storage.delete(note.stored)
        if spoil == "changed":
            content[-1] ^= 1
            default_storage.save(note.stored, SimpleUploadedFile("x", bytes(content)))
    client.force_login(room.lead)
    page = client.get(f"/files/{note.pk}/")
    assert page.status_code == 503
    assert "put back from a backup" in text(page)


def test_a_destroyed_child_takes_its_files_along(room, report):
    note = attached(room, report)
    destroy_key(subject=Subject.child(report.children.get().child_id), under="rule 7")
    read = Attachment.objects.get(pk=note.pk)
    assert read.name.startswith("Destroyed on ")
    with pytest.raises(Exception, match="has been destroyed"):
        giving.give_out(read, to=room.lead)


def test_a_report_that_is_not_finished_takes_no_files(room):
    called = call_lead(token=uuid4(), school=room.school, by=room.teacher, described="A boy", line="Come now.")
    with pytest.raises(OutOfTurn):
        attach_to_report(account=called.account, token=uuid4(), uploads=[NOTE], by=room.teacher)


def test_where_the_disk_is_nearly_full_no_files_are_taken_and_words_are(room, report, monkeypatch):
    monkeypatch.setattr(stores.shutil, "disk_usage", lambda _: SimpleNamespace(total=100, free=9))
    with pytest.raises(BadInput, match="nearly full"):
        attached(room, report)
    assert factories.concern(room).account.facts
    monkeypatch.setattr(stores.shutil, "disk_usage", lambda _: SimpleNamespace(total=100, free=11))
    attached(room, report)


def test_nobody_fills_the_disk_alone(room, report, monkeypatch):
    monkeypatch.setattr(keeping, "MOST_A_DAY", 60)
    attached(room, report)
    with pytest.raises(BadInput, match="since yesterday"):
        attached(room, report)
    attached(room, report, by=room.headteacher)
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        attached(room, report)


def test_a_lead_who_may_not_see_the_concern_any_more_has_no_file_of_it(client, room, report):
    note = attached(room, report, by=room.deputy)
    client.force_login(room.deputy)
    assert client.get(f"/files/{note.pk}/").status_code == 200
    restrict_concern(concern=report, by=room.lead)
    assert client.get(f"/files/{note.pk}/").status_code == 404


def test_another_file_of_the_same_name_and_length_is_another_file(room, report):
    token = uuid4()
    for content in (b"Monday.", b"Sunday."):
        attach(concern=report, token=token, uploads=[Upload("day.txt", content)], by=room.lead)
    attach(concern=factories.concern(room), token=token, uploads=[Upload("day.txt", b"Monday.")], by=room.lead)
    assert Attachment.objects.count() == 3


def test_files_that_came_in_cut_off_are_not_taken(client, room, report, monkeypatch):
    monkeypatch.setattr(handler, "MOST_IN_ALL", 1000)
    client.force_login(room.lead)
    page = text(send(client, f"/concerns/{report.pk}/files/", Upload("a.txt", b"a" * 900), Upload("b.txt", b"b" * 900)))
    assert "larger than 100 MB. Attach fewer at once." in page
    assert not Attachment.objects.exists()


def test_a_stranger_fills_no_memory(rf, room):
    for person, kept in ((AnonymousUser(), 0), (room.lead, 1)):
        request = rf.post("/", {"words": "He fell.", "chosen": SimpleUploadedFile("a.txt", b"a" * 5000)})
        request.user = person
        assert len(request.FILES) == kept
        assert request.POST["words"] == "He fell."


@pytest.mark.parametrize("letter", ["a", "ü", "🫖"])
def test_a_name_of_5000_letters_refuses_no_form(client, room, report, letter):
    """Its own file is not taken, with a sentence; everything beside it in the form is."""
    client.force_login(room.lead)
    # Django's own file for tests cuts its name, which no browser does.
    long = BytesIO(b"Words.")
    long.name = f"{letter * 5000}.txt"
    given = {"token": str(uuid4()), "chosen": [long, SimpleUploadedFile("a.txt", b"More words.")]}
    page = client.post(f"/concerns/{report.pk}/files/", given, follow=True)
    assert page.status_code == 200
    assert "Its name is longer than 200 characters. Give it a shorter one." in text(page)
    assert [one.name for one in Attachment.objects.all()] == ["a.txt"]
