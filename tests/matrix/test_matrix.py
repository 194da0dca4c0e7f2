"""Does every page answer everybody as `docs/policy.yaml` says? Pairwise, over HTTP.

Of a refusal the status, the words, the event and that nothing was written; the frame around the words, which is that of
every page, is left out. Of the refusals that the record decides, and of what is shown, so many cells that each page has
been asked by each person and about each record, and each person about each record. Refusals at the door, where no
record is looked at, are asked by four people of each page and method; so are what is sent and taken, and what leads
onwards. Of those who read everything one is shown each page. Which rows anybody may read, the gate and the database are
asked about every person and row (`test_gate.py`).
`make soak` asks every cell whole, and each page by every other method (`tests/soak/test_matrix.py`); `make mutate`
those that concern a mutant. Of pages named in `MATRIX_PAGES` every refusal that the record decides is asked here.
"""

import os
from collections.abc import Iterable, Iterator

import pytest

from tests.matrix.asking import Matrix, a_few, pairwise
from tests.matrix.policy import REFUSALS, Cell, kinds_of, read
from tests.matrix.world import World

POLICY = read()
# Decided before the record is looked for.
AT_THE_DOOR = {"closed", "sign_in", "not_allowed"}
# They read every record that has no rule of its own: where nothing is hidden from somebody, nothing can show.
READ_ALL = {"lead", "headteacher", "trust_in"}


@pytest.fixture(scope="module")
def matrix(world: World) -> Iterator[Matrix]:
    yield Matrix(world, POLICY)


@pytest.fixture(scope="module")
def refusals(matrix: Matrix) -> list[Cell]:
    refused = [(c, POLICY.expected(c)) for c in matrix.cells()]
    by_record = chosen(c for c, answer in refused if answer in REFUSALS - AT_THE_DOOR)
    return [*by_record, *a_few((c for c, answer in refused if answer in AT_THE_DOOR), people=4)]


@pytest.fixture(scope="module")
def the_rest(matrix: Matrix) -> list[Cell]:
    answered = [(c, POLICY.expected(c)) for c in matrix.cells()]
    shown = [c for c, answer in answered if answer == "shown"]
    others = (c for c, answer in answered if answer not in {"shown", *REFUSALS})
    return [
        *pairwise(c for c in shown if c.person not in READ_ALL),
        *a_few((c for c in shown if c.person in READ_ALL), people=1),
        *a_few(others, people=4),
    ]


@pytest.mark.parametrize("person", POLICY.people)
def test_every_refusal_is_one(matrix: Matrix, refusals: list[Cell], person: str):
    with matrix.without_frames():
        told = matrix.wrong(c for c in refusals if c.person == person)
    assert not told, told


@pytest.mark.parametrize("person", POLICY.people)
def test_the_rest_is_as_the_policy_says(matrix: Matrix, the_rest: list[Cell], person: str):
    told = matrix.wrong(c for c in the_rest if c.person == person)
    assert not told, told


def test_the_first_wall_stands_alone_before_a_hidden_child_and_her_sister(
    matrix: Matrix, monkeypatch: pytest.MonkeyPatch
):
    """Without row security: what a page fetches beside its record, the gate alone must hide.

    Whole pages, frame and all.
    """
    monkeypatch.setenv("ONE_WALL", "1")
    cells = [c for c in matrix.cells() if c.person == "lead_parent" and c.record in ("hidden", "two")]
    told = matrix.wrong(c for c in cells if POLICY.expected(c) != "closed")
    matrix.forget()
    assert cells
    assert not told, told


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE"])
def test_other_methods_open_nothing_more(matrix: Matrix, method: str):
    """Asked by the lead about her own child, and by somebody without a role that reads: `make soak` asks as
    everybody.
    """
    asked = [("lead_parent", ("hidden", "")), ("assistant", ("open", ""))]
    cells = [
        c for c in matrix.cells() for person, of in asked if c.person == person and c.record in of and c.method == "GET"
    ]
    with matrix.without_frames():
        told = matrix.wrong_by(method, cells)
    assert not told, told


def test_the_selection_has_every_pair_of_a_page_and_a_person():
    cells = list(POLICY.cells(_all_keys()))
    chosen = pairwise(cells)
    assert {(c.page, c.method, c.person) for c in chosen} == {(c.page, c.method, c.person) for c in cells}
    assert {(c.page, c.method, c.record) for c in chosen} == {(c.page, c.method, c.record) for c in cells}
    assert chosen == pairwise(reversed(cells))


def chosen(cells: Iterable[Cell]) -> list[Cell]:
    """A pairwise selection; of a few pages that were named, every cell."""
    return list(cells) if "MATRIX_PAGES" in os.environ else pairwise(cells)


def _all_keys() -> dict[str, dict[str, str]]:
    """As if every record had whatever fills an address."""
    kinds = {kind: "key" for entry in POLICY.pages.values() for kind in kinds_of(entry)}
    return dict.fromkeys(POLICY.records, kinds)
