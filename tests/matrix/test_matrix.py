"""Does every page answer everybody as `docs/policy.yaml` says? Here every refusal, and of the rest a pairwise selection.

`make soak` asks every cell (`tests/soak/test_matrix.py`).
"""

from collections.abc import Iterator

import pytest

from tests.matrix.asking import Matrix, pairwise
from tests.matrix.policy import REFUSALS, read
from tests.matrix.world import World

POLICY = read()


@pytest.fixture(scope="module")
def matrix(world: World) -> Iterator[Matrix]:
    yield Matrix(world, POLICY)


@pytest.mark.parametrize("person", POLICY.people)
def test_every_refusal_is_as_the_policy_says(matrix: Matrix, person: str):
    refusals = [c for c in matrix.cells() if c.person == person and POLICY.expected(c) in REFUSALS]
    assert len(refusals) > 20
    told = matrix.wrong(refusals)
    assert not told, told


@pytest.mark.parametrize("person", [p for p in POLICY.people if p not in ("public", "leaver")])
def test_what_is_shown_is_as_the_policy_says(matrix: Matrix, person: str):
    rest = pairwise(c for c in matrix.cells() if POLICY.expected(c) not in REFUSALS)
    told = matrix.wrong(c for c in rest if c.person == person)
    assert not told, told
