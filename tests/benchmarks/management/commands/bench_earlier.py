"""`manage.py bench_earlier`: how long do 10,000 incidents and 400 PDFs of an earlier system take, 3 % of them unusable?

As the database role `worker`, in a transaction that is taken back: the next run measures the same. Counts, too, what
came in: every row that is no use must be reported, and each of the others stand on its own child.
"""

import json
from pathlib import Path
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from children.models import Child
from safeguarding.accounts.models import School, User
from safeguarding.audit.context import Acting, acting, actors_transaction
from safeguarding.concerns.models import EarlierFile, EarlierPdf, EarlierRecord, EarlierRow
from safeguarding.concerns.services import earlier as service
from safeguarding.keys import uuid7
from safeguarding.sealing import files
from tests import earlier
from tests.benchmarks.cast import CHILDREN, EARLIER, LEAD_OF_EARLIER

INCIDENTS, PDFS, BUDGET = 10_000, 400, 180
# One row, or file, in so many cannot be used.
BAD = 33
_NEVER = "A123456789012"


class Command(BaseCommand):
    help = "Measures what an earlier system had, brought in. `make bench` calls this."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--incidents", type=int, default=INCIDENTS)
        parser.add_argument("--pdfs", type=int, default=PDFS)
        parser.add_argument("--out", type=Path, default=settings.BASE_DIR / "var" / "bench.json")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.ROLE != "worker":
            raise CommandError("Files are read as the database role of the worker: HARBOUR_ROLE=worker.")
        row = measure(options["incidents"], options["pdfs"])
        report = json.loads(options["out"].read_text()) if options["out"].exists() else {}
        options["out"].write_text(json.dumps(report | {"earlier": row}, indent=1))
        over = "OVER" if row["seconds"] > row["budget_s"] else ""
        self.stdout.write(
            f"\n{row['incidents']:,} incidents and {row['pdfs']} PDFs of an earlier system: read in "
            f"{row['read_s']} s, put on records in "
            f"{row['confirm_s']} s, withdrawn in {row['withdraw_s']} s; budget {row['budget_s']} s {over}"
        )


def measure(incidents: int, pdfs: int) -> dict[str, Any]:
    """Seconds and numbers. Raises `CommandError` where a row came onto another child, or was lost without a word."""
    before = set(files.stored_names())
    try:
        lead = User.objects.get(username=LEAD_OF_EARLIER)
        with transaction.atomic():
            # As the worker goes on with a batch: for the person who uploaded it.
            with acting(Acting(user_id=lead.pk, request_id=uuid7())), actors_transaction():
                found = _measure(incidents, pdfs, lead)
            transaction.set_rollback(True)
    finally:
        files.drop(*(set(files.stored_names()) - before))
    return found


def _measure(incidents: int, pdfs: int, lead: User) -> dict[str, Any]:
    school = School.objects.get(slug=EARLIER)
    children = list(Child.objects.filter(school=school).select_related("detail").order_by("pk"))
    rows = [_row(n, children[n % len(children)]) for n in range(incidents)]
    pack = earlier.pack({_name(n, children[n % len(children)]): earlier.ONE for n in range(pdfs)})
    given = service.Given(sheet=earlier.sheet(rows), pack=pack)
    begun = perf_counter()
    batch = service.start_batch(school=school, token=uuid7(), source="Measured", given=given, by=lead)
    batch = service.tell_columns(batch=batch, columns=batch.columns, month_first=False, by=lead)
    batch = service.read_batch(batch=batch, by=lead)
    read = perf_counter()
    batch = service.finish_batch(batch=service.confirm_batch(batch=batch, by=lead, seen=batch.revision))
    confirmed = perf_counter()
    _check(batch, incidents, pdfs)
    withdrawing = perf_counter()
    service.clear_withdrawn(batch=service.withdraw_batch(batch=batch, why="wrong_file", by=lead))
    return {
        "incidents": incidents,
        "pdfs": pdfs,
        "read_s": round(read - begun, 1),
        "confirm_s": round(confirmed - read, 1),
        "seconds": round(confirmed - begun, 1),
        "withdraw_s": round(perf_counter() - withdrawing, 1),
        "budget_s": BUDGET,
    }


def _row(number: int, child: Child) -> dict[str, str]:
    """An incident of two hundred words, every other one by name and date of birth; each third has an action."""
    said: dict[str, str] = {"details": f"Incident {number}. " + "He said that it was cold at home again. " * 25}
    if number % 2:
        said["upn"] = ""
    if number % BAD == BAD - 1:
        said["upn"] = _NEVER
    if number % 3 == 0:
        said |= {"action": "Rang home.", "action_date": "13/03/2024"}
    return earlier.row(number, child, **said)


def _name(number: int, child: Child) -> str:
    return f"{_NEVER if number % BAD == BAD - 1 else child.detail.upn}/report {number}.pdf"


def _check(batch: Any, incidents: int, pdfs: int) -> None:
    bad = {n for n in range(incidents) if n % BAD == BAD - 1}
    reported = {n - 2 for n in EarlierRow.objects.filter(batch=batch, kind="bad").values_list("number", flat=True)}
    if reported != bad:
        raise CommandError(f"{len(bad)} rows could not be used, and {len(reported)} are reported.")
    for record_ in EarlierRecord.objects.filter(batch=batch).select_related("child").iterator(2000):
        number = int(record_.reference)
        if record_.child.forename != f"Rowan{number % CHILDREN}" or not record_.narrative.startswith(
            f"Incident {number}."
        ):
            raise CommandError(f"Incident {number} stands on another child.")
    lost = pdfs - EarlierFile.objects.filter(batch=batch).count() - EarlierPdf.objects.filter(batch=batch).count()
    if lost or EarlierRecord.objects.filter(batch=batch).count() != incidents - len(bad):
        raise CommandError("Something is neither on a record nor reported.")
