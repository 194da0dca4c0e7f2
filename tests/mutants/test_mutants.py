"""Would a test notice if one access check were missing? Each is taken away in turn, and something must go wrong.

Run by `make mutate`. Facts and rules are asked of random worlds (`tests/worlds.py`) and of the matrix, pages of the matrix,
services of the tests that speak of them, in a process of their own (`plugin.py`).
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256

import pytest
from django.db import transaction
from django.test import Client

from tests import factories, proof
from tests.integration import test_row_security
from tests.integration.children import test_import_pages
from tests.integration.test_two_walls import compare
from tests.matrix.asking import Matrix
from tests.matrix.conftest import world  # noqa: F401  (the fixture)
from tests.matrix.policy import REFUSALS, Cell, read
from tests.matrix.world import World
from tests.mutants.applying import applied
from tests.mutants.listing import ROOT, Mutant, mutants

pytestmark = pytest.mark.mutants
WORLDS = range(12)
POLICY = read()
# Tests of a conflict of interest, each with a world of its own, which can be asked in this process.
SMALL_WORLDS: tuple[Callable[[], None], ...] = (
    test_row_security.test_the_lead_who_is_a_parent_has_no_row_about_her_child_whatever_else_she_holds,
    test_row_security.test_the_family_and_the_home_of_a_hidden_child_are_hidden_also_where_no_adult_lives_in_it,
    lambda: test_import_pages.test_a_child_to_whom_the_office_is_related_is_neither_named_nor_counted(
        Client(), factories.staffroom()
    ),
)
ALL = list(mutants())


@pytest.fixture(scope="module")
def matrix(world: World) -> Iterator[Matrix]:  # noqa: F811
    yield Matrix(world, POLICY)


@pytest.mark.parametrize("mutant", ALL, ids=[m.name for m in ALL])
def test_it_would_be_noticed(matrix: Matrix, mutant: Mutant, monkeypatch: pytest.MonkeyPatch):
    if mutant.one_wall:
        monkeypatch.setenv("ONE_WALL", "1")
    mark = transaction.savepoint()
    try:
        with applied(mutant):
            noticed = _in_a_world(mutant) or _in_the_matrix(matrix, mutant)
    finally:
        transaction.savepoint_rollback(mark)
        proof.violations.clear()
        matrix.forget()
    assert noticed or _by_a_test(mutant), f"SURVIVED {mutant.name}"


def test_there_are_enough_of_them():
    assert len(ALL) >= 40
    assert len({m.name for m in ALL}) == len(ALL)


def _in_a_world(mutant: Mutant) -> bool:
    if mutant.kind not in ("fact", "rule"):
        return False
    for check in SMALL_WORLDS:
        try:
            check()
        except AssertionError:
            return True
    if not mutant.in_worlds:
        return False
    for seed in WORLDS:
        mark = transaction.savepoint()
        try:
            compare(seed, walls_alone=True)
        except AssertionError:
            return True
        finally:
            transaction.savepoint_rollback(mark)
    return False


def _in_the_matrix(matrix: Matrix, mutant: Mutant) -> bool:
    """What must be refused first: that is where most are noticed. Of facts and rules what is shown, or not there."""
    of_records = mutant.kind in ("fact", "rule")

    def order(cell: Cell) -> tuple[bool, str]:
        return POLICY.expected(cell) not in REFUSALS, sha256(str(cell).encode()).hexdigest()

    def tells(cell: Cell) -> bool:
        expected = POLICY.expected(cell)
        return cell.page in mutant.asked and (
            expected in ("not_there", "shown") if of_records else expected != "closed"
        )

    return any(matrix.ask(cell) for cell in sorted(filter(tells, POLICY.cells(matrix.world.keys)), key=order))


def _by_a_test(mutant: Mutant) -> bool:
    if not mutant.tests:
        return False
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n0", "-p", "tests.mutants.plugin", *mutant.tests]
    environment = os.environ | {"MUTANT": mutant.name} | ({"ONE_WALL": "1"} if mutant.one_wall else {})
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stdout[-2000:] + done.stderr[-2000:]
    return done.returncode == 1
