"""A chronology that is too long to be read while somebody waits: the worker puts it together, for who asked alone."""

import json
import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains

from children.services.access import declare_conflict
from safeguarding.accounts.models import Notice, RoleAssignment
from safeguarding.accounts.services import end_role
from safeguarding.audit.context import Acting, tell_database
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Concern
from safeguarding.concerns.services import access, chronology_on_paper
from safeguarding.printing import client as printer_client
from safeguarding.printing import services
from safeguarding.printing.models import PrintJob
from safeguarding.printing.notice_kinds import PrintNotice
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.concerns.chronicled import whole_story
from tests.pdfs import Printed
from tests.waiting import until
from tests.walls import as_role

# Pieces, tags, outline and page numbers are the printer’s.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_printer")]
WEEKS, OF_EACH = 5, 6


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch):
    monkeypatch.setattr(chronology_on_paper, "AT_ONCE", 10)
    monkeypatch.setattr(chronology_on_paper, "PIECE", 7)


@pytest.fixture
def told(cast, rowan):
    for number in range(WEEKS):
        whole_story(cast, rowan, at=SCHOOL_DAY - timedelta(weeks=13 * number))
    return rowan


def ordered(client, person, child, **query):
    client.force_login(person)
    answer = client.get(reverse("chronology_paper", args=[child.pk]), query)
    assert answer.status_code == 303, answer.content
    return PrintJob.objects.get(pk=UUID(re.fullmatch(r"/prints/([0-9a-f-]{36})/", answer["Location"])[1]))


def work():
    """What the worker does every few seconds, as the role of the database that it has."""
    with as_role("worker"):
        tell_database(Acting())
        done = services.go_on(at=timezone.now())
    tell_database(Acting())
    return done


def made(job):
    """The print, once the worker has gone on with it until it is there."""
    assert work() == 0, "it is put together"
    assert work() == 0, "it is given to the printer"
    until(lambda: printer_client.look(job.pk).state not in ("queued", "working"))
    assert work() == 1
    job.refresh_from_db()
    return job


def test_it_is_made_by_the_worker_and_comes_whole_to_the_inbox(client, cast, told):
    job = ordered(client, cast.lead, told)
    page = reverse("print_job", args=[job.pk])
    assertContains(client.get(page), "Everything that is to stand in it is being put together.")
    held = json.loads(services.content_of(job))
    assert (held["gather"], held["what"]["child"]) == ("chronology", str(told.pk)), "no words of anybody"
    assert "He came in late" not in str(held)
    assert work() == 0
    job.refresh_from_db()
    assert (job.to_gather, job.pieces) == (False, 5)
    assertContains(client.get(page), "0 of 5 pieces laid out")
    work()
    until(lambda: printer_client.look(job.pk).pieces == job.pieces)
    work()
    job.refresh_from_db()
    assert job.status == PrintJob.Status.READY or job.pieces_done == job.pieces
    until(lambda: printer_client.look(job.pk).state not in ("queued", "working"))
    work()
    assert Notice.objects.get(kind=PrintNotice.PRINT).user == cast.lead
    paper = Printed(client.get(page, follow=True).content)
    pages = paper.pages()
    assert len(pages) >= 5
    assert all(f"Page {n} of {len(pages)}" in page for n, page in enumerate(pages, start=1))
    for words in ("He came in late. He said little.", "Done: Meet him at the gate", "Second time. Watch it."):
        assert paper.text.count(words) == WEEKS
    assert str(paper.document.docinfo.Title) == f"Chronology of record {told.number}"
    printed = Event.objects.filter(verb=Verb.PRINT, object_id=told.pk, purpose="chronology")
    assert printed.count() == 2, "when it was ordered, and when it was opened"


def test_its_parts_are_one_paper_with_tags_outline_and_numbers(client, cast, told):
    job = made(ordered(client, cast.lead, told))
    paper = Printed(services.content_of(job))
    tags = paper.tags()
    assert (tags["Document"], tags["H1"], tags["H3"]) == (1, 1, WEEKS * OF_EACH)
    assert paper.unmarked() == []
    with paper.document.open_outline() as outline:
        [top] = outline.root
        years = [year.title for year in top.children if year.title[:4].isdigit()]
        assert years == ["2026", "2026, continued", "2026, continued", "2026, continued", "2025", "2025, continued"]
        assert sum(len(year.children) for year in top.children) == WEEKS * OF_EACH
    # Each page finds the elements that are on it, and each of those its page.
    numbers = paper.document.Root.StructTreeRoot.ParentTree.Nums
    there = {int(numbers[n]): numbers[n + 1] for n in range(0, len(numbers), 2)}
    assert len(there) == len(numbers) / 2
    for page in paper.document.pages:
        on_it = there[int(page.obj.StructParents)]
        assert len(on_it) and {element.Pg.objgen for element in on_it} == {page.obj.objgen}
    assert str(paper.document.Root.Lang) == "en-GB"
    assert b"pdfuaid" in paper.document.Root.Metadata.read_bytes()


def test_the_filter_and_the_choice_without_names_go_with_it(client, cast, told):
    job = made(ordered(client, cast.lead, told, staff="no", type=["concerns", "decisions", "notes"]))
    narrowed = Printed(services.content_of(job)).text
    assert "Names of staff are left out" in narrowed and "Beckett" not in narrowed
    assert "Only: Concerns, Decisions and closing, Notes and additions" in narrowed
    assert "Done: Meet him" not in narrowed


def test_who_may_not_read_it_any_more_is_given_none(client, cast, told):
    job = ordered(client, cast.deputy, told)
    other = factories.staffroom("Gorse Hill Academy").lead
    for person in (cast.lead, other):
        client.force_login(person)
        assert client.get(reverse("print_job", args=[job.pk])).status_code == 404
    [role] = RoleAssignment.objects.filter(user=cast.deputy)
    end_role(assignment=role, last_day=timezone.localdate() - timedelta(days=1))
    assert work() == 1
    job.refresh_from_db()
    assert (job.status, job.why, job.stored) == (PrintJob.Status.FAILED, PrintJob.Why.BROKEN, "")


def test_a_child_who_is_hidden_by_then_stays_unread(client, cast, told):
    job = ordered(client, cast.deputy, told)
    declare_conflict(user=cast.deputy, child=told, kind="relative", by=cast.deputy)
    assert work() == 0
    job.refresh_from_db()
    assert job.to_gather, "it is not theirs to see, and not put together"
    client.force_login(cast.deputy)
    assert client.get(reverse("print_job", args=[job.pk])).status_code == 404


@pytest.mark.parametrize("how", ["restricted", "about them"])
def test_a_concern_that_is_not_theirs_any_more_takes_the_print_along(client, cast, told, how):
    job = made(ordered(client, cast.deputy, told))
    page = reverse("print_job", args=[job.pk])
    assert client.get(page, follow=True)["Content-Type"] == "application/pdf"
    first = Concern.objects.earliest("logged_at")
    if how == "restricted":
        access.restrict_concern(concern=first, by=cast.lead)
    else:
        access.name_subject(concern=first, user=cast.deputy, by=cast.lead)
    assert client.get(page, follow=True).status_code == 404
    # Without it, it is printed as before.
    ordered(client, cast.deputy, told)


def test_a_few_entries_are_printed_while_one_waits(client, cast, rowan):
    whole_story(cast, rowan)
    client.force_login(cast.lead)
    assert client.get(reverse("chronology_paper", args=[rowan.pk]))["Content-Type"] == "application/pdf"
    assert not PrintJob.objects.exists()


def test_a_chronology_that_is_not_ones_to_read_is_not_counted_either(client, cast, told):
    client.force_login(factories.staffroom("Gorse Hill Academy").lead)
    assert client.get(reverse("chronology_paper", args=[told.pk])).status_code == 404
