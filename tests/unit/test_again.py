"""Which tests are asked again, and what does the run then say?"""

from collections.abc import Sequence

import pytest

from tests import again

DEAR = {"tests/integration/diary/test_week.py::test_it": {"seconds": 1, "copies": 1}}
MANY = [f"test_{n}" for n in range(again.FEW + 1)]


def test_the_world_that_a_test_shares_is_no_part_of_its_name():
    assert again.names(
        {"t.py::test_a[chair]@matrix chair": True, "t.py::test_b@school": True, "t.py::c[x@y.z]": True}
    ) == [
        "t.py::c[x@y.z]",
        "t.py::test_a[chair]",
        "t.py::test_b",
    ]


@pytest.mark.parametrize(
    ("first", "failed", "alone", "code", "said"),
    [
        (1, ["test_a"], 0, 0, "held alone"),
        (1, ["test_a", "test_b"], 1, 1, "asked again"),
        (1, MANY[:-1], 0, 0, "held alone"),
    ],
    ids=["it holds", "it fails", "as many as are asked"],
)
def test_a_few_are_asked_again_and_named(first: int, failed: list[str], alone: int, code: int, said: str):
    asked: list[Sequence[str]] = []

    def ask(tests: Sequence[str]) -> int:
        asked.append(tests)
        return alone

    told, lines = again.outcome(first, failed, {}, ask)
    assert told == code
    assert asked == [failed]
    assert len(lines) == len(failed)
    assert all(said in line and name in line for line, name in zip(lines, failed, strict=True))


@pytest.mark.parametrize(
    ("first", "failed", "cost"),
    [
        (1, MANY, {}),
        (1, [], {}),
        (2, ["test_a"], {}),
        (3, ["test_a"], {}),
        (1, ["test_a"], DEAR),
    ],
    ids=["too many", "none: the budget failed", "interrupted", "pytest itself failed", "over budget besides"],
)
def test_any_other_run_has_failed(first: int, failed: list[str], cost: dict[str, dict[str, float]]):
    def ask(tests: Sequence[str]) -> int:
        raise AssertionError(tests)

    assert again.outcome(first, failed, cost, ask)[0] == first
