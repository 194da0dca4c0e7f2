"""Is waiting counted in school hours whatever the hours, the holidays and the clocks do?"""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from safeguarding.accounts.calendar import LONDON, SchoolCalendar

YEAR = (date(2026, 1, 1), date(2027, 3, 31))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 31), timezones=st.just(UTC))
days = st.dates(*YEAR)


@st.composite
def calendars(draw):
    """Any school hours, up to three terms, some days closed."""
    opens, closes = sorted(draw(st.lists(st.times(time(0), time(23, 59)), min_size=2, max_size=2, unique=True)))
    ends = sorted(draw(st.lists(days, min_size=0, max_size=6, unique=True)))
    terms = tuple(zip(ends[::2], ends[1::2], strict=False))
    return SchoolCalendar(opens, closes, terms, draw(st.frozensets(days, max_size=20)))


USUAL = SchoolCalendar(time(8), time(16))
ZERO = timedelta()


@given(calendars(), moments, moments, moments)
def test_waiting_adds_up(calendar, one, two, three):
    start, middle, end = sorted((one, two, three))
    whole = calendar.hours_between(start, end)
    assert calendar.hours_between(start, middle) + calendar.hours_between(middle, end) == whole


@given(calendars(), moments, moments)
def test_waiting_is_never_negative_and_never_longer_than_the_time_that_passed(calendar, one, two):
    start, end = sorted((one, two))
    assert ZERO <= calendar.hours_between(start, end) <= end - start
    assert calendar.hours_between(end, start) == ZERO


@given(calendars(), moments)
def test_between_now_and_the_next_opening_no_school_time_passes(calendar, at):
    opening = calendar.next_opening(at)
    assert opening >= at
    assert calendar.hours_between(at, opening) == ZERO
    assert calendar.is_open(opening) == calendar.is_school_day(opening.date())
    assert calendar.next_opening(opening) == opening or not calendar.is_open(opening)


@given(calendars(), days)
def test_no_school_on_weekends_days_closed_and_outside_terms(calendar, day):
    assume(day.weekday() > 4 or day in calendar.closed or (calendar.terms and day > calendar.terms[-1][1]))
    assert not calendar.is_school_day(day)
    midnight = datetime.combine(day, time(), LONDON)
    assert calendar.hours_between(midnight, midnight + timedelta(days=1)) == ZERO


@given(calendars(), days, days)
def test_school_days_are_those_on_which_school_time_passes(calendar, one, two):
    start, end = sorted((one, two))
    counted = sum(calendar.is_school_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))
    assert calendar.school_days_between(start, end) == counted
    assert calendar.school_days_between(end, start) == 0


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        # Friday 4pm to Saturday noon: nobody has ignored anything yet.
        (datetime(2026, 11, 27, 16, tzinfo=LONDON), datetime(2026, 11, 28, 12, tzinfo=LONDON), 0),
        (datetime(2026, 11, 27, 15, tzinfo=LONDON), datetime(2026, 11, 30, 9, tzinfo=LONDON), 2),
        (datetime(2026, 11, 24, 10, tzinfo=LONDON), datetime(2026, 11, 25, 10, tzinfo=LONDON), 8),
        # The clocks go back on 25 October 2026 and forward on 29 March 2026, both in the night to Sunday.
        (datetime(2026, 10, 23, 15, tzinfo=LONDON), datetime(2026, 10, 26, 9, tzinfo=LONDON), 2),
        (datetime(2026, 3, 27, 15, tzinfo=LONDON), datetime(2026, 3, 30, 9, tzinfo=LONDON), 2),
        # The same moments as a server counts them: 8am is 7:00 UTC in summer and 8:00 UTC in winter.
        (datetime(2026, 10, 23, 7, tzinfo=UTC), datetime(2026, 10, 23, 15, tzinfo=UTC), 8),
        (datetime(2026, 10, 26, 8, tzinfo=UTC), datetime(2026, 10, 26, 16, tzinfo=UTC), 8),
        (datetime(2026, 10, 26, 7, tzinfo=UTC), datetime(2026, 10, 26, 15, tzinfo=UTC), 7),
    ],
)
def test_waiting_by_the_clock_on_the_wall(start, end, hours):
    assert USUAL.hours_between(start, end) == timedelta(hours=hours)


def test_the_next_opening_by_the_clock_on_the_wall():
    friday_night = datetime(2026, 10, 23, 21, tzinfo=UTC)
    assert USUAL.next_opening(friday_night) == datetime(2026, 10, 26, 8, tzinfo=UTC)
    assert USUAL.next_opening(friday_night - timedelta(days=1)) == datetime(2026, 10, 23, 7, tzinfo=UTC)


def test_a_calendar_that_has_run_out_still_names_a_weekday():
    over = SchoolCalendar(time(8), time(16), terms=((date(2020, 9, 1), date(2020, 12, 18)),))
    friday = datetime(2026, 11, 27, 17, tzinfo=LONDON)
    assert over.next_opening(friday) == datetime(2026, 11, 30, 8, tzinfo=LONDON)
