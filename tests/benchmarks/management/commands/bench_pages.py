"""`manage.py bench_pages`: measure every page of a seeded installation, as the database role `web`."""

import json
import platform
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import django
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from tqdm import tqdm

from safeguarding.accounts.models import School, User
from safeguarding.demo.apart import MANY
from tests.benchmarks.cast import NEW, PEOPLE, Records
from tests.benchmarks.measure import ROUNDS, Answer, Browser, Measured, Unanswered, handlers, measure
from tests.benchmarks.pages import DEEP, SECURED, Page, pages
from tests.printers import Program, running

# What a page is compared with, by the unit of its budget.
Nothing = Mapping[str, Callable[[], Answer]]
_HEAD = (
    "page",
    "who",
    "median ms",
    "median",
    "p95",
    "budget",
    "without RLS",
    "database ms",
    "queries",
    "web cpu ms",
    "db cpu ms",
    "a second",
    "kB",
    "",
)
_WIDTHS = (23, 24, 9, 7, 7, 9, 11, 11, 8, 10, 9, 8, 6, 5)


class Command(BaseCommand):
    help = "Measures every page beside an empty signed-in one. `make bench` seeds a size and calls this."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", default="", help="pages whose name has this in it")
        parser.add_argument("--lists", action="store_true", help="lists alone")
        parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each page is asked for at most")
        parser.add_argument("--beside", type=Path, help="what the same pages took without row security")
        parser.add_argument("--out", type=Path, default=settings.BASE_DIR / "var" / "bench.json")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.ROLE != "web" and not options["lists"]:
            raise CommandError("Pages are measured as the database role that serves them: HARBOUR_ROLE=web.")
        floor_handler, handler = handlers()
        users = {u.username: u for u in User.objects.filter(username__in=PEOPLE)}
        browsers = {name: Browser(user, handler) for name, user in users.items()}
        floor, empty = Browser(users[NEW], floor_handler), browsers[NEW]
        nothing = {"F": lambda: floor.ask("/bench/floor/"), "E": lambda: empty.ask("/bench/empty/")}
        unguarded = _unguarded(options["beside"])
        wanted = [p for p in pages(Records.find()) if options["only"] in p.what]
        wanted = [p for p in wanted if p.is_list or not options["lists"]]
        absent = sorted({p.what for p in wanted if not p.is_there})
        rows: list[dict[str, Any]] = []
        with TemporaryDirectory() as folder, running(Program(Path(folder))):
            for page in tqdm([p for p in wanted if p.is_there], unit=" pages", disable=not sys.stderr.isatty()):
                rows += [_row(page, who, browsers[who], nothing, rows, options["rounds"]) for who in page.who]
        for row in rows:
            _compare(row, unguarded.get((row["page"], row["who"])))
        report = _about() | {"empty_ms": _empty(rows), "pages": rows, "not_there_yet": absent}
        options["out"].parent.mkdir(parents=True, exist_ok=True)
        options["out"].write_text(json.dumps(report, indent=1))
        self.stdout.write(_table(report))


def _unguarded(path: Path | None) -> dict[tuple[str, str], tuple[float, float]]:
    """How many empty pages each page took as a role that row security does not bind: the median, and 95 of 100."""
    if path is None or not path.exists():
        return {}
    rows = json.loads(path.read_text())["pages"]
    return {(r["page"], r["who"]): (r["ratio"], r["p95_ratio"]) for r in rows if "ratio" in r}


def _row(
    page: Page, who: str, browser: Browser, nothing: Nothing, before: list[dict[str, Any]], rounds: int
) -> dict[str, Any]:
    budget = page.budget
    row: dict[str, Any] = {"page": page.what, "who": PEOPLE[who], "unit": budget.unit if budget else "E"}
    row |= {"budget": budget and budget.median, "p95_budget": budget and budget.p95}
    try:
        found = measure(browser, nothing[row["unit"]], page.ask, page.prepare, rounds)
    except Unanswered as error:
        return row | {"failed": f"answered {error}"}
    first = next((r for r in before if r["page"] == page.beside and r["who"] == row["who"] and "ratio" in r), None)
    return row | {
        "median_ms": round(found.median, 2),
        "p95_ms": round(found.p95, 2),
        "empty_ms": round(found.nothing, 3),
        "ratio": round(found.ratio, 1),
        "p95_ratio": round(found.p95_ratio, 1),
        "database_ms": round(found.database, 2),
        "queries": found.queries,
        "web_cpu_ms": round(found.web_cpu, 1),
        "database_cpu_ms": round(found.database_cpu, 1),
        "a_second": round(found.a_second, 1),
        "most_queries": page.queries,
        "kilobytes": round(found.bytes / 1024, 1),
        "rounds": found.rounds,
        "over": list(_past(page, found, first and first["ratio"])),
    }


def _past(page: Page, found: Measured, first: float | None) -> Iterator[str]:
    """What of a page is more than it may be; `first` is what the first page of its list took."""
    if (budget := page.budget) and found.ratio > budget.median:
        yield f"{found.ratio:.1f} of {budget.median:g} {budget.unit}"
    if budget and budget.p95 and found.p95_ratio > budget.p95:
        yield f"p95 {found.p95_ratio:.1f} of {budget.p95:g} {budget.unit}"
    if page.queries and found.queries > page.queries:
        yield f"{found.queries} of {page.queries} queries"
    if first and found.ratio > DEEP * first:
        yield f"{found.ratio / first:.2f} of {DEEP:g} times its first page"


def _compare(row: dict[str, Any], without: tuple[float, float] | None) -> None:
    """Say what the same page took without row security, and whether it is more with it than it may be."""
    row["without_row_security"], row["p95_without_row_security"] = without or (None, None)
    if without is None or "ratio" not in row:
        return
    for what, taken, bare in zip(("", "p95 "), (row["ratio"], row["p95_ratio"]), without, strict=True):
        if taken > SECURED * bare:
            row["over"].append(f"{what}{taken / bare:.2f} of {SECURED:g} times without row security")


def _empty(rows: list[dict[str, Any]]) -> float:
    """The median of Harbour's own empty page over the whole run, in milliseconds."""
    times = sorted(r["empty_ms"] for r in rows if r["unit"] == "E" and "empty_ms" in r)
    times = times or sorted(r["median_ms"] for r in rows if r["unit"] == "F" and "median_ms" in r)
    return times[len(times) // 2] if times else 0.0


def _about() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgres = cursor.fetchone()[0]
    return {
        "date": datetime.now().astimezone().isoformat(timespec="minutes"),
        "machine": _machine(),
        "versions": {"python": platform.python_version(), "django": django.__version__, "postgresql": postgres},
        "size": {
            "schools": School.objects.filter(slug__startswith=MANY).count(),
            "children": _number("children_child"),
            "concerns": _number("concerns_concern"),
        },
    }


def _number(table: str) -> int:
    """About how many rows a table has, as the planner knows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE relname = %s", [table])
        number: int = cursor.fetchone()[0]
    return number


def _machine() -> str:
    """The processor and how many of it; nothing that tells whose machine it is."""
    import os

    names = [
        line.partition(":")[2].strip()
        for line in (Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else [])
        if line.startswith("model name")
    ]
    return f"{os.cpu_count()} x {names[0] if names else platform.processor() or platform.machine()}"


def _table(report: dict[str, Any]) -> str:
    size = report["size"]
    lines = [
        f"{report['date']}, {report['machine']}, PostgreSQL {report['versions']['postgresql']}",
        f"{size['schools']} practice schools, {size['children']:,} children, {size['concerns']:,} concerns. "
        f"E = {report['empty_ms']:.2f} ms",
        "",
        _line(_HEAD),
        _line(tuple("-" * width for width in _WIDTHS)),
    ]
    for row in report["pages"]:
        if "failed" in row:
            lines.append(_line((row["page"], row["who"], row["failed"], *[""] * 10, "FAIL")))
            continue
        limit = f"{row['budget']:g} {row['unit']}" if row["budget"] else ""
        queries = f"{row['queries']}/{row['most_queries']}" if row["most_queries"] else row["queries"]
        lines.append(
            _line(
                (
                    row["page"],
                    row["who"],
                    f"{row['median_ms']:.1f}",
                    f"{row['ratio']:.1f} {row['unit']}",
                    f"{row['p95_ratio']:.1f} {row['unit']}",
                    limit,
                    _beside(row),
                    f"{row['database_ms']:.1f}",
                    queries,
                    row["web_cpu_ms"],
                    row["database_cpu_ms"] or "",
                    row["a_second"],
                    row["kilobytes"],
                    "OVER" if row["over"] else "",
                )
            )
        )
    lines += ["", *_over(report["pages"])]
    if report["not_there_yet"]:
        lines += ["", f"Not there yet: {', '.join(report['not_there_yet'])}."]
    return "\n".join(lines)


def _over(rows: list[dict[str, Any]]) -> list[str]:
    """A line for each page that is over a budget, with the budget."""
    found = [f"  {r['page']}, {r['who']}: {'; '.join(r['over'])}" for r in rows if r.get("over")]
    return ["Over budget:", *found] if found else ["No page is over its budget."]


def _beside(row: dict[str, Any]) -> str:
    """The page without row security, and how many times that it takes with it."""
    without = row["without_row_security"]
    return f"{without:.1f} x{row['ratio'] / without:.2f}" if without else ""


def _line(cells: tuple[Any, ...]) -> str:
    """Words to the left, figures to the right, with bars, so that it can be put into a document as it is."""
    padded = (
        f"{cell!s:<{width}}" if n in (0, 1, len(_WIDTHS) - 1) else f"{cell!s:>{width}}"
        for n, (cell, width) in enumerate(zip(cells, _WIDTHS, strict=True))
    )
    return f"| {' | '.join(padded)} |"
