"""Working days of offices in England: Monday to Friday but for bank holidays, in term and out of it.

An agency's time runs through half-term, so it is not counted in school days. "Within n working days": the day after is
day 1 (domain reference 2.5). Which days are bank holidays, also those of one year alone and those given for a weekend,
the library `holidays` knows.
"""

from datetime import date, timedelta
from functools import cache

# The last day up to which bank holidays are announced, as read in November 2026. The library goes on by the rule of
# Easter and the Act of 1971, which knows no day that is still to be proclaimed. Move it on with gov.uk's list.
KNOWN_UNTIL = date(2027, 12, 31)


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
    """The bank holidays of England in a year, as far as they are no Saturday or Sunday."""
    # Imported where it is used: it loads every country of the world, some 50 MB.
    from holidays import country_holidays

    return frozenset(day for day in country_holidays("GB", subdiv="ENG", years=year) if day.weekday() < 5)
