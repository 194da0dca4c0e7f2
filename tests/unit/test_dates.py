"""Are dates, times and waiting written as people at a school say them?"""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguarding import dates

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("day", "short", "near"),
    [
        (date(2026, 11, 24), "24 November", "today"),
        (date(2026, 11, 23), "23 November", "yesterday"),
        (date(2026, 11, 25), "25 November", "tomorrow"),
        (date(2026, 9, 3), "3 September", "3 September"),
        (date(2025, 9, 3), "3 September 2025", "3 September 2025"),
    ],
)
def test_the_year_is_dropped_while_it_is_this_year(day, short, near):
    assert (dates.short_day(day, TODAY), dates.near_day(day, TODAY)) == (short, near)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (time(9, 31), "9:31am"),
        (time(0, 5), "12:05am"),
        (time(12), "12pm"),
        (time(16), "4pm"),
        (datetime(2026, 7, 1, 14, 15, tzinfo=UTC), "3:15pm"),
    ],
)
def test_the_clock_is_of_twelve_hours_and_of_london(at, said):
    assert dates.clock(at) == said


def test_a_moment_just_before_midnight_in_summer_belongs_to_the_next_day_in_london():
    moment = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    assert dates.full_moment(moment) == "1 July 2026 at 12:30am"
    assert dates.moment(moment, date(2026, 7, 2)) == "yesterday, 12:30am"


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(minutes=-3), "0 min"),
        (timedelta(minutes=38), "38 min"),
        (timedelta(minutes=65), "1 hr 5 min"),
        (timedelta(hours=2), "2 hr"),
        (timedelta(hours=8), "1 day"),
        (timedelta(hours=17), "2 days"),
    ],
)
def test_waiting_is_said_in_the_largest_unit_that_is_honest(passed, said):
    assert dates.waiting(passed) == said


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (-2, ("2 days overdue", "over")),
        (-1, ("1 day overdue", "over")),
        (0, ("today", "today")),
        (1, ("tomorrow", "")),
        (6, ("in 6 days", "")),
    ],
)
def test_a_due_date_says_how_far_off_it_is(days, said):
    assert dates.until(TODAY + timedelta(days=days), TODAY) == said


@given(st.dates())
def test_a_day_is_never_written_in_figures_alone(day):
    assert dates.full_day(day) == f"{day.day} {day:%B %Y}"
    assert "/" not in dates.near_day(day, TODAY)


@pytest.mark.parametrize(
    ("passed", "text"),
    [
        (timedelta(minutes=38), "38 min"),
        (timedelta(hours=23, minutes=59), "23 hr 59 min"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=2, hours=14, minutes=50), "2 days 14 hr"),
    ],
)
def test_time_as_it_passes(passed: timedelta, text: str) -> None:
    assert dates.elapsed(passed) == text


@pytest.mark.parametrize(
    ("ahead", "text"),
    [(0, "today"), (1, "tomorrow"), (2, "Monday"), (6, "Friday"), (7, "on 5 December"), (40, "on 7 January 2027")],
)
def test_a_day_that_comes(ahead: int, text: str) -> None:
    saturday = date(2026, 11, 28)
    assert dates.day_ahead(saturday + timedelta(days=ahead), saturday) == text
