"""A chronology of two thousand entries on paper: how much memory does it take, in the worker and in the printer?"""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import Chronicled, Concern
from safeguarding.demo.copying import Copies
from safeguarding.demo.days import Days
from safeguarding.demo.history import History, Person, Place
from safeguarding.printing.models import PrintJob
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.pdfs import Printed
from tests.postgres import ROOT, Databases
from tests.printers import Program
from tests.printing_at_once import cookie_of, get, site
from tests.waiting import until

pytestmark = [pytest.mark.soak(part="paper"), pytest.mark.django_db(transaction=True)]
ENTRIES, CONCERNS, MOST = 2000, 900, 400 * 2**10
_WORK = """
import resource, django
django.setup()
from safeguarding.printing.services import go_on
go_on()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@transaction.atomic
def a_long_file(room: Any, child: Any) -> None:
    people = [
        Person(user.pk, role, user.title, user.first_name, user.last_name)
        for role, user in (("teacher", room.teacher), ("lead", room.lead))
    ]
    days = Days(SCHOOL_DAY.date())
    place = Place(room.school.pk, people, [(child.pk, child.full_name)], days)
    first, last = (days.today - timedelta(days=number) for number in (900, 10))
    copies = Copies()
    for rows in History(place, first, last, Random(1)).concerns(CONCERNS):
        copies.add(rows)
    copies.write()
    record(Verb.CREATE, object_type=Concern._meta.label_lower, school_id=room.school.pk, count=CONCERNS, purpose="test")


def test_two_thousand_entries_are_printed_in_little_memory(databases: Databases, figures: dict[str, Any]) -> None:
    room = factories.staffroom()
    child = factories.child(room.school, by=room.office)
    a_long_file(room, child)
    entries = Chronicled.objects.count()
    assert entries >= ENTRIES
    cookie = cookie_of(room.lead)
    with site(databases, Program) as (server, program):
        program_id = program.process.pid  # type: ignore[union-attr]
        asked = get(server, reverse("chronology_paper", args=[child.pk]), cookie)
        assert asked.status == 303
        worker, printer = 0, 0

        def goes_on() -> bool:
            nonlocal worker, printer
            done = subprocess.run(
                [sys.executable, "-c", _WORK],
                env=server.environment | {"HARBOUR_ROLE": "worker"},
                cwd=ROOT,
                check=True,
                capture_output=True,
                text=True,
            )
            worker = max(worker, int(done.stdout.split()[-1]))
            printer = max(printer, *(_most(one) for one in (program_id, *program.at_work())))
            return PrintJob.objects.get().status != PrintJob.Status.WAITING

        until(goes_on, seconds=1800)
        job = PrintJob.objects.get()
        assert job.status == PrintJob.Status.READY, job.why
        opened = get(server, asked.location, cookie)
        paper = Printed(get(server, opened.location, cookie).body)
    pages = paper.pages()
    assert all(f"Page {n} of {len(pages)}" in page for n, page in enumerate(pages, start=1))
    tags = paper.tags()
    assert (tags["Document"], tags["H1"], tags["H3"]) == (1, 1, entries)
    figures |= {
        "entries": entries,
        "pages": len(pages),
        "pdf_bytes": len(paper.data),
        "answer": round(asked.seconds, 2),
        "worker_kib": worker,
        "printer_kib": printer,
    }
    assert max(worker, printer) < MOST


def _most(process: int) -> int:
    """The most memory that a process has had, in KiB; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)
