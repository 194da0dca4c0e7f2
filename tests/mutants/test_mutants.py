"""Would a test notice if one access check were missing? Each is taken away in turn, and something must go wrong.

Run by `make mutate`. Facts and rules are asked of random worlds (`tests/worlds.py`) and of the matrix, pages of the
matrix, services of the tests that speak of them, in a process of their own (`plugin.py`).
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from typing import Any

import pytest
from django.test import Client

from tests import factories, proof
from tests.integration import test_facts, test_row_security
from tests.integration.children import test_import_pages
from tests.integration.test_two_walls import compare
from tests.matrix.asking import Matrix, taken_back
from tests.matrix.conftest import world  # noqa: F401  (the fixture)
from tests.matrix.policy import REFUSALS, Cell, read
from tests.matrix.world import World
from tests.mutants.applying import applied
from tests.mutants.listing import ROOT, Mutant, mutants

pytestmark = pytest.mark.mutants
WORLDS = range(12)
POLICY = read()
Witness = Callable[[], Any]
# Tests of facts and of conflicts of interest, each with a world of its own, which can be asked in this process.
SMALL_WORLDS: tuple[Witness, ...] = (
    *(test for name, test in vars(test_facts).items() if name.startswith("test_")),
    test_row_security.test_the_lead_who_is_a_parent_has_no_row_about_her_child_whatever_else_she_holds,
    test_row_security.test_the_family_and_the_home_of_a_hidden_child_are_hidden_also_where_no_adult_lives_in_it,
    lambda: test_import_pages.test_a_child_to_whom_the_office_is_related_is_neither_named_nor_counted(
        Client(), factories.staffroom()
    ),
)
ALL = list(mutants())
_FAILED = re.compile(r"^FAILED (\S+::.+?)(?: - .*)?$", re.MULTILINE)


@pytest.fixture(scope="module")
def matrix(world: World) -> Iterator[Matrix]:  # noqa: F811
    yield Matrix(world, POLICY)


@pytest.mark.parametrize("mutant", ALL, ids=[m.name for m in ALL])
def test_it_would_be_noticed(matrix: Matrix, mutant: Mutant, monkeypatch: pytest.MonkeyPatch):
    """What notices it must be content with Harbour as it is, or it would notice anything."""
    if mutant.one_wall:
        monkeypatch.setenv("ONE_WALL", "1")
    with _taken_back(matrix), applied(mutant):
        witness = next((w for w in _witnesses(matrix, mutant) if _objects(w)), None)
    if witness is None:
        assert _noticed_by_a_test(mutant), f"SURVIVED {mutant.name}"
        return
    with _taken_back(matrix):
        assert not _objects(witness), f"objects to Harbour as it is: {mutant.name}"


def test_there_are_enough_of_them():
    assert len(ALL) >= 40
    assert len({m.name for m in ALL}) == len(ALL)


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
            witness()
        except AssertionError:
            return True
    return False


def _witnesses(matrix: Matrix, mutant: Mutant) -> Iterator[Witness]:
    """Whoever may notice it, the quickest first: small worlds, random worlds, the cells of the matrix."""
    if mutant.kind in ("fact", "rule"):
        yield from SMALL_WORLDS
    if mutant.in_worlds:
        yield from (partial(compare, seed, walls_alone=True) for seed in WORLDS)
    yield from (partial(_ask, matrix, cell) for cell in _cells(matrix, mutant))


def _ask(matrix: Matrix, cell: Cell) -> None:
    assert not matrix.ask(cell)


def _cells(matrix: Matrix, mutant: Mutant) -> list[Cell]:
    """What must be refused first: that is where most are noticed. Of facts and rules what is shown, or not there."""
    of_records = mutant.kind in ("fact", "rule")

    def order(cell: Cell) -> tuple[bool, str]:
        return POLICY.expected(cell) not in REFUSALS, sha256(str(cell).encode()).hexdigest()

    def tells(cell: Cell) -> bool:
        expected = POLICY.expected(cell)
        return cell.page in mutant.asked and (not of_records or expected in ("not_there", "shown"))

    return sorted(filter(tells, POLICY.cells(matrix.world.keys)), key=order)


def _noticed_by_a_test(mutant: Mutant) -> bool:
    """Whether one of its tests fails with it, and that one passes without it."""
    if not mutant.tests:
        return False
    failed = _FAILED.search(_run(mutant, *mutant.tests))
    return failed is not None and "1 passed" in _run(mutant, failed[1], as_it_is=True)


def _run(mutant: Mutant, *tests: str, as_it_is: bool = False) -> str:
    """What a run of these tests prints, in a process of its own; up to the first that fails."""
    plugin = () if as_it_is else ("-p", "tests.mutants.plugin")
    command = [sys.executable, "-m", "pytest", "-x", "-n0", "-o", "addopts=--strict-markers", *plugin, *tests]
    environment = os.environ | {"MUTANT": mutant.name} | ({"ONE_WALL": "1"} if mutant.one_wall else {})
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout
