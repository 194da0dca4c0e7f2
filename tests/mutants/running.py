"""How are the mutants of a run asked? In children of one process that has loaded Harbour and collected the tests once.

The rows and pages of the access policy are asked first, in a child that makes the world of the matrix and takes one
mutant after another (`test_mutants.py`). Where nothing there notices, a child of its own runs the tests that name what
is changed, up to the first that fails, and a second whether that test passes without the mutant. A mutant that none of
these notices is asked once more by all tests of its app, when the others have ended.
"""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from functools import partial
from itertools import groupby
from typing import Any

import pytest
from django.db import connections
from pytest_django.plugin import blocking_manager_key

from tests import conftest
from tests.dealing import world_of
from tests.mutants import ROOT, results
from tests.mutants.applying import change_database_of, changed_code, changes_a_wall
from tests.mutants.forking import Broke, Hung, Tell, told_by
from tests.mutants.listing import Mutant
from tests.mutants.naming import tests_of_app
from tests.postgres import Databases

# Seconds in which a child has to say something: it names each witness before it asks it.
LIMIT = 600.0
# Of a witness that did not end with the mutant, and does without it.
PAST_ITS_TIME = " (did not end)"
STAGE = "tests/mutants/test_mutants.py"
READY, ROWS_AND_PAGES = f"{STAGE}::test_harbour_answers", f"{STAGE}::test_rows_and_pages"
JOB = pytest.StashKey[Callable[[Any, Any], None]]()
# Fixtures that start Harbour in a process of its own, where there is no mutant.
OTHER_PROCESSES = {"start_worker", "start_destroyers", "crashing_server"}
# What a run says of a mutant that is itself wrong: any test would notice that.
NO_CODE = ("NameError", "SyntaxError", "UndefinedColumn", "UndefinedFunction", "UndefinedTable", "UndefinedObject")


class Runner:
    """A plugin of pytest that asks these mutants in place of running the tests that were collected."""

    def __init__(self, asked: list[Mutant]) -> None:
        self.asked = asked
        self.strange: list[str] = []
        self._items: dict[str, list[pytest.Item]] = {}
        self._failures: list[pytest.TestReport] = []
        # What objects to Harbour as it is, and so says nothing; and what was seen to be content with it.
        self._objecting, self._content = set[str](), set[tuple[str, bool]]()

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self._items = by_name(session.items)
        self._config = session.config
        self._get_ready()
        survivors = list[Mutant]()
        for _, together in groupby(self.asked, key=lambda mutant: (mutant.kind == "fault", mutant.app)):
            survivors += self._ask(list(together))
        # The witnesses are few, and may be the wrong ones.
        for mutant in survivors:
            self._ask_tests(mutant, tests_of_app(mutant.file), is_all=True)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failures.append(report)

    def _get_ready(self) -> None:
        """Start the server of the run, and load what Harbour loads with its first page, before the first fork."""
        if failed := failing(self._items[READY], self._failures, lambda _: None):
            raise RuntimeError(failed.longreprtext)
        connections.close_all()

    # --- one mutant after another

    def _ask(self, mutants: list[Mutant]) -> list[Mutant]:
        """Ask the witnesses of each mutant. Returns those that survive."""
        left = {mutant.name: mutant for mutant in mutants}
        for name in self._by_rows_and_pages([mutant for mutant in mutants if mutant.models or mutant.pages]):
            del left[name]
        return [m for m in left.values() if self._ask_tests(m, (_noticed_before(m), *m.tests), is_all=False)]

    def _ask_tests(self, mutant: Mutant, names: Iterable[str], *, is_all: bool) -> bool:
        """Ask the tests of these names, which are all that there are or will be followed by others. Returns whether the
        mutant survives them.
        """
        began = time.monotonic()
        try:
            noticed_by = self._first_failing(mutant, self._found(names))
        except Broke as broke:
            self._call_strange(mutant, str(broke))
            return False
        self._end(mutant, noticed_by, began, is_all=is_all)
        return not noticed_by

    def _end(self, mutant: Mutant, noticed_by: str, began: float, *, is_all: bool = False) -> None:
        seconds = time.monotonic() - began
        results.keep(mutant, noticed_by, seconds, is_all=is_all)
        _say(f"{seconds:5.1f} s  {mutant.name}: {noticed_by or ('SURVIVED' if is_all else 'survives its witnesses')}")

    def _call_strange(self, mutant: Mutant, why: str) -> None:
        self.strange.append(mutant.name)
        _say(f"  STRANGE {mutant.name}: {why}")

    # --- rows and pages

    def _by_rows_and_pages(self, ahead: list[Mutant]) -> Iterator[str]:
        """Ask the mutants in the world of the matrix. Yields the names of those that have ended with it."""
        while ahead:
            begun, witness = 0.0, ""
            try:
                for kind, said in told_by(partial(self._stage, ahead), LIMIT):
                    if kind == "begins":
                        begun, witness = time.monotonic(), ""
                    elif kind == "asks":
                        witness = said
                    else:
                        mutant, ahead = ahead[0], ahead[1:]
                        if said:
                            self._end(mutant, said, begun)
                            yield mutant.name
                return
            except (Hung, Broke) as problem:
                if not begun or not ahead:
                    raise
                mutant, ahead = ahead[0], ahead[1:]
                if isinstance(problem, Hung) and witness:
                    self._end(mutant, witness + PAST_ITS_TIME, begun)
                else:
                    self._call_strange(mutant, str(problem))
                yield mutant.name

    def _stage(self, mutants: list[Mutant], tell: Tell) -> None:
        self._work_on_a_copy()
        self._config.stash[JOB] = partial(_each_asked, mutants, tell)
        if failed := failing(self._items[ROWS_AND_PAGES], self._failures, lambda _: None):
            raise RuntimeError(failed.longreprtext)

    # --- tests

    def _first_failing(self, mutant: Mutant, items: list[pytest.Item]) -> str:
        """The first test that fails with the mutant, also by itself, and passes without it; else an empty text."""
        while items := [item for item in items if item.nodeid not in self._objecting]:
            found, why = self._run(mutant, items, one_wall=mutant.one_wall)
            if not found:
                return ""
            if strange := next((name for name in NO_CODE if f"{name}: " in why), ""):
                raise Broke(f"the mutant is no code, {strange} in {found}")
            if not self._is_content(found, one_wall=mutant.one_wall):
                self._call_objecting(found)
            elif why == PAST_ITS_TIME:
                return found + why
            # What the tests before it left, or a machine that is busy, is no reason.
            elif self._run(mutant, self._items[found], one_wall=mutant.one_wall)[0]:
                return found
            items = items[[item.nodeid for item in items].index(found) + 1 :]
        return ""

    def _is_content(self, nodeid: str, *, one_wall: bool) -> bool:
        """Whether a test passes in Harbour as it is."""
        if (nodeid, one_wall) in self._content:
            return True
        found, _ = self._run(None, self._items[nodeid], one_wall=one_wall)
        if not found and nodeid != READY:
            self._content.add((nodeid, one_wall))
        return not found

    def _call_objecting(self, nodeid: str) -> None:
        """Leave out a test that fails without any mutant. Raises `RuntimeError` where Harbour itself has failed."""
        if not self._is_content(READY, one_wall=False):
            raise RuntimeError("Harbour no longer answers as it is, and what survives now says nothing")
        self._objecting.add(nodeid)
        _say(f"  OBJECTS without a mutant: {nodeid}")

    def _run(self, mutant: Mutant | None, items: list[pytest.Item], *, one_wall: bool) -> tuple[str, str]:
        """The id of the first test that fails and what it says; two empty texts where all pass."""
        begun, found = "", ("", "")
        try:
            for kind, said in told_by(partial(self._tests, mutant, items, one_wall), LIMIT):
                begun, found = (said, found) if kind == "asks" else (begun, said)
        except Hung:
            if not begun:
                raise Broke("no test began") from None
            return begun, PAST_ITS_TIME
        return found

    def _tests(self, mutant: Mutant | None, items: list[pytest.Item], one_wall: bool, tell: Tell) -> None:
        if one_wall:
            os.environ["ONE_WALL"] = "1"
        self._work_on_a_copy()
        with changed_code(mutant) if mutant else nullcontext():
            if mutant and changes_a_wall(mutant):
                own = conftest.databases_of(self._config).of_process("mutants_template")
                own.reset()
                with self._config.stash[blocking_manager_key].unblock():
                    change_database_of(own, mutant)
                self._work_on_a_copy(own)
            if failed := failing(items, self._failures, lambda nodeid: tell(("asks", nodeid))):
                tell(("failed", (failed.nodeid, failed.longreprtext)))

    def _found(self, names: Iterable[str]) -> list[pytest.Item]:
        return list(dict.fromkeys(item for name in names for item in self._items.get(name, ())))

    def _work_on_a_copy(self, template: Databases | None = None) -> None:
        """Be to pytest what xdist calls a worker: its databases are its own, copies of the template."""
        told = conftest.told(template or conftest.databases_of(self._config))
        self._config.workerinput = {"workerid": "mutant", "databases": told}  # type: ignore[attr-defined]


def files_of(mutants: Iterable[Mutant]) -> list[str]:
    """The files of all tests that may be asked of these mutants, the stage of this run among them."""
    names = (
        name for mutant in mutants for name in (_noticed_before(mutant), *mutant.tests, *tests_of_app(mutant.file))
    )
    files = {name.split("::")[0] for name in names} | {STAGE}
    return sorted(file for file in files if file.endswith(".py") and (ROOT / file).exists())


def failing(items: list[pytest.Item], failures: list[pytest.TestReport], tell: Tell) -> pytest.TestReport | None:
    """Run tests up to the first that fails, and return its report. Each is told before it begins."""
    for item, following in zip(items, [*items[1:], None], strict=True):
        tell(item.nodeid)
        item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
        if failures:
            return failures[0]
    return None


def by_name(items: Iterable[pytest.Item]) -> dict[str, list[pytest.Item]]:
    """Tests by their id, by that of their function, whatever its parameters, and by their file.

    Those that share a world with others, or start Harbour in other processes, are found by no name.
    """
    found: dict[str, list[pytest.Item]] = {}
    for item in items:
        if world_of(item) or OTHER_PROCESSES & {*getattr(item, "fixturenames", ())}:
            continue
        file = item.nodeid.split("::")[0]
        for name in {item.nodeid, item.nodeid.split("[")[0], file}:
            found.setdefault(name, []).append(item)
    return found


def _noticed_before(mutant: Mutant) -> str:
    return str(results.entries().get(mutant.name, {}).get("noticed_by", "")).removesuffix(PAST_ITS_TIME)


def _each_asked(mutants: list[Mutant], tell: Tell, here: Any) -> None:
    """Ask the mutants in the world of the matrix, and tell what noticed each: an empty text where nothing did."""
    for mutant in mutants:
        tell(("begins", mutant.name))
        tell(("ended", here.noticed(mutant, _noticed_before(mutant), tell)))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
