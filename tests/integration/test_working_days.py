"""Which days are working days? Asked of every bank holiday of England that the practice data lists."""

from datetime import date

import pytest

from safeguarding.demo.source import bank_holidays as listed
from safeguarding.working_days import add_working_days, bank_holidays, is_working_day


def test_the_bank_holidays_are_those_that_were_announced():
    days = {date.fromisoformat(one["date"]) for one in listed()}
    assert days
    for year in range(min(days).year, max(days).year + 1):
        assert bank_holidays(year) == {day for day in days if day.year == year}, year


@pytest.mark.parametrize(
    ("day", "number", "last"),
    [
        (date(2026, 11, 24), 1, date(2026, 11, 25)),
        (date(2026, 11, 27), 1, date(2026, 11, 30)),
        (date(2026, 11, 28), 1, date(2026, 11, 30)),
        (date(2026, 12, 24), 1, date(2026, 12, 29)),
        (date(2026, 4, 2), 3, date(2026, 4, 9)),
    ],
)
def test_the_day_after_is_the_first(day, number, last):
    assert add_working_days(day, number) == last
    assert is_working_day(last)
