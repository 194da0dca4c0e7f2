"""Does a run of mutants say which test notices, which mutant survives or hangs, and does it go on where it was?"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import SetupState

from safeguarding import dates
from tests.mutants import results, running
from tests.mutants.forking import Broke, Hung, Tell, told_by
from tests.mutants.listing import Edit, Mutant, place_of
from tests.mutants.running import PAST_ITS_TIME, Runner
from tests.waiting import until

FILE = "safeguarding/dates.py"
EDIT = Edit(FILE, *place_of(FILE, "day.month >= 9"), "day.month >= 10")
MUTANTS = [Mutant(f"dates {name}", "dates", "fault", (EDIT,), name) for name in ("first", "second", "third")]


def in_september() -> None:
    assert dates.school_year(date(2026, 9, 1)) == 2026


def in_august() -> None:
    assert dates.school_year(date(2026, 8, 31)) == 2025


@pytest.fixture
def runner(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Runner:
    """One that knows two small tests."""
    made = Runner(MUTANTS)

    def in_the_child() -> None:
        # It stands in no other test than it runs, and tells the run around it nothing.
        request.session._setupstate = SetupState()
        plugins = request.config.pluginmanager
        for plugin in [one for one in plugins.get_plugins() if hasattr(one, "pytest_runtest_logreport")]:
            plugins.unregister(plugin)
        plugins.register(made)

    monkeypatch.setattr(made, "_work_on_a_copy", in_the_child)
    for test in (in_august, in_september):
        item = pytest.Function.from_parent(request.node.parent, name=test.__name__, callobj=test)
        made._items |= {name: [item] for name in (test.__name__, item.nodeid)}
    return made


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(results, "FILE", tmp_path / "mutants.json")


def named(runner: Runner, *tests: Callable[[], None]) -> list[pytest.Item]:
    return [runner._items[test.__name__][0] for test in tests]


# --- a process of its own


def test_child_tells_one_thing_after_another():
    assert list(told_by(lambda tell: [tell(n) for n in range(3)] and None, 60)) == [0, 1, 2]


def test_child_changes_nothing_here(monkeypatch: pytest.MonkeyPatch):
    def job(tell: Tell) -> None:
        os.environ["CHANGED"] = "1"
        tell(os.getpid())

    assert list(told_by(job, 60)) != [os.getpid()]
    assert "CHANGED" not in os.environ


def test_child_that_raises_is_named():
    def job(tell: Tell) -> None:
        raise KeyError("no such key")

    with pytest.raises(Broke, match="no such key"):
        list(told_by(job, 60))


def test_child_that_dies_is_named():
    with pytest.raises(Broke, match="died"):
        list(told_by(lambda tell: os._exit(0), 60))


def test_child_that_hangs_is_ended_with_what_it_started():
    def job(tell: Tell) -> None:
        if not (below := os.fork()):
            signal.pause()
        tell((os.getpid(), below))
        signal.pause()

    words = told_by(job, 0.5)
    processes = next(words)
    with pytest.raises(Hung):
        next(words)
    for process in processes:
        until(lambda process=process: ended(process))


def ended(process: int) -> bool:
    """Whether it has ended; the one below waits as a zombie for who takes it over."""
    with suppress(FileNotFoundError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    return True


# --- a mutant


def test_run_ends_where_harbour_itself_fails(runner: Runner, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(runner, "_is_content", lambda nodeid, *, one_wall: False)
    with pytest.raises(RuntimeError, match="no longer answers"):
        runner._first_failing(MUTANTS[0], named(runner, in_september))


def test_mutant_is_noticed_by_the_test_that_fails_with_it_alone(runner: Runner):
    found = runner._first_failing(MUTANTS[0], named(runner, in_august, in_september))
    assert found.endswith("::in_september")
    in_september()


def test_mutant_survives_what_passes_with_it(runner: Runner):
    assert runner._first_failing(MUTANTS[0], named(runner, in_august)) == ""


def test_what_fails_without_the_mutant_says_nothing(runner: Runner, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(runner, "_is_content", lambda nodeid, *, one_wall: "september" not in nodeid)
    assert runner._first_failing(MUTANTS[0], named(runner, in_september, in_august)) == ""


def test_test_that_fails_after_others_alone_says_nothing(runner: Runner, monkeypatch: pytest.MonkeyPatch):
    def run(mutant: Mutant | None, items: list[pytest.Item], *, one_wall: bool) -> tuple[str, str]:
        return (items[1].nodeid, "assert 1 == 2") if len(items) > 1 else ("", "")

    monkeypatch.setattr(runner, "_run", run)
    assert runner._first_failing(MUTANTS[0], named(runner, in_august, in_september)) == ""


def test_test_that_does_not_end_with_the_mutant_notices_it(runner: Runner, monkeypatch: pytest.MonkeyPatch):
    asked = named(runner, in_august)[0].nodeid

    def told(job: Any, limit: float) -> Iterator[Any]:
        yield "asks", asked
        if job.args[0] is not None:
            raise Hung

    monkeypatch.setattr(running, "told_by", told)
    assert runner._first_failing(MUTANTS[0], named(runner, in_august)) == asked + PAST_ITS_TIME


def test_mutant_that_is_no_code_is_strange(runner: Runner):
    wrong = Mutant("dates wrong", "dates", "fault", (Edit(FILE, EDIT.start, EDIT.end, "nothing >= 9"),), "school_year")
    with pytest.raises(Broke, match="NameError"):
        runner._first_failing(wrong, named(runner, in_september))


def test_survivor_is_asked_by_all_tests_of_its_app(
    runner: Runner, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, kept: None
):
    monkeypatch.setattr(runner, "_get_ready", lambda: None)
    monkeypatch.setattr(running, "by_name", lambda items: runner._items)
    monkeypatch.setattr(running, "tests_of_app", lambda file: ["in_august", "in_september"])
    runner.asked = [replace(MUTANTS[0], tests=("in_august",))]
    runner.pytest_runtestloop(request.session)
    assert results.entries()["dates first"]["noticed_by"].endswith("::in_september")


def test_survivor_of_its_witnesses_alone_is_asked_again(runner: Runner, kept: None):
    mutant = replace(MUTANTS[0], tests=("in_august",))
    assert runner._ask([mutant]) == [mutant]
    assert results.entries()[mutant.name]["noticed_by"] == ""
    assert not results.is_current(mutant, results.entries())


# --- a run


def test_stopped_run_goes_on_where_it_was(runner: Runner, monkeypatch: pytest.MonkeyPatch, kept: None):
    asked: list[str] = []

    def first_failing(mutant: Mutant, items: list[pytest.Item]) -> str:
        asked.append(mutant.name)
        if mutant.about == "second" and asked.count(mutant.name) == 1:
            raise KeyboardInterrupt
        return "tests/mutants/test_running.py::in_september"

    monkeypatch.setattr(runner, "_first_failing", first_failing)
    with pytest.raises(KeyboardInterrupt):
        runner._ask(MUTANTS)
    runner._ask([mutant for mutant in MUTANTS if not results.is_current(mutant, results.entries())])
    assert asked == ["dates first", "dates second", "dates second", "dates third"]


def test_mutant_that_breaks_the_world_of_the_matrix_is_left_out(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, kept: None
):
    def told(job: Any, limit: float) -> Iterator[Any]:
        for mutant in job.args[0]:
            yield "begins", mutant.name
            yield "asks", f"tests/matrix/test_gate.py: {mutant.about}"
            if mutant.about == "first":
                raise Broke("NameError")
            if mutant.about == "second":
                raise Hung
            yield "ended", ""

    monkeypatch.setattr(running, "told_by", told)
    assert [*runner._by_rows_and_pages(MUTANTS)] == ["dates first", "dates second"]
    assert runner.strange == ["dates first"]
    assert results.entries()["dates second"]["noticed_by"] == "tests/matrix/test_gate.py: second" + PAST_ITS_TIME
