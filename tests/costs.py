"""What does each test cost? Seconds, and the work that can be counted on any machine.

Every run writes `var/durations.json`. `python -m tests.costs` prints the total, what each app takes and the dearest
tests of the last run; with `--keep` it writes `tests/costs.json`, by which the next run begins with the dearest.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.db.backends.signals import connection_created

from tests.counted import WORK, count, work

ROOT = Path(__file__).resolve().parent.parent
DURATIONS = ROOT / "var" / "durations.json"
KEPT = ROOT / "tests" / "costs.json"
DEAREST = 40
_tests: dict[str, dict[str, float]] = {}


def _count_statement(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    count("statements")
    return execute(sql, params, many, context)


def _attach(connection: Any, **signal: Any) -> None:
    if _count_statement not in connection.execute_wrappers:
        connection.execute_wrappers.append(_count_statement)


connection_created.connect(_attach)


# --- in the process that runs a test


_begun: dict[str, float] = {}


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    work.clear()
    _begun["processor"] = time.process_time()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """The last report of a test takes along what it cost, to the process that hands out the tests."""
    report: Any = yield
    if call.when == "teardown":
        report.user_properties.append(("processor", round(time.process_time() - _begun["processor"], 3)))
        report.user_properties += [(kind, work[kind]) for kind in WORK if work[kind]]
    return report


# --- in the process that hands them out


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    told = _tests.setdefault(report.nodeid, {"seconds": 0.0})
    told["seconds"] = round(told["seconds"] + report.duration, 3)
    if report.when == "teardown":
        told |= {name: number for name, number in report.user_properties if name in {"processor", *WORK}}


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workerinput") or not _tests:
        return
    DURATIONS.parent.mkdir(exist_ok=True)
    DURATIONS.write_text(json.dumps(dict(sorted(_tests.items())), indent=0) + "\n")


# --- what is known from the last whole run


def by_file() -> dict[str, dict[str, float]]:
    """What the tests of each file cost in the last whole run, by its path from the root."""
    known: dict[str, dict[str, float]] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    return known


def told() -> dict[str, dict[str, float]]:
    """What each test of this run has cost so far, by its id."""
    return _tests


def file_of(nodeid: str) -> str:
    """The file of a test, from the root."""
    return nodeid.split("::")[0]


def app_of(nodeid: str) -> str:
    """Whose budget a test is of: "concerns" for `tests/integration/concerns/…`, "across" for what is of no one app."""
    folder, name, *more = Path(file_of(nodeid)).parts[1:]
    if folder in ("integration", "unit"):
        return name if more else "across"
    return folder


def sums(tests: Mapping[str, Mapping[str, float]], key: Callable[[str], str]) -> dict[str, Counter[str]]:
    """What tests cost together that have one `key`, which is made of the id of a test."""
    found: dict[str, Counter[str]] = {}
    for nodeid, told in tests.items():
        mine = found.setdefault(key(nodeid), Counter())
        mine.update(told)
        mine["tests"] += 1
    return found


def _lines(rows: Iterable[tuple[str, dict[str, Any]]]) -> Iterator[str]:
    titles = ("seconds", "processor", "tests", *WORK)
    yield " ".join(f"{title:>13}" for title in titles)
    for name, told in rows:
        numbers = (
            f"{told.get(title, 0):13,.1f}" if title in titles[:2] else f"{told.get(title, 0):13,.0f}"
            for title in titles
        )
        yield f"{' '.join(numbers)}  {name}"


def _dearest_first(found: dict[str, Any]) -> list[tuple[str, Any]]:
    return sorted(found.items(), key=lambda row: -row[1]["seconds"])


def main(arguments: list[str]) -> None:
    tests: dict[str, dict[str, float]] = json.loads(DURATIONS.read_text())
    print("\n".join(_lines(_dearest_first(sums(tests, app_of)) + list(sums(tests, lambda _: "in all").items()))))
    print(f"\nThe {DEAREST} dearest tests:")
    print("\n".join(_lines(_dearest_first(tests)[:DEAREST])))
    if "--keep" in arguments:
        files = sums(tests, file_of)
        kept = {name: {key: round(value, 1) for key, value in told.items()} for name, told in sorted(files.items())}
        KEPT.write_text(json.dumps(kept, indent=0) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
