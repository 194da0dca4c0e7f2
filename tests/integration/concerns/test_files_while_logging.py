"""Is a file that was chosen on the log form attached once the concern is saved, and never before, and does nothing that
is wrong with it hold up the concern?
"""

from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from safeguarding.accounts.models import Notice
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Attachment, Concern, Draft
from safeguarding.concerns.services import papers
from safeguarding.exceptions import BadInput
from safeguarding.keys import uuid7
from safeguarding.uploads.services import keeping
from safeguarding.uploads.services.keeping import Upload
from tests import factories
from tests.integration.concerns.filed import NOTE, stored, text
from tests.integration.concerns.log_page import LOG, opened, signed_in, whole
from tests.integration.concerns.test_paper_forms import begin, of, send
from tests.integration.uploads.corpus import docx, located_picture

pytestmark = pytest.mark.django_db
PICTURE = Upload("Zqrowan.jpg", located_picture())
MACROS = Upload("a.docx", docx({"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"}))
AGAIN = "Choose your files again before you send"


@pytest.fixture
def room():
    return factories.staffroom()


@pytest.fixture
def child(room):
    return factories.child(room.school, "Rowan", "Ashdown", by=room.office)


@pytest.fixture
def lay_before():
    """What lies in the store is not taken back between tests."""
    return stored()


@pytest.fixture
def client(room):
    return signed_in(room.teacher)


def files(*uploads):
    return [SimpleUploadedFile(upload.name, upload.content) for upload in uploads]


def test_it_is_attached_to_the_report_and_leads_are_told_once(client, room, child):
    _, form = opened(client)
    page = client.post(LOG, {**whole(form, child), "chosen": files(NOTE, PICTURE)}, follow=True)
    concern = Concern.objects.get()
    assert page.redirect_chain[-1][0] == f"/my-reports/{concern.pk}/"
    assert "2 files attached." in text(page)
    assert {(file.name, file.author, file.concern) for file in Attachment.objects.all()} == {
        (NOTE.name, room.teacher, concern),
        (PICTURE.name, room.teacher, concern),
    }
    assert NOTE.name in text(page)
    assert not Draft.objects.exists()
    assert Event.objects.filter(verb=Verb.ADD, object_id=concern.pk, purpose="files").count() == 1
    told = Notice.objects.filter(user=room.lead, object_id=concern.pk).values_list("kind", flat=True)
    assert len(told) == 1


def test_the_same_form_sent_twice_attaches_once(client, child, lay_before):
    _, form = opened(client)
    for _ in range(2):
        client.post(LOG, {**whole(form, child), "chosen": files(NOTE)}, follow=True)
    assert (Concern.objects.count(), Attachment.objects.count(), len(stored() - lay_before)) == (1, 1, 1)


def test_one_that_is_refused_holds_up_nothing_and_is_asked_for_on_the_next_page(client, child):
    _, form = opened(client)
    page = client.post(LOG, {**whole(form, child), "chosen": files(MACROS, NOTE)}, follow=True)
    concern = Concern.objects.get()
    assert page.redirect_chain[-1][0] == f"/my-reports/{concern.pk}/?files=again#files"
    said = text(page)
    assert "Sent to the safeguarding leads" in said and "1 file attached." in said
    assert "It holds macros, which are programs." in said
    assert page.context["attach_again"]
    assert client.get(f"/my-reports/{concern.pk}/").context["attach_again"] is False


@pytest.mark.parametrize("why", ["too many", "nothing more today"])
def test_where_none_can_be_attached_the_concern_is_saved(client, child, monkeypatch, lay_before, why):
    def enough(*_):
        raise BadInput("You have attached enough.")

    given = files(NOTE)
    if why == "too many":
        given = files(*[NOTE] * 11)
    else:
        monkeypatch.setattr(keeping, "ensure_room", enough)
    _, form = opened(client)
    page = client.post(LOG, {**whole(form, child), "chosen": given}, follow=True)
    assert Concern.objects.get().finished_at
    assert ("at most 10 files" if why == "too many" else "attached enough") in text(page)
    assert page.redirect_chain[-1][0].endswith("?files=again#files")
    assert stored() == lay_before


def test_a_form_that_is_not_whole_keeps_no_file_and_asks_for_it_again(client, child, lay_before):
    address, form = opened(client)
    page = client.post(LOG, {**whole(form, child, category=""), "chosen": files(PICTURE)}, follow=True)
    assert page.status_code == 200 and AGAIN in text(page)
    assert not Concern.objects.exists() and stored() == lay_before
    assert "chosen" not in Draft.objects.get().content
    assert PICTURE.name not in str(Draft.objects.get().content)
    assert AGAIN not in text(client.get(address))


@pytest.mark.parametrize("button", ["draft", "find", "add"])
def test_a_button_that_sends_no_file_keeps_not_even_its_name(client, child, button):
    """A browser posts the name of a file with a form that is not made for files."""
    _, form = opened(client)
    typed = whole(form, child)
    del typed["send"]
    body = urlencode({**typed, button: "", "chosen": PICTURE.name}, doseq=True)
    page = client.post(LOG, body, content_type="application/x-www-form-urlencoded", follow=True)
    assert AGAIN in text(page)
    assert PICTURE.name not in str(Draft.objects.get().content) and PICTURE.name not in text(page)


def test_who_has_been_signed_out_leaves_the_words_and_no_file(client, child, lay_before):
    _, form = opened(client)
    client.logout()
    client.post(LOG, {**whole(form, child), "chosen": files(PICTURE)})
    assert Draft.objects.get().content["facts"] == ["He was quiet at register."]
    assert stored() == lay_before and not Attachment.objects.exists()


def test_the_form_warns_as_everywhere_and_its_send_button_alone_sends_files(client):
    page = text(client.get(LOG, follow=True))
    assert "Never attach a nude or partly nude picture of a child" in page
    assert page.count('formenctype="multipart/form-data"') == 1


def test_who_types_in_a_paper_form_of_a_colleague_attaches_its_scan(clock, room, child):
    papers.make_forms(school=room.school, batch=uuid7(), count=1, place="Office", by=room.lead)
    address = begin(of(room.lead), "1", writer=str(room.teacher.pk)).headers["Location"]
    send(of(room.lead), address, child, facts="She told me of it.", chosen=files(PICTURE))
    scan = Attachment.objects.get()
    assert (scan.author, scan.concern.logged_by) == (room.lead, room.teacher)
