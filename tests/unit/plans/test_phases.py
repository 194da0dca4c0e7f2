"""By which day is a plan amended for a child who moves on (SEND Regulations 2014 reg 18)? Counted by hand."""

from datetime import date

import pytest

from safeguarding.clocks import Due
from safeguarding.plans.phases import NO_GROUPS, NO_YEAR, Moving, shows_from

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("after", "group", "trigger", "due"),
    [
        ("6", 6, "2026-09-01", "2027-02-15"),
        ("6", 5, "2026-09-01", "2028-02-15"),
        ("6", 0, "2026-09-01", "2033-02-15"),
        # Reception begins a phase after nursery.
        ("-1 6", -1, "2026-09-01", "2027-02-15"),
        ("-1 6", 0, "2026-09-01", "2033-02-15"),
        ("2 6", 2, "2026-09-01", "2027-02-15"),
        # After Year 11.
        ("11", 11, "2026-09-01", "2027-03-31"),
        ("11 13", 12, "2026-09-01", "2028-03-31"),
        # Made after that day: the next move counts.
        ("2 6", 2, "2027-02-15", "2031-02-15"),
        ("2 6", 2, "2027-02-14", "2027-02-15"),
    ],
)
def test_the_day_is_that_of_the_year_of_the_move(after, group, trigger, due):
    moving = Moving(tuple(int(one) for one in after.split()), group, TODAY)
    assert moving.due_after(date.fromisoformat(trigger)) == Due(date.fromisoformat(due))


def test_what_is_missing_is_said_and_a_child_past_those_years_is_asked_for_nothing():
    assert Moving((), 6, TODAY).due_after(TODAY) == Due(missing=NO_GROUPS)
    assert Moving((6,), None, TODAY).due_after(TODAY) == Due(missing=NO_YEAR)
    assert Moving((6,), 7, TODAY).due_after(TODAY) == Due()


def test_the_school_year_turns_on_1_september():
    due = Moving((6,), 6, date(2027, 8, 31)).due_after(date(2026, 9, 1))
    assert due == Due(date(2027, 2, 15))
    assert Moving((6,), 6, date(2027, 9, 1)).due_after(date(2026, 9, 1)) == Due(date(2028, 2, 15))
    assert [shows_from(day) for day in (date(2027, 2, 15), date(2027, 3, 31))] == [date(2026, 9, 1)] * 2
