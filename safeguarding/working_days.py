"""When is an office open that is no school? Monday to Friday but for the bank holidays of England, in term and out of
it.

An agency's time runs through half-term, so it is not counted in school days. "Within n working days": the day after is
day 1 (domain reference 2.5). Bank holidays are those of the Banking and Financial Dealings Act 1971, schedule 1, and
the days that are given in their place when one falls on a weekend. A day proclaimed for one year alone (a coronation)
is in `PROCLAIMED`.
"""

from datetime import date, timedelta
from functools import cache

# Days of one year alone: added, and moved (the day that it would have been, to the day that it was).
PROCLAIMED = frozenset({date(2022, 6, 3), date(2022, 9, 19), date(2023, 5, 8)})
_MOVED = {date(2020, 5, 4): date(2020, 5, 8), date(2022, 5, 30): date(2022, 6, 2)}


def is_working_day(day: date) -> bool:
    """Whether offices in England are open on a day."""
    return day.weekday() < 5 and day not in bank_holidays(day.year)


def add_working_days(day: date, number: int) -> date:
    """The last day of `number` working days that begin on the day after `day`."""
    while number:
        day += timedelta(days=1)
        number -= is_working_day(day)
    return day


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """The bank holidays of England in a year."""
    easter = _easter(year)
    found = {easter - timedelta(days=2), easter + timedelta(days=1)}
    found |= {_monday_from(date(year, 5, 1)), _monday_from(date(year, 5, 25)), _monday_from(date(year, 8, 25))}
    found = {_MOVED.get(day, day) for day in found}
    for fixed in (date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)):
        day = fixed
        while day.weekday() > 4 or day in found:
            day += timedelta(days=1)
        found.add(day)
    return frozenset(found | {day for day in PROCLAIMED if day.year == year})


def _monday_from(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


def _easter(year: int) -> date:
    """Easter Sunday, by the rule of Meeus, Jones and Butcher."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)
