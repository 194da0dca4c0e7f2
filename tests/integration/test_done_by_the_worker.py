"""Is the work of the machine done by a process that is signed in as `worker`, in transactions of its own?

Not in the place of the owner.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from urllib.parse import urlsplit

import pytest
from django.db import connection

from children.models import Child, ImportRun
from children.services import imports
from safeguarding.concerns.models import EarlierBatch, EarlierFile, EarlierRecord
from safeguarding.concerns.services import earlier
from safeguarding.concerns.services.earlier import working
from safeguarding.sealing import ring
from tests import factories, sheets
from tests.earlier import ONE, give, pack, row
from tests.postgres import Databases
from tests.sheets import number

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def signed_in(role: str, databases: Databases) -> Iterator[None]:
    """Django's connection is that of `role` inside. Nothing is left of what the connection before was told."""
    kept = {name: connection.settings_dict[name] for name in ("USER", "PASSWORD")}
    parts = urlsplit(databases.url(role))
    connection.close()
    connection.settings_dict.update(USER=parts.username, PASSWORD=parts.password)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(kept)


@pytest.fixture
def room() -> factories.Staffroom:
    return factories.staffroom()


def test_a_list_of_children_is_read_and_taken_over_with_the_rights_of_who_gave_it(room, databases):
    run = imports.start_import(
        school=room.school, file_name="a.csv", chunks=[sheets.sheet([sheets.row(n) for n in range(3)])], by=room.office
    )
    with signed_in("worker", databases):
        assert imports.take_up_all() == 1
    run.refresh_from_db()
    assert (run.status, run.rows.count()) == (ImportRun.Status.READY, 3)
    imports.confirm_import(run=run, by=room.office)
    with signed_in("worker", databases):
        assert (imports.take_up_all(), imports.take_up_all()) == (1, 0)
    run.refresh_from_db()
    assert (run.status, Child.objects.filter(school=room.school).count()) == (ImportRun.Status.CONFIRMED, 3)


def test_a_file_of_somebody_whose_account_was_closed_is_refused_and_holds_up_no_other(room, databases):
    rows = [sheets.sheet([sheets.row(n)]) for n in range(2)]
    gone, other = (
        imports.start_import(school=room.school, file_name="a.csv", chunks=[one], by=by)
        for one, by in zip(rows, (room.office, room.lead), strict=True)
    )
    room.office.is_active = False
    room.office.save()
    with signed_in("worker", databases):
        with pytest.raises(imports.working.ImportBroken):
            imports.take_up_all()
        assert imports.take_up_all() == 0
    gone.refresh_from_db()
    other.refresh_from_db()
    assert (gone.status, other.status) == (ImportRun.Status.REFUSED, ImportRun.Status.READY)


def test_records_of_an_earlier_system_come_in_with_their_files_and_go_when_they_are_withdrawn(
    room, databases, monkeypatch
):
    monkeypatch.setattr(working, "_ring", lambda key: None)
    child = factories.child(room.school, by=room.office, details={"upn": number(1), "date_of_birth": date(2017, 3, 14)})
    files = {"rows": [row(1, child)], "pack": pack({f"{number(1)}.pdf": ONE})}
    batch = give(room.school, by=room.headteacher, **files)
    with signed_in("worker", databases):
        assert earlier.take_up_all() == 1
    batch.refresh_from_db()
    assert batch.status == EarlierBatch.Status.READY
    earlier.confirm_batch(batch=batch, by=room.headteacher, seen=batch.revision)
    with signed_in("worker", databases):
        assert earlier.take_up_all() == 1
    assert (EarlierRecord.objects.count(), EarlierFile.objects.exclude(stored="").count()) == (1, 1)
    batch.refresh_from_db()
    earlier.withdraw_batch(batch=batch, why="wrong_file", by=room.headteacher)
    ring.forget()
    with signed_in("worker", databases):
        assert earlier.take_up_all() == 1
    batch.refresh_from_db()
    assert batch.cleared_at and not EarlierFile.objects.exclude(stored="").exists()
