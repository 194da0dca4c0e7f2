"""What do the pages of a report to governors show to whom, on the page, on paper and in the workbook?"""

import io
import zipfile
from collections.abc import Iterator
from html import unescape
from re import findall, sub
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from safeguarding.accounts.roles import DECIDING, ROLES
from safeguarding.governors.models import GovernorReport, ReportComment
from safeguarding.governors.services import publishing
from safeguarding.keys import uuid7
from tests import factories
from tests.factories import SCHOOL_DAY, Staffroom
from tests.integration.governors.reports import AUTUMN, BUILD, CELLS, commented, counted, draft, published, with_terms
from tests.matrix.filling import forms_of
from tests.pdfs import Printed

pytestmark = pytest.mark.django_db
SAID = "More was logged than last year."


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Iterator[Staffroom]:
    monkeypatch.setattr(BUILD, lambda *args, **asked: CELLS)
    with time_machine.travel(SCHOOL_DAY, tick=False):
        yield with_terms(factories.staffroom())


def text(page: Any) -> str:
    return " ".join(unescape(sub(r"<[^>]+>", " ", page.content.decode().split("<main")[1])).split())


def test_a_governor_begins_with_the_latest_report_or_reads_that_there_is_none(room: Staffroom, client: Client):
    assert {key for key, role in ROLES.items() if role.home == "governor_home"} == {"governor"}
    assert {key for key, role in ROLES.items() if role.may("read_report")} == {"governor", *DECIDING}
    governor = factories.member(room.school, "governor", "Gil", "Stone")
    report = draft(room, volume=SAID)
    client.force_login(governor)
    assert "No report is published yet" in text(client.get("/", follow=True))
    for name in ("governor_report", "governor_report_paper", "governor_report_sheet"):
        assert client.get(reverse(name, args=[report.pk])).status_code == 404
    for name in ("governor_reports", "governor_settings", "overview"):
        assert client.get(reverse(name)).status_code == 403
    assert client.get(reverse("governor_report_differs", args=[report.pk])).status_code == 403


def test_it_is_written_asked_about_approved_and_published_on_its_page(room: Staffroom, client: Client):
    factories.child(room.school, "May", "Ashdown", by=room.office)
    client.force_login(room.headteacher)
    assert client.post(reverse("governor_reports"), {"token": uuid7()}).status_code == 422
    begun = client.post(reverse("governor_reports"), {"token": uuid7(), "term": AUTUMN.isoformat()}, follow=True)
    report = counted(GovernorReport.objects.get())
    here = reverse("governor_report", args=[report.pk])
    assert "being counted" in text(begun)
    send = {"deed": "comments", "seen": report.revision}
    wrong = client.post(here, send | {"comment_volume": "We met Ashdown.", "comment_self_check": SAID})
    assert wrong.status_code == 422
    assert "“Ashdown” is in the name of a child" in text(wrong) and SAID in text(wrong)
    client.post(here, send | {"comment_volume": "We will review in May."})
    report.refresh_from_db()
    approve = {"deed": "approve", "seen": report.revision}
    assert client.post(here, approve).status_code == 422
    page = client.get(here)
    [asked] = page.context["questions"]
    answer = {"deed": "answer", "question": asked.key, "token": uuid7()}
    assert client.post(here, answer).status_code == 422
    assert "Kept, with your name" in text(client.post(here, answer | {"meaning": "word"}, follow=True))
    assert "Approved." in text(client.post(here, approve, follow=True))
    assert "Published." in text(client.post(here, {"deed": "publish"}, follow=True))
    assert client.post(here, {"deed": "publish"}).status_code == 302
    assert client.post(here, {"deed": "open_again"}).status_code == 409
    assert client.post(here, {"deed": "nothing"}).status_code == 422


@pytest.mark.usefixtures("real_printer")
def test_the_page_the_paper_and_the_workbook_say_the_same(room: Staffroom, client: Client):
    report = published(room, volume=SAID)
    client.force_login(factories.member(room.school, "governor", "Gil", "Stone"))
    home = client.get(reverse("governor_home"))
    paper = client.get(reverse("governor_report_paper", args=[report.pk]))
    book = client.get(reverse("governor_report_sheet", args=[report.pk]))
    printed = Printed(paper.content)
    assert str(printed.document.Root.MarkInfo.Marked) == "True" and printed.document.docinfo["/Title"]
    with zipfile.ZipFile(io.BytesIO(book.content)) as packed:
        sheets = " ".join(packed.read(name).decode() for name in packed.namelist() if name.endswith(".xml"))
    for said in (text(home), printed.text, sheets):
        for word in ("Attendance", "21", "Other kinds together", "34", SAID):
            assert word in said
    assert "Online" in text(home) and "not shown" not in printed.text.split("About this report")[0]
    assert ".xlsx" in book["Content-Disposition"]
    assert client.post(reverse("governor_report", args=[report.pk]), {"deed": "correct"}).status_code == 403
    client.force_login(room.deputy)
    part = client.get(reverse("governor_report", args=[report.pk]))
    assert "You see totals" in text(part) and "Attendance 21" not in text(part)
    assert (
        "21"
        not in Printed(client.get(reverse("governor_report_paper", args=[report.pk])).content).text.split("2026")[0]
    )


def test_the_list_the_first_page_and_the_overview_lead_to_it(
    room: Staffroom, client: Client, django_assert_max_num_queries
):
    published(room)
    client.force_login(room.headteacher)
    with django_assert_max_num_queries(40):
        assert client.get(reverse("governor_reports")).status_code == 200
    with django_assert_max_num_queries(40):
        page = client.get(reverse("governor_home"))
    assert page.status_code == 200 and "Autumn term 2026" in text(page)
    overview = client.get(reverse("overview"))
    assert reverse("governor_report", args=[GovernorReport.objects.get().pk]) in overview.content.decode()


def test_the_setting_is_typed_refused_and_saved(room: Staffroom, client: Client):
    client.force_login(room.headteacher)
    here = reverse("governor_settings")
    refused = client.post(here, {"seen": 0, "threshold": 2, "zero": "none"})
    assert refused.status_code == 422 and "Enter 3 or more" in text(refused)
    assert "Saved." in text(client.post(here, {"seen": 0, "threshold": 6, "zero": "hidden"}, follow=True))
    assert 'value="6"' in client.get(here).content.decode()
    assert "Reports to governors" in text(client.get(reverse("setting_changes"), {"of": "governors"}))
    # From a second window, which shows what was there before.
    stale = client.post(here, {"seen": 0, "threshold": 7, "zero": "hidden"})
    [form] = [form for form in forms_of(stale.content.decode()) if "threshold" in form.controls]
    assert (stale.status_code, form.values("threshold")) == (409, ["7"]) and "that is shown 6" in text(stale)
    assert client.post(here, form.sent()).status_code == 302 and 'value="7"' in client.get(here).content.decode()


def test_two_people_who_write_at_once_lose_no_word_of_each_other(room: Staffroom, client: Client):
    report = draft(room, volume="Of volume.", sharing="Of sharing.")
    here = reverse("governor_report", args=[report.pk])

    def sent(page: Any, **typed: str) -> dict[str, str]:
        """The form as a browser sends it: every box, and what is hidden."""
        hidden = {
            name: findall(f'name="{name}" value="([^"]*)"', page.content.decode())[-1] for name in ("seen", "was")
        }
        boxes = {box["field"].html_name: box["field"].value() or "" for box in page.context["boxes"]}
        return {"deed": "comments", **hidden, **boxes, **{f"comment_{key}": text for key, text in typed.items()}}

    client.force_login(room.headteacher)
    stale = client.get(here)
    commented(report, by=room.lead, sharing="Of sharing, by the lead.", training="Of training.")
    page = client.post(here, sent(stale, volume="Of volume, by the Headteacher.", training="Of mine."))
    assert page.status_code == 409
    assert "It says now: Of training." in text(page) and "Of volume, by the Headteacher." in text(page)
    assert client.post(here, sent(page)).status_code == 302
    said = {one.section: one.words for one in ReportComment.objects.filter(report=report)}
    assert said == {
        "volume": "Of volume, by the Headteacher.",
        "sharing": "Of sharing, by the lead.",
        "training": "Of mine.",
    }
    # What was there is taken away by an empty box.
    assert client.post(here, sent(client.get(here), sharing="")).status_code == 302
    assert ReportComment.objects.get(report=report, section="sharing").words == ""


def test_a_replaced_report_that_should_not_be_read_is_withdrawn_on_its_page(room: Staffroom, client: Client):
    first = published(room, volume="Words that should not be read.")
    second = counted(publishing.correct(first, token=uuid7(), by=room.lead))
    publishing.publish(publishing.approve(second, seen=second.revision, by=room.headteacher), by=room.headteacher)
    here, said = reverse("governor_report", args=[first.pk]), "If it should not be read"
    client.force_login(room.lead)
    assert said not in text(client.get(here))
    assert client.post(here, {"deed": "withdraw", "because": "words"}).status_code == 403
    client.force_login(room.headteacher)
    assert said in text(client.get(here))
    assert client.post(here, {"deed": "withdraw"}).status_code == 422
    assert "Withdrawn." in text(client.post(here, {"deed": "withdraw", "because": "words"}, follow=True))
    client.force_login(factories.member(room.school, "governor", "Gil", "Stone"))
    page = text(client.get(here))
    assert "This report was withdrawn" in page and "Words that" not in page
