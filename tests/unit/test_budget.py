"""Does a run that costs more than its budget fail, and say where?"""

import pytest

from tests import budget, costs

LINES = {
    "total": {"statements": 100_000, "pages": 50},
    "apps": {"plans": {"statements": 60_000}, "functional": {"statements": 30_000, "pages": 50}},
}
TESTS = {
    "tests/integration/plans/test_open.py::test_begun": {"seconds": 1.0, "statements": 20_000},
    "tests/integration/plans/test_open.py::test_ended": {"seconds": 1.0, "statements": 1_000},
    "tests/integration/plans/test_twice.py::test_two_clicks": {"seconds": 1.0, "statements": 39_000},
    "tests/functional/test_plans.py::test_from_a_referral": {"seconds": 9.0, "statements": 25_000, "pages": 50},
}


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {file: dict(told) for file, told in costs.sums(TESTS, costs.file_of).items()}
    monkeypatch.setattr(costs, "by_file", lambda: known)


def test_a_run_within_its_budget_says_nothing():
    assert list(budget.exceeded(TESTS, LINES)) == []


def test_five_thousand_statements_more_in_one_app_are_too_many_and_their_test_is_named():
    more = "tests/integration/plans/test_open.py::test_ended"
    [said] = budget.exceeded(TESTS | {more: {"seconds": 1.0, "statements": 6_000}}, LINES)
    assert said.startswith(
        "plans: 65,000 statements, it may have 60,000. tests/integration/plans/test_open.py has 5,000"
    )
    assert more in said


def test_an_app_without_a_line_may_do_nothing():
    [said] = budget.exceeded({"tests/integration/diary/test_week.py::test_it": {"seconds": 1, "copies": 1}}, LINES)
    assert said.startswith("diary: 1 copies, it may have 0.")


def test_lines_that_add_up_to_more_than_the_total_are_named():
    lines = LINES | {"apps": LINES["apps"] | {"concerns": {"statements": 10_001}}}
    assert list(budget.too_much(LINES)) == []
    assert list(budget.too_much(lines)) == ["the apps may have 100,001 statements together, the total is 100,000"]


def test_the_lines_of_this_project_are_within_its_total():
    assert list(budget.too_much(budget.read())) == []


@pytest.mark.parametrize(
    ("nodeid", "app"),
    [
        ("tests/integration/plans/test_open.py::test_begun[one]", "plans"),
        ("tests/unit/plans/test_clocks.py::test_it", "plans"),
        ("tests/integration/test_links.py::test_it", "across"),
        ("tests/functional/test_plans.py::test_it", "functional"),
        ("tests/matrix/test_gate.py::test_it[lead]@matrix lead", "matrix"),
    ],
)
def test_whose_budget_a_test_is_of(nodeid: str, app: str):
    assert costs.app_of(nodeid) == app
