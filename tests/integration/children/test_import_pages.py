"""A file of children from the browser: given, looked at, decided about, confirmed, and refused in words."""

import csv
import io
import re
from pathlib import Path

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from children.models import Child, Contact, ImportRow, ImportRun
from children.services.access import declare_conflict
from children.services.imports import TASK, applying, decide, start_import, take_up
from safeguarding.audit.context import system_task
from safeguarding.audit.models import Event
from tests import factories
from tests.sheets import bring_in, look_at, row, sheet

pytestmark = pytest.mark.django_db
DATA = Path(__file__).parents[2] / "data"


@pytest.fixture
def cast():
    return factories.staffroom()


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def shown(client, run):
    """The revision that the page of a run carries in its forms."""
    page = client.get(reverse("import_run", args=[run.pk])).content.decode()
    return re.search(r'name="seen" value="(\d+)"', page)[1]


def confirm(client, run, **data):
    """Press the button of the page as it is now, or of one with the revision `seen`."""
    data.setdefault("seen", shown(client, run))
    return client.post(reverse("confirm_import", args=[run.pk]), data, follow=True)


def upload(client, person, name, content=None):
    content = (DATA / name).read_bytes() if content is None else content
    client.force_login(person)
    return client.post(reverse("imports"), {"file": SimpleUploadedFile(name, content)}, follow=True)


def the_run(cast):
    return ImportRun.objects.filter(school=cast.school).latest("uploaded_at")


def test_a_file_is_read_looked_at_and_confirmed(client, cast):
    page = text(upload(client, cast.office, "sims_pupils.csv"))
    assert "What this file would do" in page
    assert "Legal surname is missing" in page
    done = text(confirm(client, the_run(cast)))
    assert "415 children" in done
    assert "Not taken" in done
    assert Child.objects.filter(school=cast.school).count() == 415


def test_a_decision_is_kept_and_done(client, cast):
    upload(client, cast.office, "sims_pupils.csv")
    run = the_run(cast)
    held = ImportRow.objects.get(run=run, number=110)
    kept = {"seen": shown(client, run), f"row_{held.pk}": "take"}
    assert "1 decision kept" in text(client.post(reverse("import_rows", args=[run.pk]), kept, follow=True))
    confirm(client, run)
    assert Child.objects.filter(school=cast.school, forename="Saoirse", surname="McGlinchey").count() == 1


def test_a_decision_that_does_not_exist_is_refused_and_nothing_is_lost(client, cast):
    upload(client, cast.office, "sims_pupils.csv")
    run = the_run(cast)
    held = ImportRow.objects.get(run=run, number=110)
    answer = client.post(reverse("import_rows", args=[run.pk]), {"seen": "9", f"row_{held.pk}": "destroy"})
    assert answer.status_code == 422
    assert "There is a problem" in text(answer)


def test_grave_changes_can_be_said_yes_to_all_at_once(client, cast):
    bring_in(cast.school, [row(n) for n in range(3)], by=cast.office)
    run = look_at(cast.school, [row(n, responsible="No") for n in range(3)], by=cast.office)
    client.force_login(cast.office)
    for ticked, code in (({}, 422), ({"all_responsibility": "on"}, 302)):
        assert not run.rows.exclude(decision="").exists()
        said = {"seen": shown(client, run), "all": "take"} | ticked
        assert client.post(reverse("import_rows", args=[run.pk]), said).status_code == code
    assert run.rows.filter(decision="take").count() == 3


@time_machine.travel(factories.SCHOOL_DAY)
def test_half_a_file_lets_children_go_by_a_tick_beside_their_number_alone(client, cast):
    """What waits for another reason is not decided with them."""
    bring_in(cast.school, [row(n) for n in range(60)], by=cast.office)
    half = [row(0, born="28/03/2018"), row(1, born="28/03/2018"), *(row(n) for n in range(2, 25))]
    with system_task(TASK):
        run = start_import(school=cast.school, file_name="a.csv", chunks=[sheet(half)], by=None, unattended=True)
    take_up(run.pk)
    client.force_login(cast.office)
    place, seen = reverse("import_rows", args=[run.pk]), shown(client, run)
    refused = client.post(place, {"seen": seen, "all": "take"})
    assert refused.status_code == 422 and "Tick what you have looked at" in text(refused)
    assert "35 of 60 children on roll are not in this file" in text(refused)
    assert "Date of birth: I have looked at the 2 rows" in text(refused)
    assert Child.objects.filter(school=cast.school, left_on=None).count() == 60
    client.post(place, {"seen": seen, "all": "take", "all_leaves": "on"})
    assert Child.objects.filter(school=cast.school, left_on=None).count() == 25
    assert run.rows.filter(decision="", kind="changes").count() == 2


@time_machine.travel(factories.SCHOOL_DAY)
def test_questions_about_the_whole_file_must_be_ticked(client, cast):
    bring_in(cast.school, [row(n) for n in range(40)], by=cast.office)
    run = look_at(cast.school, [row(n) for n in range(30)], by=cast.office)
    client.force_login(cast.office)
    refused = confirm(client, run)
    assert refused.status_code == 422
    assert "Tick that you have looked at who would leave" in text(refused)
    assert Child.objects.filter(school=cast.school, left_on=None).count() == 40
    confirm(client, run, leavers="on")
    assert Child.objects.filter(school=cast.school, left_on=None).count() == 30


@time_machine.travel(factories.SCHOOL_DAY)
def test_a_confirmation_of_what_was_not_shown_is_shown_first(client, cast):
    """Somebody else's file comes between the look and the confirmation; a double click changes nothing about that."""
    bring_in(cast.school, [row(n) for n in range(40)], by=cast.office)
    mine = look_at(cast.school, [row(n) for n in range(35)], by=cast.office)
    client.force_login(cast.office)
    seen = shown(client, mine)
    bring_in(cast.school, [row(n) for n in range(45)], by=cast.lead)
    first = text(confirm(client, mine, seen=seen, leavers="on"))
    assert "The list has changed since you looked" in first
    again = confirm(client, mine, seen=seen, leavers="on")
    assert again.status_code == 409
    assert "10 of 45 children on roll" in text(again)
    assert "Nothing was taken" in text(again)
    assert "checked" not in text(again)
    assert Child.objects.filter(school=cast.school, left_on=None).count() == 45
    assert "35 children" not in text(confirm(client, mine, seen=seen, leavers="on"))
    confirm(client, mine, leavers="on")
    assert Child.objects.filter(school=cast.school, left_on=None).count() == 35


@time_machine.travel(factories.SCHOOL_DAY)
def test_what_a_colleague_decided_meanwhile_is_shown_and_the_ticks_stay(client, cast):
    bring_in(cast.school, [row(n) for n in range(40)], by=cast.office)
    run = look_at(cast.school, [row(0, born="28/03/2018"), *(row(n) for n in range(1, 30))], by=cast.office)
    client.force_login(cast.office)
    seen = shown(client, run)
    decide(run=run, decisions={run.rows.get(is_grave=True).pk: "take"}, by=cast.lead)
    changed = confirm(client, run, seen=seen, leavers="on")
    assert changed.status_code == 409
    assert "checked" in text(changed)
    assert Child.objects.filter(school=cast.school, left_on=None).count() == 40


def test_a_decision_about_a_row_as_it_was_is_not_kept(client, cast):
    bring_in(cast.school, [row(n) for n in range(3)], by=cast.office)
    run = look_at(cast.school, [row(0, born="28/03/2018"), row(1), row(2)], by=cast.office)
    client.force_login(cast.office)
    seen = shown(client, run)
    bring_in(cast.school, [row(0, forename="Robin"), row(1), row(2)], by=cast.lead)
    confirm(client, run)
    said = {"seen": seen, f"row_{run.rows.get(is_grave=True).pk}": "take"}
    answer = client.post(reverse("import_rows", args=[run.pk]), said)
    assert answer.status_code == 409
    assert "changed after this page was shown" in text(answer)
    assert not run.rows.exclude(decision="").exists()


def test_what_nobody_decided_about_can_be_decided_later(client, cast):
    bring_in(cast.school, [row(n) for n in range(3)], by=cast.office)
    run = look_at(cast.school, [row(0, born="28/03/2018"), row(1), row(2)], by=cast.office)
    client.force_login(cast.office)
    done = text(confirm(client, run))
    assert "until the next list is imported" in done and "Every other row was taken" in done
    assert "1 row of the list of children to decide" in text(client.get("/", follow=True))
    assert "1 row waiting" in text(client.get(reverse("imports")))
    said = {"seen": shown(client, run), f"row_{run.rows.get().pk}": "take"}
    saved = text(client.post(reverse("import_rows", args=[run.pk]), said, follow=True))
    assert "1 decision saved" in saved and "Every row was taken" in saved
    assert Child.objects.get(school=cast.school, forename="Rowan0").detail.date_of_birth.day == 28
    again = client.post(reverse("import_rows", args=[run.pk]), said, follow=True)
    assert "No decision was new" in text(again)


def test_who_would_leave_is_shown_by_name(client, cast):
    bring_in(cast.school, [row(n) for n in range(5)], by=cast.office)
    run = look_at(cast.school, [row(n) for n in range(4)], by=cast.office)
    client.force_login(cast.office)
    assert "Rowan4 AshdownE" in text(client.get(reverse("import_run", args=[run.pk]) + "?show=leave"))


def test_a_child_of_the_office_is_not_shown_counted_written_or_doubled(client, cast):
    """Rowan0 is a child of whoever gives the file, Rowan1 has a contact in common with it, Rowan4 is in no row."""
    shared = {"adult": "Mrs Ann Ashdown0", "mobile": "07700 900000"}
    bring_in(cast.school, [row(0), row(1, **shared), *(row(n) for n in range(2, 60))], by=cast.lead)
    for name in ("Rowan0", "Rowan4"):
        hidden = Child.objects.get(school=cast.school, forename=name)
        declare_conflict(user=cast.office, child=hidden, kind="relative", by=cast.office)
    rest = [row(n) for n in range(2, 60) if n != 4]
    file = sheet([row(0, room="3C"), row(1, room="3C", **(shared | {"mobile": "07700 900999"})), *rest, row(70)])
    upload(client, cast.office, "children.csv", file)
    run = the_run(cast)
    page = client.get(reverse("import_run", args=[run.pk]))
    counts = page.context["counts"]
    assert [counts[key] for key in ("all", "joins", "changes", "leave", "same")] == [58, 1, 0, 0, 57]
    done = text(confirm(client, run))
    assert "In the school’s list" in done and "Rowan0" not in done and "Rowan1 " not in done
    run.refresh_from_db()
    assert run.summary["done"] == {"joined": 1, "changed": 0, "returned": 0, "left": 0}
    assert "to decide" not in text(client.get("/", follow=True))
    assert Child.objects.filter(school=cast.school, left_on=None).count() == 61
    assert Contact.objects.filter(school=cast.school, surname="Ashdown0").count() == 1
    mine = run.rows.get(child__forename="Rowan0")
    said = {"seen": run.revision, f"row_{mine.pk}": "take"}
    client.post(reverse("import_rows", args=[run.pk]), said)
    assert Child.objects.get(school=cast.school, forename="Rowan0").class_name == "3A"

    client.force_login(cast.lead)
    assert "3 rows waiting" in text(client.get(reverse("imports")))
    assert "2 decisions saved" in text(
        client.post(
            reverse("import_rows", args=[run.pk]),
            said | {f"row_{run.rows.get(child__forename='Rowan4').pk}": "take"},
            follow=True,
        )
    )
    assert Child.objects.get(school=cast.school, forename="Rowan0").class_name == "3C"
    assert "1 child" in text(client.get(reverse("import_run", args=[run.pk])))
    client.force_login(cast.office)
    told = client.get(reverse("import_run", args=[run.pk])).context["run"].told
    assert (told["changed"], told["left"]) == (0, 0)


@pytest.mark.parametrize("name", ["ctf_entity_bomb.xml", "csv_empty.csv", "csv_5000_columns.csv"])
def test_a_file_that_cannot_be_used_says_why(client, cast, name):
    page = text(upload(client, cast.office, name))
    assert "This file cannot be used" in page
    assert "What is wrong" in page


def test_markup_in_a_name_is_shown_as_text(client, cast):
    upload(client, cast.office, "bromcom_students.csv")
    run = the_run(cast)
    page = client.get(reverse("import_run", args=[run.pk]) + "?show=remarks").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)" not in page


def test_no_file_is_asked_for_again_in_words(client, cast):
    client.force_login(cast.office)
    answer = client.post(reverse("imports"), {})
    assert answer.status_code == 422
    assert "Choose a file" in text(answer)


OWN = b"Number,Family name,Given name,Born,Form\nC356999926001,Ashdown,Rowan,03/14/2017,5B\n"


def test_a_school_says_once_what_its_columns_mean(client, cast):
    page = text(upload(client, cast.office, "own.csv", OWN))
    assert "What do its columns mean?" in page
    run = the_run(cast)
    meant = {
        "column_0": "upn",
        "column_1": "surname",
        "column_2": "forename",
        "column_3": "date_of_birth",
        "column_4": "class_name",
    }
    refused = client.post(reverse("import_columns", args=[run.pk]), meant | {"column_0": ""})
    assert "Choose which column holds: UPN" in text(refused)
    doubled = client.post(reverse("import_columns", args=[run.pk]), meant | {"column_4": "surname"})
    assert "Only one column can hold: Legal surname" in text(doubled)
    client.post(reverse("import_columns", args=[run.pk]), meant | {"month_first": "month"})
    assert the_run(cast).rows.get().facts["date_of_birth"] == "2017-03-14"
    assert "What this file would do" in text(upload(client, cast.lead, "own.csv", OWN))


MEANT = {"column_0": "upn", "column_1": "surname", "column_2": "forename", "column_3": "date_of_birth"}


def test_what_was_said_of_columns_can_be_said_again_and_is_remembered(client, cast):
    upload(client, cast.office, "own.csv", b"Number,A,B,Born\nC356999926001,Ashdown,Rowan,03/04/2017\n")
    run = the_run(cast)
    client.post(reverse("import_columns", args=[run.pk]), MEANT | {"column_1": "forename", "column_2": "surname"})
    assert run.rows.get().name == "Ashdown Rowan"
    again = text(client.post(reverse("import_columns_again", args=[run.pk]), follow=True))
    assert "What do its columns mean?" in again
    assert not run.rows.exists()
    client.post(reverse("import_columns", args=[run.pk]), MEANT | {"month_first": "month"})
    assert (run.rows.get().name, run.rows.get().facts["date_of_birth"]) == ("Rowan Ashdown", "2017-03-04")
    assert Event.objects.filter(object_id=run.pk, verb="import", actor_id=cast.office.pk).count() >= 6
    confirm(client, the_run(cast))
    assert not run.parts.exists()


def test_the_columns_of_a_known_product_are_not_said_again(client, cast):
    assert "Say again" not in text(upload(client, cast.office, "sims_pupils.csv"))
    assert not the_run(cast).parts.exists()
    assert client.post(reverse("import_columns_again", args=[the_run(cast).pk])).status_code == 422
    assert the_run(cast).status == ImportRun.Status.READY


def born(*dates):
    """A file as SIMS would export it, of children born on these dates."""
    return sheet([row(n, born=day) for n, day in enumerate(dates)])


def test_dates_that_contradict_each_other_are_asked_about_once_for_the_file(client, cast):
    content = born("25/12/2017", "03/04/2018", "12/25/2017", "12/26/2017")
    page = text(upload(client, cast.office, "sims.csv", content))
    run = the_run(cast)
    assert run.status == ImportRun.Status.MAPPING
    assert not run.rows.exists()
    assert "The dates of sims.csv contradict each other" in page
    assert "1 date can only be read with the day first, 2 dates only with the month first" in page

    form = client.get(reverse("import_run", args=[run.pk])).context["columns"]
    meant = {name: form[name].value() for name in form.headings}
    assert form["month_first"].value() is None
    unsaid = client.post(reverse("import_columns", args=[run.pk]), meant)
    assert "Choose how dates are written in this file" in text(unsaid)
    client.post(reverse("import_columns", args=[run.pk]), meant | {"month_first": "month"})
    read = {found.number: found.facts.get("date_of_birth") for found in run.rows.all()}
    assert read == {2: None, 3: "2018-03-04", 4: "2017-12-25", 5: "2017-12-26"}
    assert the_run(cast).status == ImportRun.Status.READY

    # The answer is remembered for files that it fits, and asked for again for one that it does not.
    upload(client, cast.office, "sims.csv", born("12/25/2017", "03/04/2018"))
    assert {found.facts["date_of_birth"] for found in the_run(cast).rows.all()} == {"2017-12-25", "2018-03-04"}
    upload(client, cast.office, "sims.csv", born("25/12/2017", "03/04/2018"))
    assert the_run(cast).status == ImportRun.Status.MAPPING


def test_a_stray_date_is_the_fault_of_its_row(client, cast):
    upload(client, cast.office, "sims.csv", born("12/25/2017", *["25/12/2017"] * 100))
    assert the_run(cast).status == ImportRun.Status.READY
    assert the_run(cast).rows.get(number=2).problems[0]["code"] == "impossible_date"


def test_every_column_of_a_product_is_proposed_where_the_file_is_not_recognised(client, cast):
    """Bromcom's file, with another word for the surname."""
    content = (DATA / "bromcom_students.csv").read_bytes().replace(b"LegalLastName", b"Family", 1)
    upload(client, cast.office, "own.csv", content)
    form = client.get(reverse("import_run", args=[the_run(cast).pk])).context["columns"]
    proposed = {heading: form[name].value() for name, heading in form.headings.items()}
    assert {h for h, meaning in proposed.items() if not meaning} == {"PersonID", "Family", "IsFSM", "IsPupilPremium"}


def test_a_product_s_file_with_a_column_that_could_matter_is_asked_about_once(client, cast):
    """Only four headings of SIMS, and a class under a heading that SIMS has not."""
    content = b"UPN,Legal Surname,Legal Forename,Date of Birth,Form\nC356999926001,Ashdown,Rowan,14/03/2017,5B\n"
    page = text(upload(client, cast.office, "own.csv", content))
    assert "is from SIMS, and some of its columns Harbour does not know" in page
    run = the_run(cast)
    client.post(reverse("import_columns", args=[run.pk]), MEANT | {"column_4": "class_name"})
    assert run.rows.get().facts["class_name"] == "5B"
    assert "What this file would do" in text(upload(client, cast.office, "own.csv", content))


def test_of_two_columns_of_one_name_one_can_be_taken(client, cast):
    upload(client, cast.office, "own.csv", b"Number,Name,Name,Born\nC356999926001,Ashdown,Rowan,14/03/2017\n")
    run = the_run(cast)
    client.post(reverse("import_columns", args=[run.pk]), MEANT)
    assert run.rows.get().name == "Rowan Ashdown"


def test_what_one_school_said_is_not_another_s(client, cast):
    upload(client, cast.office, "own.csv", OWN)
    other = factories.staffroom("Other School")
    assert "What do its columns mean?" in text(upload(client, other.office, "own.csv", OWN))


def test_the_list_of_problems_runs_nothing_in_a_spreadsheet(client, cast):
    run = look_at(
        cast.school, [row(1, surname="=1+1", upn=""), row(2, forename="@x", born="31/31/2018")], by=cast.office
    )
    client.force_login(cast.office)
    answer = client.get(reverse("import_problems", args=[run.pk]))
    assert answer["Content-Disposition"] == 'attachment; filename="problems.csv"'
    cells = [cell for line in csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))) for cell in line]
    assert any("=1+1" in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]
    assert Event.objects.filter(verb="download", object_id=run.pk).count() == 1


def test_a_child_s_row_taken_for_headings_is_not_kept_with_the_file_that_was_given_up(client, cast):
    upload(
        client, cast.office, "bare.csv", b"C356999926001,Ashdown,Rowan,14/03/2017\nC356999926002,Marlow,May,1/4/2017\n"
    )
    client.post(reverse("abandon_import", args=[the_run(cast).pk]))
    assert "Ashdown" not in str(the_run(cast).summary)


def test_giving_up_leaves_the_list_as_it_was(client, cast):
    run = look_at(cast.school, [row(1)], by=cast.office)
    client.force_login(cast.office)
    client.post(reverse("abandon_import", args=[run.pk]))
    run.refresh_from_db()
    assert (run.status, run.rows.count()) == (ImportRun.Status.ABANDONED, 0)
    assert not Child.objects.filter(school=cast.school).exists()


def test_a_large_file_is_left_to_the_worker_and_its_page_can_be_left(
    client, cast, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr("children.services.imports.working.SMALL_FILE", 10)
    monkeypatch.setattr("children.services.imports.working.SMALL_RUN", 0)
    rung = []
    monkeypatch.setattr("children.tasks.work_on_import.apply_async", lambda args, retry: rung.append(args))
    with django_capture_on_commit_callbacks(execute=True):
        page = text(upload(client, cast.office, "children.csv", sheet([row(1)])))
    assert "This takes a moment" in page
    assert "Check again" in page
    assert rung == [(str(the_run(cast).pk),)]


def test_a_large_list_at_work_shows_how_far_it_is(client, cast, monkeypatch):
    """Nothing of the one transaction is seen before its end, so that the rows written are counted beside it."""
    monkeypatch.setattr("children.services.imports.working.SMALL_RUN", 0)
    run = look_at(cast.school, [row(1), row(2), row(3)], by=cast.office)
    client.force_login(cast.office)
    assert "0 of 3 rows put into the list" in text(confirm(client, run))
    seen = []

    def slowly(run, *, progress, **how):
        progress(2)
        seen.append(text(client.get(reverse("import_run", args=[run.pk]))))
        return applying.apply(run, progress=progress, **how)

    monkeypatch.setattr("children.services.imports.confirming.apply", slowly)
    assert take_up(run.pk)
    assert "2 of 3 rows put into the list" in seen[0]
    assert "In the school’s list" in text(client.get(reverse("import_run", args=[run.pk])))
