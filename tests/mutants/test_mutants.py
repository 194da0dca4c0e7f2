"""Would a test notice if this check were missing, or this fault were there? One mutant a test, and something must go
wrong.

Run by `make mutate`, which lists the mutants (`__main__.py`). Rows and pages of the access policy are asked in this
process, the rows first. Tests are asked in a process of their own (`plugin.py`): single ones, then whole files. What
noticed the mutant the last time comes before all others.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from hashlib import sha256
from itertools import chain
from typing import Any

import pytest
from django.apps import apps

from tests import proof
from tests.integration import test_facts, test_row_security
from tests.integration.test_two_walls import OPINIONS, compare
from tests.matrix.asking import Matrix, taken_back
from tests.matrix.conftest import world  # noqa: F401  (the fixture)
from tests.matrix.policy import REFUSALS, Cell, read
from tests.matrix.test_gate import ASKING, Rows, asked_of, rows_of
from tests.matrix.world import World
from tests.mutants import LIST, ROOT, results
from tests.mutants.applying import applied
from tests.mutants.listing import Mutant

pytestmark = pytest.mark.mutants
# Its name, which begins with its file, and a function that raises where something is wrong.
Witness = tuple[str, Callable[[], Any]]
POLICY = read()
WORLDS = range(12)
OF_CONFLICTS: tuple[Any, ...] = (
    test_row_security.test_the_lead_who_is_a_parent_has_no_row_about_her_child_whatever_else_she_holds,
    test_row_security.test_the_family_and_the_home_of_a_hidden_child_are_hidden_also_where_no_adult_lives_in_it,
)
# So many cells of the matrix at most: in an order by chance, in which each page comes early.
CELLS = 300
ALL = [Mutant.from_json(said) for said in json.loads(LIST.read_text())] if LIST.exists() else []
# What objects to Harbour as it is, and so says nothing about a mutant.
_BROKEN = set[str]()
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+?::.+?)(?: - .*)?$", re.MULTILINE)
# What a run says of a mutant that is itself wrong: any test would notice that.
_NO_CODE = re.compile(
    r"^E +(?:\S*\.)?(?:NameError|SyntaxError|Undefined(?:Column|Function|Table|Object))\b.*$", re.MULTILINE
)


@pytest.fixture(scope="module")
def matrix(world: World) -> Iterator[Matrix]:  # noqa: F811
    yield Matrix(world, POLICY)


@pytest.fixture(scope="module")
def rows(world: World) -> Rows:  # noqa: F811
    return rows_of(world)


@pytest.mark.parametrize("mutant", ALL, ids=[m.name for m in ALL])
def test_it_would_be_noticed(mutant: Mutant, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch):
    assert mutant.has_witness, f"no page, row or test would tell: {mutant.name}"
    # Of the system: in the world of the matrix the clock of Python stands still.
    began = os.times().elapsed
    if mutant.one_wall:
        monkeypatch.setenv("ONE_WALL", "1")
    # The world is made where the first is asked of it: most services are asked by their tests alone.
    noticed = ""
    if mutant.models or mutant.pages:
        noticed = _noticed_here(mutant, request.getfixturevalue("matrix"), request.getfixturevalue("rows"))
    noticed = noticed or _noticed_by_a_test(mutant)
    results.keep(mutant, noticed, os.times().elapsed - began)
    assert noticed, f"SURVIVED {mutant.name}"


def _noticed_here(mutant: Mutant, matrix: Matrix, rows: Rows) -> str:
    """The first witness that objects to the mutant, and not to Harbour as it is; else an empty text."""
    while True:
        with _taken_back(matrix), matrix.without_frames(), applied(mutant):
            asked = _witnesses(mutant, matrix, rows)
            found = next((one for one in asked if one[0] not in _BROKEN and _objects(one)), None)
        if found is None:
            return ""
        with _taken_back(matrix), matrix.without_frames():
            if not _objects(found):
                return found[0]
        _BROKEN.add(found[0])


@contextmanager
def _taken_back(matrix: Matrix) -> Iterator[None]:
    try:
        with taken_back():
            yield
    finally:
        proof.violations.clear()
        matrix.forget()


def _objects(witness: Witness) -> bool:
    """Whether it finds something wrong; what it did to the database is taken back."""
    with taken_back():
        try:
            witness[1]()
        except NameError:
            raise  # of a mutant that is no code, and says nothing about a test
        except (Exception, pytest.fail.Exception):  # a query that breaks is noticed as well
            return True
    return False


def _witnesses(mutant: Mutant, matrix: Matrix, rows: Rows) -> Iterator[Witness]:
    """All that can be asked in this process: first what noticed it the last time, then the quickest."""
    before = _noticed_before(mutant)
    everybody = chain(_gate(mutant, matrix, rows), _small_worlds(mutant), _worlds(mutant), _pages(mutant, matrix))
    if not before.startswith(("docs", "tests/matrix", "tests/integration/test_")):
        yield from everybody
        return
    listed = list(everybody)
    yield from sorted(listed, key=lambda witness: witness[0] != before)


def _gate(mutant: Mutant, matrix: Matrix, rows: Rows) -> Iterator[Witness]:
    """The rows of the models that it guards, at either wall."""

    def ask(person: str) -> None:
        user = matrix.world.people[person]
        for label in mutant.models:
            wrong, _ = asked_of([apps.get_model(label)], person, user, rows)
            assert not wrong, wrong

    # In another order than that of the file: those with most rights, who notice least, stand together there.
    for person in sorted(ASKING, key=_by_chance) if mutant.models else ():
        yield f"tests/matrix/test_gate.py: {person}", partial(ask, person)


def _small_worlds(mutant: Mutant) -> Iterator[Witness]:
    """Tests of facts and of conflicts of interest, each with a world of its own, which can be asked in this process."""
    if mutant.kind in ("fact", "rule"):
        of_facts = [test for name, test in vars(test_facts).items() if name.startswith("test_")]
        for test in (*of_facts, *OF_CONFLICTS):
            yield f"{test.__module__.replace('.', '/')}.py::{test.__name__}", test


def _worlds(mutant: Mutant) -> Iterator[Witness]:
    """Random worlds, where they have rows that it guards."""
    if {model._meta.label_lower for model in OPINIONS} & {*mutant.models}:
        for seed in WORLDS:
            told = f"tests/integration/test_two_walls.py: world {seed}"
            yield told, partial(compare, seed, walls_alone=True)


def _pages(mutant: Mutant, matrix: Matrix) -> Iterator[Witness]:
    """Cells of its pages. What must be refused comes first: that is where most are noticed."""

    def ask(cell: Cell) -> None:
        wrong = matrix.ask(cell)
        assert not wrong, wrong

    def order(cell: Cell) -> tuple[bool, str]:
        return POLICY.expected(cell) not in REFUSALS, _by_chance(str(cell))

    asked = [cell for cell in POLICY.cells(matrix.world.keys) if cell.page in mutant.pages]
    if mutant.kind in ("fact", "rule"):
        asked = [cell for cell in asked if POLICY.expected(cell) in ("not_there", "shown")]
    ordered = sorted(asked, key=order)
    # Half of them are refusals, as long as there are.
    refused = [cell for cell in ordered if POLICY.expected(cell) in REFUSALS][: CELLS // 2]
    for cell in [*refused, *[cell for cell in ordered if cell not in {*refused}][: CELLS - len(refused)]]:
        yield f"docs/policy.yaml: {cell}", partial(ask, cell)


def _by_chance(text: str) -> str:
    return sha256(text.encode()).hexdigest()


# --- in a process of its own


def _noticed_before(mutant: Mutant) -> str:
    return str(results.entries().get(mutant.name, {}).get("noticed_by", ""))


def _noticed_by_a_test(mutant: Mutant) -> str:
    """The first of its tests that fails with it and passes without it; else an empty text."""
    single = [test for test in mutant.tests if "::" in test]
    before = [test for test in single if test == _noticed_before(mutant).partition("[")[0]]
    whole = [test for test in mutant.tests if "::" not in test]
    for tests in (before, [test for test in single if test not in before], whole):
        if tests and (noticed := _failing(mutant, tests)):
            return noticed
    return ""


def _failing(mutant: Mutant, tests: list[str]) -> str:
    while True:
        said = _run(mutant, *tests)
        assert not (strange := _NO_CODE.search(said)), f"the mutant is no code: {strange[0]}"
        found = _FAILED.search(said)
        if found is None:
            return ""
        if _passes(found[1], mutant.one_wall):
            return found[1]
        _BROKEN.add(found[1])


@cache
def _passes(test: str, one_wall: bool) -> bool:
    """Whether a test is content with Harbour as it is."""
    return "1 passed" in _pytest([test], {"ONE_WALL": "1"} if one_wall else {})


def _run(mutant: Mutant, *tests: str) -> str:
    told = {"MUTANT": json.dumps(mutant.as_json())} | ({"ONE_WALL": "1"} if mutant.one_wall else {})
    broken = [f"--deselect={test}" for test in sorted(_BROKEN) if "::" in test]
    return _pytest(["-p", "tests.mutants.plugin", *broken, *tests], told)


def _pytest(arguments: list[str], environment: dict[str, str]) -> str:
    """What a run of tests prints, in a process of its own; up to the first that fails."""
    options = ("-x", "-n0", "-p", "no:cacheprovider", "-o", "addopts=--strict-markers", "-o", "timeout=600")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout
