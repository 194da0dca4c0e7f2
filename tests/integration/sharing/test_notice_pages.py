"""Who reads the privacy notice, on a page and on paper, and who makes it?"""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from safeguarding.accounts.services import change_school
from safeguarding.audit.models import Event
from safeguarding.keys import uuid7
from safeguarding.printing.client import PrinterAway
from sharing.notice.models import NoticePaper
from sharing.notice.services import papers
from sharing.notice.services.details import save_details
from sharing.notice.services.papers import lay_out_missing
from sharing.notice.services.publishing import newest
from tests.integration.sharing.conftest import Place
from tests.integration.sharing.noticing import DETAILS, draft_of, prepared, published, wrong
from tests.matrix.filling import forms_of
from tests.pdfs import Printed

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(place: Place) -> Place:
    return prepared(place)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_everybody_reads_the_published_notice_and_nothing_else(ready: Place):
    address = reverse("privacy_notice", args=[ready.school.pk])
    nobody = Client()
    empty = nobody.get(address)
    assert (empty.status_code, "has not published" in empty.content.decode()) == (200, True)
    made = published(ready)
    change_school(school=ready.school, by=ready.room.headteacher, telephone="0161 496 0999")
    for client in (nobody, signed_in(ready.room.lead)):
        page = client.get(address).content.decode()
        for section, line in (("What we hold", "Photographs"), ("Your rights", "within one month")):
            assert section in page and line in page
        assert "0161 496 0999" not in page, "what is not published is not shown"
        for word in (ready.child.surname, ready.room.lead.last_name, "Settings", "Needs a look", "Sign out"):
            assert word not in page, word
    assert nobody.get(reverse("privacy_notice", args=[uuid7()])).status_code == 404
    assert nobody.post(address).status_code == 405
    assert nobody.get(reverse("notice_settings")).status_code == 302
    assert made.version == 1


@pytest.mark.usefixtures("real_printer")
def test_it_is_laid_out_on_paper_once_and_by_nobody_who_asks_for_it(ready: Place):
    page, paper = (reverse(name, args=[ready.school.pk]) for name in ("privacy_notice", "privacy_notice_paper"))
    assert Client().get(paper).status_code == 404
    made = published(ready)
    assert Client().get(paper).status_code == 404
    assert "it is being made" in Client().get(page).content.decode()
    assert not NoticePaper.objects.exists() and not Event.objects.filter(object_type="notice.noticepaper").exists()
    assert "not there yet" in wrong(ready, but=())["It can be read on paper"][0]
    assert [lay_out_missing() for _ in range(2)] == [1, 0]
    assert Event.objects.filter(object_type="notice.noticepaper", verb="create").count() == 1
    assert "It can be read on paper" not in wrong(ready, but=())
    assert paper in Client().get(page).content.decode()
    pdfs = {Client().get(paper).content for _ in range(2)}
    assert len(pdfs) == 1 == NoticePaper.objects.filter(notice=made).count()
    printed = Printed(pdfs.pop())
    assert "How long we keep it" in printed.text and "version 1" in printed.text
    assert "Confidential" not in printed.text and ready.room.headteacher.last_name not in printed.text
    tags = printed.tags()
    assert (tags["H1"], tags["H2"]) == (1, len(made.sections)) and tags["Table"] >= 3 and tags["TH"] > 30
    assert printed.unmarked() == [] and printed.beyond_the_margins() == ""
    papers.lay_out(made)
    assert NoticePaper.objects.count() == 1 == Event.objects.filter(object_type="notice.noticepaper").count()


def test_a_printer_that_is_away_stops_nobody_from_publishing(ready: Place, monkeypatch: pytest.MonkeyPatch):
    def away(*args: Any, **kwargs: Any) -> bytes:
        raise PrinterAway

    monkeypatch.setattr(papers, "make_at_once", away)
    head, body = signed_in(ready.room.headteacher), {"token": str(uuid7()), "seen": draft_of(ready).digest}
    assert head.post(reverse("notice_draft"), body).status_code == 302
    assert newest(ready.school.pk) is not None and lay_out_missing() == 0
    monkeypatch.undo()
    assert lay_out_missing() == 1


def test_what_is_new_is_told_to_everybody_and_what_was_taken_out_is_not_said_again(ready: Place):
    address = reverse("privacy_notice", args=[ready.school.pk])
    published(ready)
    assert "What is new" not in Client().get(address).content.decode()
    save_details(school=ready.school, seen=1, details=replace(DETAILS, paper="Paper is in a safe"), by=ready.room.lead)
    published(ready)
    page = Client().get(address).content.decode()
    assert "1 line added" in page and page.count("Paper is in a safe.") == 2
    assert "1 line taken out" in page and "locked cabinet" not in page


def test_the_pages_of_who_makes_it(ready: Place):
    head, deputy = signed_in(ready.room.headteacher), signed_in(ready.room.deputy)
    settings, draft = reverse("notice_settings"), reverse("notice_draft")
    assert [deputy.get(page).status_code for page in (settings, draft)] == [403, 403]
    assert deputy.post(draft, {}).status_code == 403
    assert "1 thing needs a look" in head.get(reverse("settings_home")).content.decode()
    shown = head.get(draft).content.decode()
    body = {"token": str(uuid7()), "seen": draft_of(ready).digest}
    assert body["seen"] in shown
    for _ in range(2):
        assert head.post(draft, body).status_code == 302
    made = newest(ready.school.pk)
    assert made is not None and made.version == 1
    assert "nothing to publish" in head.get(draft).content.decode()
    assert "Version 1" in head.get(settings).content.decode()
    assert head.get(reverse("notice_version", args=[made.pk])).status_code == 200
    assert deputy.get(reverse("notice_version", args=[made.pk])).status_code == 403
    bad = head.post(settings, {"seen": 1, "officer_email": "nobody"})
    assert (bad.status_code, "officer_email" in bad.content.decode()) == (422, True)
    stale = head.post(settings, {"seen": 0, "officer": "Another service"})
    [form] = [form for form in forms_of(stale.content.decode()) if "officer" in form.controls]
    typed = stale.status_code, form.values("officer"), form.values("seen")
    assert typed == (409, ["Another service"], ["1"]), "sent again, it is saved on top"
    assert set(wrong(ready)) == {"Guidance is the edition in force"}
    assert "It can be read on paper" not in wrong(ready, but=()), "it was laid out when it was published"


def test_its_pages_ask_the_database_no_more_than_this(ready: Place, django_assert_max_num_queries: Any):
    published(ready)
    head, nobody = signed_in(ready.room.headteacher), Client()
    for client, address, most in (
        (head, reverse("notice_settings"), 27),
        (head, reverse("notice_draft"), 27),
        (nobody, reverse("privacy_notice", args=[ready.school.pk]), 12),
    ):
        client.get(address)
        with django_assert_max_num_queries(most):
            client.get(address)
