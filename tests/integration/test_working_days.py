"""Working days, asked of every bank holiday of England from 2018 to 2040 that falls on a weekday."""

from datetime import date

import pytest

from safeguarding.demo.source import bank_holidays as listed
from safeguarding.working_days import add_working_days, bank_holidays, is_working_day

# Worked out by the rule of Easter and the Banking and Financial Dealings Act 1971, with the days proclaimed until 2026.
# A release of the library that knows another day changes when something is due: look at gov.uk's list before this one.
DAYS = {
    2018: "01-01 03-30 04-02 05-07 05-28 08-27 12-25 12-26",
    2019: "01-01 04-19 04-22 05-06 05-27 08-26 12-25 12-26",
    2020: "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28",
    2021: "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
    2022: "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27",
    2023: "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26",
    2024: "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26",
    2025: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
    2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
    2028: "01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26",
    2029: "01-01 03-30 04-02 05-07 05-28 08-27 12-25 12-26",
    2030: "01-01 04-19 04-22 05-06 05-27 08-26 12-25 12-26",
    2031: "01-01 04-11 04-14 05-05 05-26 08-25 12-25 12-26",
    2032: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
    2033: "01-03 04-15 04-18 05-02 05-30 08-29 12-26 12-27",
    2034: "01-02 04-07 04-10 05-01 05-29 08-28 12-25 12-26",
    2035: "01-01 03-23 03-26 05-07 05-28 08-27 12-25 12-26",
    2036: "01-01 04-11 04-14 05-05 05-26 08-25 12-25 12-26",
    2037: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    2038: "01-01 04-23 04-26 05-03 05-31 08-30 12-27 12-28",
    2039: "01-03 04-08 04-11 05-02 05-30 08-29 12-26 12-27",
    2040: "01-02 03-30 04-02 05-07 05-28 08-27 12-25 12-26",
}


@pytest.mark.parametrize("year", DAYS)
def test_the_bank_holidays_of_a_year(year):
    assert bank_holidays(year) == {date.fromisoformat(f"{year}-{day}") for day in DAYS[year].split()}


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
