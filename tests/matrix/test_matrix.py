"""Does every page answer everybody as `docs/policy.yaml` says? Here every record that must not be there, the rest pairwise.

The rest is what is shown or taken; what is refused before any record is looked at (by the sign-in, by the door of a page,
by the method) is asked of each page, method and person, and of each page, method and record, once. `make soak` asks every cell (`tests/soak/test_matrix.py`), `.ci/mutate.py` those of a few pages (`MATRIX_PAGES`).
"""

from collections.abc import Iterator

import pytest

from tests.matrix.asking import Matrix, pairwise
from tests.matrix.policy import REFUSALS, kinds_of, read
from tests.matrix.world import World

POLICY = read()
EACH = REFUSALS - {"closed", "not_allowed", "sign_in"}


@pytest.fixture(scope="module")
def matrix(world: World) -> Iterator[Matrix]:
    yield Matrix(world, POLICY)


@pytest.mark.parametrize("person", POLICY.people)
def test_what_must_not_be_there_is_not(matrix: Matrix, person: str):
    refusals = [c for c in matrix.cells() if c.person == person and POLICY.expected(c) in EACH]
    told = matrix.wrong(refusals)
    assert not told, told


@pytest.mark.parametrize("person", POLICY.people)
def test_the_rest_is_as_the_policy_says(matrix: Matrix, person: str):
    rest = pairwise(c for c in matrix.cells() if POLICY.expected(c) not in EACH)
    told = matrix.wrong(c for c in rest if c.person == person)
    assert not told, told


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE"])
def test_other_methods_open_nothing_more(matrix: Matrix, method: str):
    """Asked by the lead about her own child, and by somebody without a role that reads: `make soak` asks as everybody."""
    asked = [("lead_parent", ("hidden", "")), ("assistant", ("open", ""))]
    cells = [
        c for c in matrix.cells() for person, of in asked if c.person == person and c.record in of and c.method == "GET"
    ]
    told = matrix.wrong_by(method, cells)
    assert not told, told


def test_the_selection_has_every_pair_of_a_page_and_a_person():
    rest = [c for c in POLICY.cells(_all_keys()) if POLICY.expected(c) not in EACH]
    chosen = pairwise(rest)
    assert {(c.page, c.method, c.person) for c in chosen} == {(c.page, c.method, c.person) for c in rest}
    assert {(c.page, c.method, c.record) for c in chosen} == {(c.page, c.method, c.record) for c in rest}
    assert chosen == pairwise(reversed(rest))


def _all_keys() -> dict[str, dict[str, str]]:
    """As if every record had whatever fills an address."""
    kinds = {kind: "key" for entry in POLICY.pages.values() for kind in kinds_of(entry)}
    return dict.fromkeys(POLICY.records, kinds)
