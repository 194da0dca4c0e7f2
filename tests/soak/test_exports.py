"""Sixty thousand rows as a file: how much memory does the worker take above what it has when it does nothing?"""

import json
import subprocess
import sys
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import Concern
from safeguarding.demo.copying import Copies
from safeguarding.demo.days import Days
from safeguarding.demo.history import History, Person, Place
from safeguarding.reports.exports import services, tables
from safeguarding.reports.exports.models import Export
from safeguarding.reports.exports.tables import Wanted
from safeguarding.reports.viewing import put
from tests import factories
from tests.postgres import ROOT, Databases
from tests.printers import Program
from tests.printing_at_once import site

pytestmark = [pytest.mark.soak(part="paper"), pytest.mark.django_db(transaction=True)]
ROWS, AT_ONCE, MOST = 60_000, 5_000, 150 * 2**10
# What it has when it does nothing, and the most from then on: what it took to start is forgotten by the kernel.
_WORK = """
import json, pathlib, django
django.setup()
from safeguarding.reports.exports import services
def kib(name):
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))
services.drop_old()
pathlib.Path("/proc/self/clear_refs").write_text("5")
idle = kib("VmRSS:")
ended = services.run_all()
print(json.dumps([idle, kib("VmHWM:"), ended]))
"""


def many_concerns(room: Any, child: Any) -> None:
    people = [
        Person(user.pk, role, user.title, user.first_name, user.last_name)
        for role, user in (("teacher", room.teacher), ("lead", room.lead))
    ]
    days = Days(timezone.localdate())
    place = Place(room.school.pk, people, [(child.pk, child.full_name)], days)
    history = History(place, days.today - timedelta(days=900), days.today - timedelta(days=10), Random(1))
    for _ in range(ROWS // AT_ONCE):
        _some(history)


@transaction.atomic
def _some(history: History) -> None:
    copies = Copies()
    for rows in history.concerns(AT_ONCE):
        copies.add(rows)
    copies.write()
    record(Verb.CREATE, object_type=Concern._meta.label_lower, count=AT_ONCE, purpose="test")


@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
def test_sixty_thousand_rows_are_taken_out_in_little_memory(
    databases: Databases, figures: dict[str, Any], file_format: str
) -> None:
    room = factories.staffroom()
    child = factories.child(room.school, by=room.office)
    many_concerns(room, child)
    today = timezone.localdate()
    first = today - timedelta(days=1000)
    codes = {
        "period": "days",
        **{f"first_{part}": str(getattr(first, part)) for part in ("day", "month", "year")},
        **{f"last_{part}": str(getattr(today, part)) for part in ("day", "month", "year")},
    }
    _, viewer = put(room.lead, room.school.pk, codes, timezone.now())
    table: Any = tables.find("concerns")
    made = services.order(table, Wanted(viewer, why="review"), file_format, rows=ROWS, by=room.lead)
    with site(databases, Program) as (server, _):
        done = subprocess.run(
            [sys.executable, "-c", _WORK],
            env=server.environment | {"HARBOUR_ROLE": "worker"},
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
    idle, most, ended = json.loads(done.stdout.splitlines()[-1])
    made = Export.objects.get(pk=made.pk)
    assert (ended, made.status, made.rows) == (1, Export.Status.READY, ROWS)
    assert made.stored and made.size > 10 * ROWS
    figures |= {"rows": ROWS, "bytes": made.size, "idle_kib": idle, "above_idle_kib": most - idle}
    assert most - idle < MOST
