"""Does a whole run cost more than it may? `tests/budget.toml` says what, for the tests of each app.

`make test` asks with `--budget`: it counts work, not seconds, so the answer is the same on every machine. An app that
needs more takes from what is free below the total, or from another app; only an ADR raises the total.
"""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests import costs
from tests.counted import WORK

FILE = Path(__file__).with_name("budget.toml")
# How many tests of a file that has grown are named.
NAMED = 3


def read() -> dict[str, Any]:
    """`total`, and `apps` by name: how many of each kind of `WORK`."""
    return tomllib.loads(FILE.read_text())


def too_much(lines: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each kind of work whose lines add up to more than the total."""
    together: Counter[str] = Counter()
    for app in lines["apps"].values():
        together.update(app)
    for kind, number in together.items():
        if number > lines["total"].get(kind, 0):
            yield f"the apps may have {number:,} {kind} together, the total is {lines['total'].get(kind, 0):,}"


def exceeded(tests: Mapping[str, Mapping[str, float]], lines: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each app that has done more than it may, with the file and the tests that have grown most.

    `tests` is what `var/durations.json` holds: the work of each test by its id.
    """
    for app, done in sorted(costs.sums(tests, costs.app_of).items()):
        for kind in WORK:
            if done[kind] > (most := lines["apps"].get(app, {}).get(kind, 0)):
                yield f"{app}: {done[kind]:,.0f} {kind}, it may have {most:,}. {_grown(tests, app, kind)}"


def _grown(tests: Mapping[str, Mapping[str, float]], app: str, kind: str) -> str:
    """The file of an app that has grown most since the costs were kept, and its dearest tests."""
    mine = {nodeid: told for nodeid, told in tests.items() if costs.app_of(nodeid) == app}
    known = costs.by_file()
    more = {
        file: told[kind] - known.get(file, {}).get(kind, 0) for file, told in costs.sums(mine, costs.file_of).items()
    }
    file = max(more, key=lambda one: more[one])
    of_file = (nodeid for nodeid in mine if costs.file_of(nodeid) == file)
    dearest = sorted(of_file, key=lambda nodeid: -mine[nodeid].get(kind, 0))
    return f"{file} has {more[file]:,.0f} more than before; most in {', '.join(dearest[:NAMED])}"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--budget", action="store_true", help="fail a whole run that costs more than tests/budget.toml says"
    )


def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    if hasattr(config, "workerinput") or not config.getoption("--budget") or session.exitstatus:
        return
    config.stash[_SAID] = said = [*exceeded(costs.told(), read())]
    if said:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


_SAID = pytest.StashKey[list[str]]()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for line in config.stash.get(_SAID, []):
        terminalreporter.write_line(f"OVER BUDGET {line}", red=True)
