"""Does `manage.py import_children` do what the browser does, ask what it asks, and wait where it waits?"""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from children.models import Child, ImportRun
from children.services.imports import confirming, reading, take_up, take_up_all
from safeguarding.audit.models import Event
from tests import factories
from tests.sheets import bring_in, look_at, row, sheet

DATA = Path(__file__).parents[2] / "data"
pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return factories.staffroom()


def run(cast, file, *options):
    out, err = io.StringIO(), io.StringIO()
    call_command("import_children", str(file), "--school", cast.school.slug, *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def refusal(cast, file, *options):
    with pytest.raises(CommandError) as refused:
        run(cast, file, *options)
    return str(refused.value)


def test_a_dry_run_shows_everything_and_changes_nothing(cast):
    shown, _ = run(cast, DATA / "sims_pupils.csv", "--dry-run")
    for words in ("SIMS, 422 rows", "415 join", "2 cannot be used", "row 329, UPN:", "Nothing was changed"):
        assert words in shown
    assert not Child.objects.filter(school=cast.school).exists()
    assert not ImportRun.objects.filter(school=cast.school).exists()


def test_yes_confirms_what_waits_for_nobody(cast):
    shown, _ = run(cast, DATA / "ctf_inbound.xml", "--yes")
    assert "30 joined, 0 changed, 0 came back, 0 left." in shown
    assert Child.objects.filter(school=cast.school).count() == 30


def test_yes_takes_a_file_that_waits_in_the_browser_of_the_same_person(cast, tmp_path):
    file = tmp_path / "same.csv"
    file.write_bytes(sheet([row(0)]))
    waits = look_at(cast.school, [row(0)], by=cast.office)
    assert "1 joined, 0 changed" in run(cast, file, "--yes", "--as", cast.office.username)[0]
    waits.refresh_from_db()
    assert waits.status == ImportRun.Status.READY


def test_yes_takes_what_needs_nobody_and_says_how_many_wait(cast, tmp_path):
    bring_in(cast.school, [row(0), row(1)], by=cast.office)
    file = tmp_path / "grave.csv"
    file.write_bytes(sheet([row(0, born="28/03/2018"), row(1, surname="Marlow")]))
    shown, _ = run(cast, file, "--yes")
    assert "0 joined, 1 changed" in shown and "1 row waiting for a person" in shown
    assert Child.objects.filter(school=cast.school, surname="Marlow").exists()


def test_who_is_asked_can_leave_out_what_waits(cast, monkeypatch):
    monkeypatch.setattr("children.management.commands.import_children._agrees", lambda: True)
    shown, _ = run(cast, DATA / "sims_pupils.csv")
    assert "3 rows without a decision" in shown
    assert "415 joined, 0 changed, 0 came back, 0 left." in shown and "3 rows waiting for a person" in shown


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["reading.compare", "confirming.apply"])
def test_the_worker_keeps_away_from_what_the_command_works_on(cast, monkeypatch, step):
    module, name = step.split(".")
    real, taken = getattr(reading if module == "reading" else confirming, name), []

    def meanwhile(*args, **kwargs):
        with ThreadPoolExecutor(1) as beat:
            taken.append(beat.submit(_beat).result(timeout=20))
        return real(*args, **kwargs)

    monkeypatch.setattr(f"children.services.imports.{step}", meanwhile)
    shown, _ = run(cast, DATA / "ctf_inbound.xml", "--yes")
    assert "30 joined" in shown
    assert taken == [False]


def _beat():
    """What the worker does every minute, on its own connection: whether it took anything up."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")
        return any(take_up(pk) for pk in ImportRun.objects.values_list("pk", flat=True))
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_what_the_worker_has_finished_is_done(cast):
    from children.services.imports import confirm_import, go_on, start_import

    made = start_import(school=cast.school, file_name="a.csv", chunks=[sheet([row(1)])], by=cast.office)
    take_up(made.pk)
    ready = go_on(made)
    assert ready.status == ImportRun.Status.READY
    confirmed = confirm_import(run=ready, by=cast.office)
    take_up(made.pk)
    assert go_on(confirmed).status == ImportRun.Status.CONFIRMED
    assert confirming.finish_import(run=confirmed).summary["done"]["joined"] == 1


def test_for_whom_it_was_done_is_written_down(cast):
    run(cast, DATA / "ctf_inbound.xml", "--yes", "--as", cast.office.username)
    made = ImportRun.objects.get(school=cast.school)
    assert made.confirmed_by == cast.office
    assert Event.objects.filter(verb="create", object_type="children.child", actor_id=cast.office.pk).count() == 30
    assert "Nobody has the user name" in refusal(cast, DATA / "ctf_inbound.xml", "--as", "n.obody")


def test_somebody_without_the_right_is_refused(cast):
    assert "Only the office" in refusal(cast, DATA / "ctf_inbound.xml", "--yes", "--as", cast.teacher.username)


def test_what_waits_for_a_person_is_refused_and_goes_on_in_the_browser(cast, tmp_path):
    bring_in(cast.school, [row(n) for n in range(40)], by=cast.office)
    file = tmp_path / "moved.csv"
    file.write_bytes(sheet([row(n, surname="Moved") for n in range(40)]))
    assert "The file waits in the browser" in refusal(cast, file, "--yes")
    assert ImportRun.objects.filter(school=cast.school).latest("uploaded_at").status == ImportRun.Status.READY
    assert not Child.objects.filter(school=cast.school, surname="Moved").exists()


def test_without_yes_and_without_a_terminal_nothing_is_confirmed(cast):
    assert "Add --yes" in refusal(cast, DATA / "ctf_inbound.xml")
    assert not Child.objects.filter(school=cast.school).exists()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("ctf_entity_bomb.xml", "DTD or entities"),
        ("csv_empty.csv", "empty"),
        ("no-such-file.csv", "There is no file"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(cast, name, says):
    assert says in refusal(cast, DATA / name, "--yes")


def test_unknown_headings_are_told_in_the_browser(cast, tmp_path):
    file = tmp_path / "own.csv"
    file.write_text("Number,Family name,Given name,Born\nC356999926001,Ashdown,Rowan,14/03/2017\n")
    assert "say what its columns mean" in refusal(cast, file, "--yes")


def test_which_school_must_be_said_where_there_are_several(cast):
    factories.staffroom("Other School")
    with pytest.raises(CommandError, match="Which school"):
        call_command("import_children", str(DATA / "ctf_inbound.xml"))


@pytest.mark.django_db(transaction=True)
def test_a_worker_takes_up_what_was_left_and_only_once(cast, monkeypatch):
    monkeypatch.setattr("children.services.imports.working.SMALL_FILE", 0)
    from children.services.imports import go_on, start_import

    waiting = start_import(school=cast.school, file_name="a.csv", chunks=[sheet([row(1)])], by=cast.office)
    monkeypatch.setattr("children.services.imports.working._ring", lambda key: None)
    assert go_on(waiting).status == ImportRun.Status.UPLOADED
    assert take_up(waiting.pk)
    assert not take_up(waiting.pk)
    waiting.refresh_from_db()
    assert waiting.status == ImportRun.Status.READY
    assert waiting.rows.count() == 1


@pytest.fixture
def told(monkeypatch):
    """Whom the database is told of when rows are compared and when the list is changed: {step: user key}."""
    found = {}

    def asked_at(step, real):
        def asks(*args, **kwargs):
            with connection.cursor() as cursor:
                cursor.execute("SELECT split_part(current_setting('app.context', true), '|', 3)")
                found[step] = cursor.fetchone()[0] or ""
            return real(*args, **kwargs)

        return asks

    monkeypatch.setattr(reading, "compare", asked_at("read", reading.compare))
    monkeypatch.setattr(confirming, "apply", asked_at("write", confirming.apply))
    return found


@pytest.mark.django_db(transaction=True)
def test_the_database_knows_for_whom_the_worker_reads_and_writes_and_forgets_it(cast, told):
    from children.services.imports import confirm_import, start_import

    run = start_import(school=cast.school, file_name="a.csv", chunks=[sheet([row(1)])], by=cast.office)
    take_up(run.pk)
    run.refresh_from_db()
    confirm_import(run=run, by=cast.lead)
    take_up(run.pk)
    assert told == {"read": str(cast.office.pk), "write": str(cast.lead.pk)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.context', true)")
        assert cursor.fetchone()[0] == ""
    events = Event.objects.filter(object_type="children.child", purpose="import")
    assert [(e.verb, e.actor_id, e.school_id) for e in events] == [("create", cast.lead.pk, cast.school.pk)]


@pytest.mark.parametrize("named", [True, False])
def test_the_database_knows_for_whom_the_command_is_given(cast, told, named):
    run(cast, DATA / "ctf_inbound.xml", "--yes", *(("--as", cast.office.username) if named else ()))
    assert set(told.values()) == {str(cast.office.pk) if named else ""}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["read", "write"])
def test_what_breaks_in_the_worker_takes_nothing_and_logs_nobody(cast, monkeypatch, step):
    from children.services.imports import confirm_import, read_import, start_import
    from children.services.imports.working import ImportBroken

    run = start_import(school=cast.school, file_name="a.csv", chunks=[sheet([row(1)])], by=cast.office)
    if step == "write":
        run = confirm_import(run=read_import(run=run, by=cast.office), by=cast.office)

    def broken(*args, **kwargs):
        raise ValueError("Rowan1 AshdownB")

    monkeypatch.setattr(
        f"children.services.imports.{'reading.compare' if step == 'read' else 'confirming.apply'}", broken
    )
    with pytest.raises(ImportBroken) as error:
        take_up(run.pk)
    assert "Rowan" not in str(error.value)
    assert error.value.__cause__ is None
    run.refresh_from_db()
    assert run.status == (ImportRun.Status.REFUSED if step == "read" else ImportRun.Status.READY)
    assert not Child.objects.filter(school=cast.school).exists()
    monkeypatch.undo()
    assert take_up_all() == 0


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_was_stopped_half_way_begins_again(cast):
    from children.services.imports import start_import

    stopped = start_import(school=cast.school, file_name="a.csv", chunks=[sheet([row(1), row(2)])], by=cast.office)
    ImportRun.objects.filter(pk=stopped.pk).update(status=ImportRun.Status.READING, rows_read=1)
    assert take_up_all() == 1
    stopped.refresh_from_db()
    assert (stopped.status, stopped.rows_read, stopped.rows.count()) == (ImportRun.Status.READY, 2, 2)
