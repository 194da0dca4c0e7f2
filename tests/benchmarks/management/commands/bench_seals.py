"""`manage.py bench_seals`: what does the record of events cost a page, how fast is it sealed, how fast is it looked
at?
"""

import gc
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from safeguarding.accounts.models import User
from safeguarding.audit import services as record
from safeguarding.audit.models import Event, Leaf
from safeguarding.audit.seals import services
from safeguarding.audit.seals.exporting import export
from safeguarding.audit.seals.verifying import verify
from tests.benchmarks.cast import LEAD, Records
from tests.benchmarks.measure import Browser, handlers
from tests.benchmarks.pages import pages

# Of security.md: a page with the record on against off, events sealed a second, a million looked at.
MOST_OF_A_PAGE, EVENTS_A_SECOND, SECONDS_A_MILLION, MEGABYTES = 1.10, 200, 60, 300
ROUNDS = 150
# As pages write them: a person, a role, a school, a record, a request, an address.
_FILL = """
INSERT INTO audit_event (id, actor_id, acting_role, school_id, verb, object_type, object_id, count, shown, purpose,
outcome, request_id, source_address) SELECT uuidv7(), gen_random_uuid(), 'lead', gen_random_uuid(), 'view',
'concerns.concern', gen_random_uuid(), n %% 50, '',
'record', 'done', gen_random_uuid(), '192.0.2.17' FROM generate_series(1, %s) n
"""


class Command(BaseCommand):
    help = "Measures pages with and without their event, sealing and both verifiers. `make bench` calls this."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--events", type=int, default=1_000_000, help="how many events the record has, at least")
        parser.add_argument("--out", type=Path, default=settings.BASE_DIR / "var" / "bench.json")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = [*_pages(), _sealing(options["events"]), *_verifying()]
        report = json.loads(options["out"].read_text()) if options["out"].exists() else {}
        options["out"].write_text(json.dumps(report | {"seals": rows}, indent=1))
        lines = ["", "| the record of events | seen | budget | |", "|---|---|---|---|"]
        lines += [f"| {r['what']} | {r['seen']} | {r['budget']} | {'' if r['passed'] else 'OVER'} |" for r in rows]
        self.stdout.write("\n".join(lines))


def _pages() -> list[dict[str, Any]]:
    """The same page in turn with its event written and not, request by request."""
    _, handler = handlers()
    browser = Browser(User.objects.get(username=LEAD), handler)
    wanted = {"today", "concerns", "a concern", "chronology, busiest"}
    return [
        _page(page.what, browser, page) for page in pages(Records.find()) if page.what in wanted and LEAD in page.who
    ]


def _page(what: str, browser: Browser, page: Any) -> dict[str, Any]:
    times: dict[bool, list[float]] = {True: [], False: []}
    gc.collect()
    for number in range(2 * ROUNDS + 10):
        written, given = number % 2 == 0, page.prepare(browser)
        with patch.object(record, "write", record.write if written else lambda event: None):
            answer = page.ask(browser, given)
        if not answer.is_good:
            raise CommandError(f"{what} answered {answer.status}.")
        if number >= 10:
            times[written].append(answer.seconds)
    on, off = statistics.median(times[True]), statistics.median(times[False])
    seen = f"{on / off:.3f} times ({1000 * on:.1f} against {1000 * off:.1f} ms)"
    return _row(f"{what}, event written against not", seen, f"{MOST_OF_A_PAGE:.2f}", on / off <= MOST_OF_A_PAGE)


def _sealing(events: int) -> dict[str, Any]:
    missing = max(events - Event.objects.count(), 20_000)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(_FILL, [missing])
        cursor.execute("ANALYZE audit_event")
    before = Leaf.objects.count()
    seconds = _seconds(services.seal)
    sealed = Leaf.objects.count() - before
    return _row(
        f"sealing, {sealed:,} events that waited",
        f"{sealed / seconds:,.0f} a second ({seconds:.1f} s)",
        f"{EVENTS_A_SECOND}",
        sealed >= missing and sealed / seconds >= EVENTS_A_SECOND,
    )


def _verifying() -> list[dict[str, Any]]:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "export.jsonl"
        report: list[Any] = []
        seconds = _seconds(lambda: report.append(verify()))
        rows.append(
            _verified("verify_audit", report[0].events, report[0].verdict, seconds, _most_mb(resource.RUSAGE_SELF))
        )
        export(file)
        alone: list[Any] = []
        command = [sys.executable, "-m", "safeguarding.audit.verifier", str(file)]
        seconds = _seconds(
            lambda: alone.append(
                subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
            )
        )
        said = json.loads(alone[0].stdout)
        most = _most_mb(resource.RUSAGE_CHILDREN)
        rows.append(_verified("the stand-alone verifier", said["events_sealed"], said["exit"], seconds, most))
    return rows


def _verified(what: str, events: int, verdict: int, seconds: float, most: float) -> dict[str, Any]:
    if verdict:
        raise CommandError(f"{what} does not find this record whole ({verdict}): there is nothing to measure.")
    allowed = SECONDS_A_MILLION * max(events, 1) / 1_000_000
    seen = f"{seconds:.1f} s, {events / seconds:,.0f} a second, {most:.0f} MB at most"
    return _row(
        f"{what}, {events:,} events", seen, f"{allowed:.0f} s, {MEGABYTES} MB", seconds <= allowed and most <= MEGABYTES
    )


def _row(what: str, seen: str, budget: str, passed: bool) -> dict[str, Any]:
    return {"what": what, "seen": seen, "budget": budget, "passed": passed}


def _seconds(work: Callable[[], Any]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun


def _most_mb(who: int) -> float:
    """The most memory so far, in megabytes. The kernel counts in kilobytes, but in bytes on macOS."""
    return resource.getrusage(who).ru_maxrss / (1024 * (1024 if sys.platform == "darwin" else 1))
