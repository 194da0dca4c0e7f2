"""On which days are people told of what is to come, and once for each day and time?"""

from datetime import date, datetime, time, timedelta

import pytest

from safeguarding.accounts.calendar import LONDON, SchoolCalendar
from safeguarding.beforehand import days_to_tell, furthest, is_to_tell, moment_of

AUTUMN, SPRING = (date(2026, 9, 2), date(2026, 12, 18)), (date(2027, 1, 4), date(2027, 3, 24))
SCHOOL = SchoolCalendar(time(8, 30), time(15, 30), (AUTUMN, SPRING), frozenset({date(2026, 11, 27)}))
DAY = timedelta(days=1)


def at(day: date, hour: int = 9) -> datetime:
    return datetime.combine(day, time(hour), LONDON)


@pytest.mark.parametrize(
    ("day", "told_on"),
    [
        # A Thursday; a Monday; a Monday after a Friday on which the school is closed; the first day of term.
        (date(2026, 11, 26), [date(2026, 11, 25)]),
        (date(2026, 11, 23), [date(2026, 11, 20)]),
        (date(2026, 11, 30), [date(2026, 11, 26)]),
        (date(2027, 1, 4), [date(2026, 12, 18), date(2027, 1, 3)]),
        (date(2026, 12, 22), [date(2026, 12, 18)]),
        (date(2026, 12, 23), [date(2026, 12, 18), date(2026, 12, 22)]),
    ],
)
def test_the_last_school_day_before_and_the_eve_where_that_is_over_three_days_later(day: date, told_on: list[date]):
    assert days_to_tell(day, SCHOOL) == told_on


def told(moment: datetime, days: list[date]) -> list[date]:
    """On which of these days people are told, by somebody who asks every day."""
    told_for, told_on, found = None, None, []
    for day in days:
        if is_to_tell(moment, at(day), SCHOOL, told_for=told_for, told_on=told_on):
            told_for, told_on = moment, day
            found.append(day)
    return found


def test_asked_every_day_it_is_told_on_those_days_alone():
    days = [date(2026, 12, 14) + DAY * number for number in range(25)]
    assert told(moment_of(date(2027, 1, 4), time(14)), days) == [date(2026, 12, 18), date(2027, 1, 3)]
    assert told(moment_of(date(2026, 12, 17), None), days) == [date(2026, 12, 16)]


def test_what_was_booked_late_is_told_at_once_and_what_has_begun_never():
    thursday = date(2026, 11, 26)
    new = {"told_for": None, "told_on": None}
    assert is_to_tell(moment_of(thursday, time(14)), at(thursday), SCHOOL, **new)
    assert not is_to_tell(moment_of(thursday, time(14)), at(thursday, 15), SCHOOL, **new)
    assert is_to_tell(moment_of(thursday, None), at(thursday, 15), SCHOOL, **new)
    assert not is_to_tell(moment_of(thursday, None), at(thursday + DAY), SCHOOL, **new)
    assert not is_to_tell(moment_of(thursday, None), at(thursday - 2 * DAY), SCHOOL, **new)


def test_another_day_or_time_is_told_anew():
    thursday, wednesday = date(2026, 11, 26), date(2026, 11, 25)
    before = {"told_for": moment_of(thursday, time(14)), "told_on": wednesday}
    assert not is_to_tell(moment_of(thursday, time(14)), at(wednesday, 10), SCHOOL, **before)
    assert is_to_tell(moment_of(thursday, time(15)), at(wednesday, 10), SCHOOL, **before)


def test_nothing_further_ahead_is_told_today_than_the_next_school_day():
    assert furthest([SCHOOL], date(2026, 12, 18)) == date(2027, 1, 4)
    assert furthest([], date(2026, 12, 18)) == date(2026, 12, 18)
