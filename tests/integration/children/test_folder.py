"""Lists that come by themselves: taken once, wherever the worker is killed; and what never goes in without a look."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.urls import reverse

from children.models import Child, ImportRow, ImportRun
from children.services.imports import FolderOpen, ListLeft, folder, take_lists, take_up_all, waiting, working
from safeguarding.checks import State
from safeguarding.locks import one_at_a_time
from tests import factories
from tests.looking import stands
from tests.sheets import bring_in, row, sheet

pytestmark = pytest.mark.django_db
DATA = Path(__file__).parents[2] / "data"
AT = factories.SCHOOL_DAY
S = ImportRun.Status


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def cast():
    return factories.staffroom()


@pytest.fixture
def place(cast, tmp_path, settings):
    """The folder of the school."""
    settings.PUPIL_LIST_FOLDER = tmp_path
    mine = tmp_path / cast.school.slug
    mine.mkdir(mode=0o750)
    return mine


def leave(place, name, content, *, minutes=5):
    """The school's own system has written a file so many minutes ago."""
    file = place / name
    if isinstance(content, Path):
        shutil.copyfile(content, file)
    else:
        file.write_bytes(content)
    then = (AT - timedelta(minutes=minutes)).timestamp()
    os.utime(file, (then, then))
    return file


def children(cast):
    return Child.objects.filter(school=cast.school, left_on=None).count()


def test_a_list_goes_in_once_and_the_same_the_next_night_is_only_received(client, cast, place, clock):
    leave(place, "pupils.csv", DATA / "sims_pupils.csv")
    assert take_lists(place.parent) == 1
    run = ImportRun.objects.get(school=cast.school)
    assert (run.status, run.summary["done"]["joined"], waiting(run).count()) == (S.CONFIRMED, 415, 3)
    assert (run.uploaded_by, list(place.iterdir())) == (None, [])
    client.force_login(cast.office)
    assert "From the folder" in client.get(reverse("imports")).content.decode()
    page = client.get(reverse("import_run", args=[run.pk])).content.decode()
    assert "taken from the folder" in page and "confirmed" not in page
    clock.move_to(AT + timedelta(days=7))
    assert stands(cast.lead, "list_of_children")[0] is State.LOOK
    assert stands(cast.lead, "rows_of_lists") == (State.LOOK, 3)
    leave(place, "pupils.csv", DATA / "sims_pupils.csv")
    assert take_lists(place.parent) == 1
    assert ImportRun.objects.filter(school=cast.school).count() == 1
    assert stands(cast.lead, "list_of_children")[0] is State.GOOD
    assert list(place.iterdir()) == []


def test_half_a_file_in_september_lets_nobody_leave(cast, place, clock):
    bring_in(cast.school, [row(n) for n in range(40)], by=cast.office)
    clock.move_to(AT.replace(year=2027, month=9, day=7))
    leave(place, "half.csv", sheet([row(n) for n in range(20)]))
    assert take_lists(place.parent) == 1
    run = ImportRun.objects.get(school=cast.school, uploaded_by=None)
    assert (run.status, children(cast), waiting(run).filter(kind="leaves").count()) == (S.CONFIRMED, 40, 20)


def test_a_file_that_is_still_being_written_is_left_and_the_oldest_goes_first(cast, place):
    leave(place, "b.csv", sheet([row(1)]), minutes=20)
    leave(place, "a.csv", sheet([row(1), row(2)]), minutes=10)
    late = leave(place, "c.csv", sheet([row(1), row(2), row(3)]), minutes=1)
    assert take_lists(place.parent) == 2
    assert children(cast) == 2
    assert [run.file_name for run in ImportRun.objects.order_by("pk")] == ["b.csv", "a.csv"]
    assert list(place.iterdir()) == [late]


STEPS = ["start_import", "take_up", "read_import", "confirm_plain", "finish_import", "unlink"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("after", [False, True])
def test_a_worker_that_is_killed_loses_nothing_and_takes_nothing_twice(cast, place, monkeypatch, step, after):
    leave(place, "pupils.csv", sheet([row(1), row(2)]))
    where = folder if step in ("start_import", "take_up") else Path if step == "unlink" else working
    real = getattr(where, step)

    def killed(*args, **kwargs):
        if after:
            real(*args, **kwargs)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(where, step, killed)
        with pytest.raises(Killed):
            take_lists(place.parent)
    take_lists(place.parent)
    run = ImportRun.objects.get(school=cast.school)
    assert (run.status, run.summary["done"]["joined"], children(cast)) == (S.CONFIRMED, 2, 2)
    assert list(place.iterdir()) == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_take_a_school_one_after_the_other(cast, place):
    leave(place, "pupils.csv", sheet([row(1)]))

    def other():
        try:
            return take_lists(place.parent)
        finally:
            connection.close()

    with one_at_a_time(f"lists of {cast.school.pk}"), ThreadPoolExecutor(1) as worker:
        assert worker.submit(other).result(timeout=20) == 0
    assert take_lists(place.parent) == 1


@pytest.mark.parametrize("mode", [0o777, 0o752, 0o755])
def test_nothing_of_a_link_or_of_a_folder_open_to_all_goes_in(cast, place, tmp_path, mode):
    elsewhere = leave(tmp_path, "elsewhere.csv", sheet([row(1)]))
    (place / "linked.csv").symlink_to(elsewhere)
    os.link(elsewhere, place / "hard.csv")
    assert take_lists(place.parent) == 0
    leave(place, ".taken-nothing", sheet([row(3)]))
    leave(place, "open.csv", sheet([row(2)]))
    for one, rights in ((place, mode), (place.parent, 0o777)):
        one.chmod(rights)
        with pytest.raises(FolderOpen):
            take_lists(place.parent)
        one.chmod(0o700)
    assert children(cast) == 0


def test_a_file_that_cannot_be_handled_holds_up_no_other_file_and_no_other_school(cast, place):
    """Whatever a name holds; a name with the key of another school's run; and a school where nothing can be put."""
    other = factories.staffroom("Fernacre Primary School")
    ours = place.parent / other.school.slug
    ours.mkdir(mode=0o750)
    leave(ours, "first.csv", sheet([row(9)]))
    take_lists(place.parent)
    theirs = ImportRun.objects.get(school=other.school)
    for n, name in enumerate(
        (os.fsdecode(b"caf\xe9.csv"), "\n\t.csv", "\u0e01" * 80, f".taken-{'-' * 36}-a.csv"), start=1
    ):
        leave(place, name, sheet([row(one) for one in range(n)]), minutes=90 - n)
    leave(place, f".taken-{theirs.pk}-a.csv", sheet([row(7)]), minutes=60)
    leave(place, "last.csv", sheet([row(one) for one in range(4)]))
    leave(ours, "empty.csv", b"")
    (ours / "refused").write_bytes(b"")
    for _ in range(2):
        with pytest.raises(ListLeft):
            take_lists(place.parent)
    names = [run.file_name for run in ImportRun.objects.filter(school=cast.school).order_by("pk")]
    assert names == ["caf-.csv", "--.csv", "\u0e01" * 33, "last.csv"]
    assert children(cast) == 4
    assert [len(list((place / "refused").iterdir())), ours.joinpath("refused").is_file()] == [1, True]
    assert ImportRun.objects.get(pk=theirs.pk).school == other.school


def test_a_list_that_broke_while_it_was_written_waits_for_a_person(cast, place, monkeypatch):
    leave(place, "pupils.csv", sheet([row(1)]))
    with monkeypatch.context() as patched:
        patched.setattr("children.services.imports.confirming.apply", lambda *args, **kwargs: 1 / 0)
        with pytest.raises(ListLeft):
            take_lists(place.parent)
    take_lists(place.parent)
    assert take_up_all() == 0
    assert (ImportRun.objects.get(school=cast.school).status, children(cast)) == (S.READY, 0)
    assert list(place.iterdir()) == []


def test_what_cannot_be_read_stays_aside_for_a_week(cast, place, clock):
    leave(place, "bad.csv", DATA / "csv_empty.csv")
    leave(place, "bomb.xml", DATA / "ctf_entity_bomb.xml")
    assert take_lists(place.parent) == 2
    assert len(list((place / "refused").iterdir())) == 2
    assert {run.status for run in ImportRun.objects.all()} == {S.REFUSED}
    clock.move_to(AT + timedelta(days=8))
    take_lists(place.parent)
    assert list((place / "refused").iterdir()) == []


def test_moved_columns_and_a_transfer_file_for_another_school_wait_whole(cast, place, monkeypatch):
    bring_in(cast.school, [row(n) for n in range(40)], by=cast.office)
    type(cast.school).objects.filter(pk=cast.school.pk).update(local_authority="356", establishment="9998")
    leave(place, "moved.csv", sheet([row(n, surname=f"Rowan{n}", forename="Ashdown") for n in range(40)] + [row(50)]))
    leave(place, "transfer.xml", DATA / "ctf_inbound.xml")
    take_lists(place.parent)
    assert {run.status for run in ImportRun.objects.filter(uploaded_by=None)} == {S.READY}
    assert children(cast) == 40
    leave(
        place,
        f"{'moved' * 50}.csv",
        sheet([row(n, surname=f"Rowan{n}", forename="Ashdown") for n in range(40)] + [row(50)]),
    )
    take_lists(place.parent)
    assert ImportRun.objects.filter(uploaded_by=None).count() == 2
    assert not ImportRow.objects.exclude(decision="").exists()
