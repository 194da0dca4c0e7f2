"""Is the moment from which so much school time has passed the one that counting forwards finds?"""

from datetime import date, datetime, time, timedelta
from random import Random

from safeguarding.accounts.calendar import LONDON, SchoolCalendar

TERMS = ((date(2026, 9, 3), date(2026, 10, 23)), (date(2026, 11, 2), date(2026, 12, 18)))
CALENDAR = SchoolCalendar(time(8), time(16), TERMS, frozenset({date(2026, 11, 20)}))
FIRST = datetime(2026, 9, 20, tzinfo=LONDON)


def test_whatever_began_by_that_moment_has_waited_so_long_and_nothing_else():
    random = Random(7)
    for _ in range(300):
        at = FIRST + timedelta(minutes=random.randrange(90 * 24 * 60))
        span = timedelta(hours=random.choice((1, 7, 8, 20)))
        moment = CALENDAR.hours_before(at, span)
        for start in (moment, moment + timedelta(minutes=1), at - timedelta(minutes=random.randrange(6 * 24 * 60))):
            assert (start <= moment) == (CALENDAR.hours_between(start, at) >= span), (at, span, start)


def test_the_last_day_from_which_so_many_school_days_have_passed():
    for ahead in range(80):
        on = date(2026, 9, 20) + timedelta(days=ahead)
        for number in (1, 5, 10):
            day = CALENDAR.school_days_ago(on, number)
            assert CALENDAR.school_days_between(day, on) == number
            assert CALENDAR.school_days_between(day + timedelta(days=1), on) == number - 1


def test_where_the_calendar_knows_no_school_day_it_goes_back_no_further_than_it_must():
    never = SchoolCalendar(time(8), time(16), ((date(2010, 9, 1), date(2010, 9, 2)),))
    assert FIRST - timedelta(days=367) < never.hours_before(FIRST, timedelta(hours=7)) < FIRST
    assert never.school_days_ago(FIRST.date(), 5) < FIRST.date()
