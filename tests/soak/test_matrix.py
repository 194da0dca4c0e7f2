"""Does every page answer everybody about everything as `docs/policy.yaml` says? Every cell, and every method."""

from typing import Any

from tests.matrix.asking import Matrix
from tests.matrix.conftest import world  # noqa: F401  (the fixture)
from tests.matrix.policy import REFUSALS, read
from tests.matrix.world import World


def test_every_cell_of_the_matrix_is_answered_as_the_policy_says(world: World, figures: dict[str, Any]):  # noqa: F811
    policy = read()
    matrix = Matrix(world, policy)
    cells = matrix.cells()
    told = matrix.wrong(cells)
    assert not told, told
    opened = [cell for cell in cells if cell.method == "GET"]
    others = ("HEAD", "PUT", "PATCH", "DELETE")
    with matrix.without_frames():
        told = "\n".join(filter(None, (matrix.wrong_by(method, opened) for method in others)))
    assert not told, told
    refused = sum(policy.expected(cell) in REFUSALS for cell in cells)
    figures |= {
        "pages": len(policy.pages),
        "people": len(policy.people),
        "records": len(policy.records),
        "cells": len(cells),
        "refusals": refused,
        "by_other_methods": len(others) * len(opened),
        "canaries": len(world.planted.places),
        "wrong": 0,
    }
