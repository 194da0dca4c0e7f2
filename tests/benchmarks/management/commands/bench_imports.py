"""`manage.py bench_imports`: how long does a file of children take, beside reading it and putting its rows in by COPY?

As the database role `worker`, in transactions that are taken back: the next run measures the same.
"""

import csv
import json
import resource
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime
from io import StringIO
from pathlib import Path
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from children import upn
from children.codes import authorities
from children.models import Enrolment
from children.services.imports import TASK
from safeguarding.accounts.models import School
from safeguarding.audit.context import system_task
from safeguarding.audit.models import LogEntry
from tests.benchmarks.cast import COPIED, EMPTY, PUPILS

# Children, and the seconds that they may take.
BUDGETS = {420: 5, 60_000: 120}
# What a first import may take, in multiples of csv to COPY (perf.md).
RATIO = 5


class Command(BaseCommand):
    help = "Measures imports of children beside csv to COPY. `make bench` calls this."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--children", type=int, nargs="*", default=list(BUDGETS), help="sizes of files")
        parser.add_argument("--out", type=Path, default=settings.BASE_DIR / "var" / "bench.json")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.ROLE != "worker":
            raise CommandError("Files are read as the database role of the worker: HARBOUR_ROLE=worker.")
        rows = []
        for children in options["children"]:
            with tempfile.TemporaryDirectory() as folder:
                file = write_file(Path(folder) / "children.csv", children)
                rows.append(_measure(file, write_file(Path(folder) / "changed.csv", children, changed=True), children))
        report = json.loads(options["out"].read_text()) if options["out"].exists() else {}
        options["out"].write_text(json.dumps(report | {"imports": rows}, indent=1))
        self.stdout.write(_table(rows))


def write_file(path: Path, children: int, *, changed: bool = False) -> Path:
    """A SIMS export of so many invented children: those of the demo school again and again, each with a name and a UPN
    of its own.

    `changed`: the same children, each called by another name, with another middle name and an adult who has another
    telephone.
    """
    with PUPILS.open(encoding="utf-8-sig", newline="") as source:
        like = list({_who(row): row for row in csv.DictReader(source) if _is_whole(row)}.values())
    codes = sorted(code for code in authorities() if code.isdigit())
    with path.open("w", newline="") as file:
        out = csv.DictWriter(file, like[0])
        out.writeheader()
        for number in range(children):
            row, again = like[number % len(like)], _letters(number // len(like))
            body = f"{codes[number // 7000]}9999{20 + number // 1000 % 7}{number % 1000:03}"
            own = {"UPN": upn.check_letter(body) + body, "Adno": f"{number:06}"}
            names = {name: row[name] + again for name in ("Legal Surname", "Preferred Surname")}
            out.writerow(row | own | names | (_another(number) if changed else {}))
    return path


def _another(number: int) -> dict[str, str]:
    return {"Preferred Forename": "Robin", "Middle Name(s)": "Kit", "Contact 1 Mobile": f"07700 9{number:05}"}


def _who(row: dict[str, str]) -> tuple[str, ...]:
    return row["Legal Surname"], row["Legal Forename"], row["Date of Birth"]


def _is_whole(row: dict[str, str]) -> bool:
    """Not one of the rows that stand in this file to be refused."""
    try:
        born = datetime.strptime(row["Date of Birth"], "%d/%m/%Y")
    except ValueError:
        return False
    return all(_who(row)) and born.year < 2024 and upn.is_valid(row["UPN"])


def _letters(number: int) -> str:
    """A second surname for the nth time round: none, -Ba, -Ca, …"""
    return f"-{chr(65 + number // 26)}{chr(97 + number % 26)}" if number else ""


def _measure(file: Path, other: Path, children: int) -> dict[str, Any]:
    with transaction.atomic():
        school = School.objects.get(slug=EMPTY)
        copied = _seconds(lambda: _copy(file))
        first = _seconds(lambda: _bring_in(file, school.slug))
        with system_task(TASK):
            there = Enrolment.objects.filter(school=school).count()
        again = _seconds(lambda: _bring_in(file, school.slug))
        changed = _seconds(lambda: _bring_in(other, school.slug))
        with system_task(TASK):
            entries = LogEntry.objects.filter(school_id=school.pk).count()
        transaction.set_rollback(True)
    if there != children:
        raise CommandError(f"{there} of {children} children joined: this measures something else.")
    if entries < children:
        raise CommandError(f"{entries} entries of {children} children who changed: this measures something else.")
    # In kilobytes, but in bytes on macOS; the most that this process has needed so far.
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * (1024 if sys.platform == "darwin" else 1))
    return {
        "children": children,
        "copy_s": round(copied, 3),
        "first_s": round(first, 2),
        "again_s": round(again, 2),
        "changed_s": round(changed, 2),
        "entries": entries,
        "ratio": round(first / copied, 1),
        "budget_s": BUDGETS.get(children),
        "most_mb": round(most),
    }


def _seconds(work: Callable[[], None]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun


def _copy(file: Path) -> None:
    """The rows as they stand in a table of text: nothing checked, nothing compared, nothing recorded."""
    with file.open(newline="") as source, connection.cursor() as cursor:
        rows = csv.reader(source)
        next(rows)
        with cursor.copy(f"COPY {COPIED} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def _bring_in(file: Path, school: str) -> None:
    call_command("import_children", str(file), school=school, yes=True, stdout=StringIO(), stderr=StringIO())


def _table(rows: list[dict[str, Any]]) -> str:
    lines = [
        "",
        "| children | csv to COPY s | first import s | the same again s | all changed s | times COPY | "
        "budget s | most MB |  |",
        "| -------- | ------------- | -------------- | ---------------- | ------------- | ---------- | "
        "-------- | ------- | -- |",
    ]
    for row in rows:
        over = row["ratio"] > RATIO or row["first_s"] > (row["budget_s"] or row["first_s"])
        lines.append(
            f"| {row['children']:>8,} | {row['copy_s']:>13.3f} | {row['first_s']:>14.2f} | {row['again_s']:>16.2f} | "
            f"{row['changed_s']:>13.2f} | "
            f"{row['ratio']:>5.1f} of {RATIO} | {row['budget_s'] or '':>8} | {row['most_mb']:>7} | "
            f"{'OVER' if over else ''} |"
        )
    return "\n".join(lines)
