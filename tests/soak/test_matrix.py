"""Does every page answer everybody about everything as `docs/policy.yaml` says? Every cell, and each page by every
other method.
"""

from collections.abc import Iterable
from typing import Any

import pytest

from tests.matrix.asking import Matrix, in_disorder
from tests.matrix.conftest import world  # noqa: F401  (the fixture)
from tests.matrix.policy import REFUSALS, Cell, Policy, read
from tests.matrix.world import World

pytestmark = pytest.mark.soak(part="matrix")
POLICY = read()
OTHERS = ("HEAD", "PUT", "PATCH", "DELETE")


@pytest.fixture(scope="module")
def matrix(world: World) -> Matrix:  # noqa: F811
    return Matrix(world, POLICY)


@pytest.mark.parametrize("person", POLICY.people)
def test_every_cell_of_the_matrix_is_answered_as_the_policy_says(
    matrix: Matrix, person: str, figures: dict[str, Any]
) -> None:
    # Not `matrix.cells()`, which takes the pages of MATRIX_PAGES alone: an entry is of all.
    cells = [cell for cell in POLICY.cells(matrix.world.keys) if cell.person == person]
    opened = one_of_each_answer(POLICY, (cell for cell in cells if cell.method == "GET"))
    told = matrix.wrong(cells)
    with matrix.without_frames():
        by_others = [wrong for method in OTHERS if (wrong := matrix.wrong_by(method, opened))]
    told = "\n".join(filter(None, (told, *by_others)))
    figures |= {
        "pages": len(POLICY.pages),
        "records": len(POLICY.records),
        "canaries": len(matrix.world.planted.places),
    }
    figures["summed"] = {
        "people": 1,
        "cells": len(cells),
        "refusals": sum(POLICY.expected(cell) in REFUSALS for cell in cells),
        "by_other_methods": len(OTHERS) * len(opened),
        "wrong": len(told.splitlines()),
    }
    assert not told, told


def one_of_each_answer(policy: Policy, cells: Iterable[Cell]) -> list[Cell]:
    """Return for each page one cell of each answer about a record that the person sees, and about one they do not."""
    chosen: dict[tuple[str, str, bool], Cell] = {}
    for cell in sorted(cells, key=in_disorder):
        sees = bool(policy.sees(cell.person, cell.record))
        chosen.setdefault((cell.page, policy.expected(cell), sees), cell)
    return list(chosen.values())
