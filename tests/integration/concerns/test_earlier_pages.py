"""Records of an earlier system in the browser: given, looked at, confirmed, found again where one looks, withdrawn; and
refused in words.
"""

import re
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from children.services.access import declare_conflict, grant_child
from safeguarding.audit.models import Event
from safeguarding.concerns.models import EarlierBatch, EarlierPdf, EarlierRecord, EarlierRow
from safeguarding.concerns.services import earlier as service
from safeguarding.concerns.services import searching_earlier
from safeguarding.concerns.services.earlier import confirming
from safeguarding.keys import uuid7
from safeguarding.sealing.files import stored_names
from tests import factories
from tests.earlier import ONE, bring_in, look_at, pack, row, sheet
from tests.pdfs import Printed
from tests.sheets import number
from tests.walls import asking

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return factories.staffroom()


@pytest.fixture
def rowan(cast):
    return factories.child(cast.school, by=cast.office, details={"upn": number(1), "date_of_birth": date(2017, 3, 14)})


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def post(client, name, batch, **data):
    return client.post(reverse(name, args=[batch.pk]), data, follow=True)


def seen(page):
    return re.search(r'name="seen" value="(\d+)"', page)[1]


def give(client, sheet=None, pack=None, source="Old record system", name="incidents.csv"):
    files = {
        key: SimpleUploadedFile(called, content)
        for key, called, content in (("sheet", name, sheet), ("pack", "files.zip", pack))
        if content is not None
    }
    return client.post(reverse("earlier_batches"), {"token": str(uuid7()), "source": source, **files}, follow=True)


def test_files_are_given_told_looked_at_confirmed_and_read(client, cast, rowan):
    client.force_login(cast.lead)
    page = text(give(client, sheet([row(1, rowan, action="Rang home", where="Yard"), row(2, rowan, upn="X")])))
    assert "What do its columns mean?" in page
    batch = EarlierBatch.objects.get()
    headings = batch.summary["headings"]
    told = {f"column_{n}": batch.columns[heading] for n, heading in enumerate(headings)}
    wrong = post(client, "earlier_columns", batch, **{**told, "column_6": "more"})
    assert wrong.status_code == 422
    assert "Choose which column holds: What was written." in text(wrong)
    page = text(post(client, "earlier_columns", batch, **told))
    assert "What these files would do" in page
    assert "The UPN cannot be right" in page
    bad = client.get(reverse("earlier_problems", args=[batch.pk])).content.decode()
    assert "Ashdown, Rowan" in bad
    assert "The UPN cannot be right" in bad
    # What is shown at the first look is what a double click, or an older page, confirms.
    old = post(client, "earlier_confirm", batch, seen="1")
    assert old.status_code == 409
    assert "Look once more before you confirm" in text(old)
    done = text(post(client, "earlier_confirm", batch, seen=seen(page)))
    assert "On the children’s records" in done
    assert "The UPN cannot be right" in done
    assert post(client, "earlier_confirm", batch, seen=seen(page)).status_code == 409
    bad = client.get(reverse("earlier_problems", args=[batch.pk])).content.decode()
    assert "Ashdown" not in bad
    # The next sheet with these headings is read without asking.
    assert "Rows that are here already" in text(give(client, sheet([row(1, rowan, action="Rang home", where="Yard")])))


def test_it_is_found_in_the_chronology_on_paper_by_a_search_and_among_the_files(client, cast, rowan):
    bring_in(
        cast.school,
        by=cast.lead,
        rows=[row("A-17", rowan, details="Heron came late. Then he slept.")],
        pack=pack({f"{number(1)}/heron plan.pdf": ONE}),
    )
    record = EarlierRecord.objects.get()
    client.force_login(cast.deputy)
    chronology = reverse("child_chronology", args=[rowan.pk])
    page = text(client.get(chronology))
    for words in (
        "From Old record system: Home",
        "Heron came late.",
        "Number A-17 there",
        "written there by Mr B Hale",
        "File from Old record system",
        "12 March",
        "9:40am",
    ):
        assert words in page, words
    assert Event.objects.filter(verb="list", object_id=record.pk, purpose="chronology").count() == 1
    assert "Heron" not in text(client.get(f"{chronology}?type=decisions"))
    assert "Heron" in text(client.get(f"{chronology}?type=earlier"))
    paper = client.get(reverse("chronology_paper", args=[rowan.pk]))
    assert "written there by Mr B Hale" in Printed(paper.content).text
    one = text(client.get(reverse("earlier_record", args=[record.pk])))
    assert "Then he slept." in one
    assert "nothing is due" in one
    found = text(client.post(reverse("find_words"), {"q": "heron slept"}))
    assert "A record from Old record system" in found
    assert "A file from" not in found
    found = text(client.post(reverse("find_words"), {"q": "heron plan"}))
    assert "A file from Old record system" in found
    assert "A record from" not in found
    assert "heron plan.pdf" in text(client.get(reverse("child_files", args=[rowan.pk])))
    listed = Event.objects.filter(verb="list", actor_id=cast.deputy.pk)
    assert listed.get(object_id=rowan.pk, purpose="earlier files").count == 1
    assert not listed.filter(purpose="files", object_type="concerns.earlierfile").exists()
    # No clock, no queue, nobody told.
    assert "Old record system" not in text(client.get(reverse("today")))
    assert "Old record system" not in text(client.get(reverse("concerns")))


@pytest.mark.parametrize(
    "limit", [{"MOST": 2}, {"BATCH": 2, "MOST": 2}, {"BATCH": 1, "SECONDS": -1}, {"BATCH": 1, "MOST_BATCHES": 2}]
)
def test_a_search_that_ends_before_the_oldest_says_so(client, cast, rowan, monkeypatch, limit):
    rows = [row(n, rowan, date=f"{n}/03/2024", details="Heron came late.") for n in (1, 2, 3)]
    bring_in(cast.school, by=cast.lead, rows=rows)
    client.force_login(cast.deputy)
    assert "not all earlier records" not in text(client.post(reverse("find_words"), {"q": "heron"}))
    for name, value in limit.items():
        monkeypatch.setattr(searching_earlier, name, value)
    page = text(client.post(reverse("find_words"), {"q": "heron"}))
    assert "3 March" in page
    assert "1 March" not in page
    assert "not all earlier records and files were searched, or are shown" in page
    if "MOST" not in limit:
        none = text(client.post(reverse("find_words"), {"q": "stork"}))
        assert "Nothing in the newest of them" in none


def test_who_reads_concerns_of_the_child_reads_it_and_nobody_else(client, cast, rowan):
    bring_in(cast.school, by=cast.lead, rows=[row(1, rowan)])
    page = reverse("earlier_record", args=[EarlierRecord.objects.get().pk])
    answers = {}
    grant_child(
        child=rowan,
        user=cast.pastoral,
        reason="Mentor",
        last_day=timezone.localdate() + timedelta(days=9),
        by=cast.lead,
    )
    declare_conflict(user=cast.headteacher, child=rowan, kind="own_child", by=cast.lead)
    for who in ("lead", "deputy", "pastoral", "headteacher", "teacher", "assistant", "office"):
        client.force_login(getattr(cast, who))
        answers[who] = client.get(page).status_code
    assert answers == {
        "lead": 200,
        "deputy": 200,
        "pastoral": 200,
        "headteacher": 404,
        "teacher": 403,
        "assistant": 403,
        "office": 403,
    }


def test_it_is_withdrawn_with_a_reason_after_seeing_what_that_takes_out(client, cast, rowan):
    batch = bring_in(cast.school, by=cast.lead, rows=[row(1, rowan, details="Heron came.")])
    record = EarlierRecord.objects.get()
    client.force_login(cast.headteacher)
    client.get(reverse("earlier_record", args=[record.pk]))
    page = text(client.get(reverse("earlier_withdraw", args=[batch.pk])))
    assert "1 record with 0 actions and 0 files, of 1 child" in page
    assert "Helen Okafor" in page
    without = post(client, "earlier_withdraw", batch)
    assert without.status_code == 422
    done = text(post(client, "earlier_withdraw", batch, why="wrong_children"))
    assert "Nobody sees these records any more" in done
    assert "Records are on the wrong children" in done
    assert client.get(reverse("earlier_record", args=[record.pk])).status_code == 404
    assert "Heron" not in text(client.get(reverse("child_chronology", args=[rowan.pk])))
    assert "A record from" not in text(client.post(reverse("find_words"), {"q": "heron"}))
    service.take_up(batch.pk)
    assert "Who had seen them" in text(client.get(reverse("earlier_batch", args=[batch.pk])))
    assert "Helen Okafor" in text(client.get(reverse("earlier_batch", args=[batch.pk])))


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, "Choose the sheet of incidents, the ZIP of PDFs, or both"),
        ({"sheet": b""}, "This file is empty"),
        ({"sheet": b"a,b", "name": "incidents.doc"}, "ends in .csv or .xlsx"),
        ({"sheet": b"a\nb", "source": ""}, "Enter the name of the system"),
        ({"sheet": b"%PDF-1.4"}, "This is a PDF. Export the incidents"),
        ({"sheet": b"PK\x03\x04 and nothing", "name": "a.xlsx"}, "This workbook is damaged"),
        ({"pack": b"PK\x03\x04 and nothing"}, "This is no ZIP, or it is damaged"),
        ({"pack": pack({"../out.pdf": ONE})}, "leads out"),
        ({"pack": pack({f"{n}.pdf": b"" for n in range(2001)})}, "The ZIP is not taken"),
        ({"pack": pack({"a.pdf": b"0" * 2**22})}, "The ZIP is not taken"),
        ({"pack": pack({"a/index.csv": b"", "b/index.csv": b""})}, "more than one index.csv"),
        ({"pack": pack({"index.csv": b"Name,DOB\nA,1"})}, "None of its headings is"),
    ],
)
def test_what_cannot_be_used_says_why(client, cast, files, says):
    client.force_login(cast.lead)
    answer = give(client, **files)
    assert says in text(answer)
    assert not EarlierBatch.objects.exclude(status="refused").exists()


def test_what_is_on_its_way_is_hidden_where_the_child_is(client, cast, rowan):
    batch = look_at(cast.school, by=cast.lead, rows=[row(1, rowan, details="Heron came.")])
    client.force_login(cast.headteacher)
    page = reverse("earlier_batch", args=[batch.pk])
    assert "Heron" in text(client.get(page))
    assert "Priya Raman gave these files and confirms them" in text(client.get(page))
    declare_conflict(user=cast.headteacher, child=rowan, kind="own_child", by=cast.lead)
    assert "Heron" not in text(client.get(page))
    client.force_login(cast.deputy)
    assert client.get(page).status_code == 403
    assert EarlierRow.objects.count() == 1


def of_batch(batch):
    """How many rows and files are there on their way, and of whom."""
    rows = [*EarlierRow.objects.filter(batch=batch), *EarlierPdf.objects.filter(batch=batch)]
    return len(rows), {one.child for one in rows}


def by_worker():
    with asking(None, role="worker"):
        return service.take_up_all()


@pytest.fixture
def hers(cast):
    """Files about Rowan, and about Amy, who is hidden from the Headteacher since they were read."""
    details = {"upn": number(2), "date_of_birth": date(2017, 3, 14)}
    amy = factories.child(cast.school, "Amy", "Bell", by=cast.office, details=details)
    return amy, {"rows": [row(2, amy)], "pack": pack({f"{number(2)}.pdf": ONE})}


def test_what_is_given_up_goes_also_of_children_hidden_from_whoever_gives_up(
    client, cast, rowan, hers, empty_store, django_capture_on_commit_callbacks
):
    amy, files = hers
    batch = look_at(cast.school, by=cast.lead, rows=[row(1, rowan), *files["rows"]], pack=files["pack"])
    declare_conflict(user=cast.headteacher, child=amy, kind="own_child", by=cast.lead)
    client.force_login(cast.headteacher)
    with django_capture_on_commit_callbacks(execute=True):
        assert "given up on these files" in text(post(client, "earlier_give_up", batch))
    assert of_batch(batch) == (2, {amy})
    with django_capture_on_commit_callbacks(execute=True):
        assert by_worker() == 1
    assert of_batch(batch) == (0, set())
    assert not list(stored_names())
    assert by_worker() == 0
    # The log of the school, which the Headteacher reads, does not say that something was left.
    assert Event.objects.filter(object_id=batch.pk, verb="discard").values_list("school_id", "count").get() == (None, 2)


def test_what_came_in_is_forgotten_also_of_a_child_hidden_in_that_moment(client, cast, rowan, hers, monkeypatch):
    amy, files = hers
    rows = [row(1, rowan), *files["rows"], row(3, amy, date="")]
    batch = look_at(cast.school, by=cast.headteacher, rows=rows, pack=files["pack"])
    declare_conflict(user=cast.headteacher, child=amy, kind="own_child", by=cast.lead)
    # Asked before the conflict was there.
    monkeypatch.setattr(confirming, "state_of", lambda batch: batch.summary["state"])
    client.force_login(cast.headteacher)
    page = client.get(reverse("earlier_batch", args=[batch.pk]))
    assert "On the children’s records" in text(post(client, "earlier_confirm", batch, seen=seen(text(page))))
    assert not EarlierRecord.objects.filter(child=amy).exists()
    assert amy in of_batch(batch)[1]
    assert by_worker() == 1
    assert of_batch(batch) == (1, {None})
    assert not EarlierRow.objects.get(batch=batch).content
    assert by_worker() == 0


def test_they_are_read_anew_also_where_a_child_has_been_hidden_since(client, cast, rowan, hers):
    amy, files = hers
    batch = look_at(cast.school, by=cast.headteacher, rows=[row(1, rowan), *files["rows"]])
    declare_conflict(user=cast.headteacher, child=amy, kind="own_child", by=cast.lead)
    client.force_login(cast.headteacher)
    post(client, "earlier_columns_again", batch)
    batch.refresh_from_db()
    told = {f"column_{n}": batch.columns[heading] for n, heading in enumerate(batch.summary["headings"])}
    assert "This takes a moment" in text(post(client, "earlier_columns", batch, **told))
    assert by_worker() == 1
    batch.refresh_from_db()
    assert (batch.status, batch.summary["rows"], batch.summary["expected"]) == ("ready", {"record": 1, "bad": 1}, 2)


def test_what_changed_since_is_read_anew_also_where_a_child_has_been_hidden(client, cast, rowan, hers):
    amy, files = hers
    batch = look_at(cast.school, by=cast.headteacher, rows=[row(1, rowan), *files["rows"]])
    declare_conflict(user=cast.headteacher, child=amy, kind="own_child", by=cast.lead)
    client.force_login(cast.headteacher)
    page = client.get(reverse("earlier_batch", args=[batch.pk]))
    assert "This takes a moment" in text(post(client, "earlier_confirm", batch, seen=seen(text(page))))
    assert by_worker() == 1
    page = text(client.get(reverse("earlier_batch", args=[batch.pk])))
    assert "On the children’s records" in text(post(client, "earlier_confirm", batch, seen=seen(page)))
    assert set(EarlierRecord.objects.values_list("child", flat=True)) == {rowan.pk}
