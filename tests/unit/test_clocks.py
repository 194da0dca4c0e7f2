"""Is the day by which something is due the one that a person with two calendars would find, and is nothing guessed?"""

from datetime import date, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.clocks import Due, Term, Unit, add_months, age_on, count, easter_sunday, terms_of
from safeguarding.demo import source
from safeguarding.demo.days import Days
from safeguarding.working_days import KNOWN_UNTIL, is_working_day

PRACTICE = Days(date(2026, 11, 20)).calendar
NO_TERMS = SchoolCalendar(time(8), time(16))


def school(*terms, closed=()):
    """A calendar of rows written as days."""
    return SchoolCalendar(
        time(8),
        time(16),
        tuple((date.fromisoformat(first), date.fromisoformat(last)) for first, last in terms),
        frozenset(map(date.fromisoformat, closed)),
    )


def after(day, amount, unit, calendar=NO_TERMS):
    return count(date.fromisoformat(day), amount, unit, calendar)


# The days left out are those of https://www.gov.uk/bank-holidays and of the proclamations of 2020, 2022 and 2023.
WORKING_DAYS = [
    ("the day after is day 1", "2026-11-24", 1, "2026-11-25"),
    ("a weekend", "2026-11-27", 1, "2026-11-30"),
    ("Christmas 2025 and New Year's Day", "2025-12-15", 15, "2026-01-08"),
    ("Boxing Day 2026, given on the Monday", "2026-12-24", 1, "2026-12-29"),
    ("Good Friday and Easter Monday 2024", "2024-03-27", 3, "2024-04-03"),
    ("VE Day 2020, a Friday, and no Monday that May", "2020-05-07", 1, "2020-05-11"),
    ("no early May Monday in 2020", "2020-05-01", 1, "2020-05-04"),
    ("the Platinum Jubilee 2022, two days in June, none in May", "2022-05-27", 10, "2022-06-14"),
    ("the funeral of Queen Elizabeth II, 19 September 2022", "2022-09-05", 15, "2022-09-27"),
    ("Christmas Day 2022 given on the 27th, New Year's Day on 2 January", "2022-12-23", 5, "2023-01-04"),
    ("the Coronation, 8 May 2023, a week after the early May Monday", "2023-04-28", 10, "2023-05-16"),
    ("45 days over the autumn half-term, which offices do not have", "2026-10-21", 45, "2026-12-23"),
    ("from a Saturday", "2026-11-28", 1, "2026-11-30"),
    ("back over Easter 2026", "2026-04-07", -2, "2026-04-01"),
    ("back over the Coronation", "2023-05-09", -1, "2023-05-05"),
    ("back from a Sunday", "2026-11-29", -1, "2026-11-27"),
    ("nothing", "2026-11-28", 0, "2026-11-28"),
]


@pytest.mark.parametrize(("day", "amount", "due"), [row[1:] for row in WORKING_DAYS], ids=[r[0] for r in WORKING_DAYS])
def test_working_days(day, amount, due):
    assert after(day, amount, Unit.WORKING_DAYS) == Due(date.fromisoformat(due))


def test_past_the_bank_holidays_that_are_known_nothing_is_said():
    missing = Due(missing="Bank holidays after 31 December 2027 are not known yet.")
    assert after("2027-12-30", 1, Unit.WORKING_DAYS) == Due(KNOWN_UNTIL)
    assert after("2027-12-30", 2, Unit.WORKING_DAYS) == missing
    assert after("2028-01-10", -10, Unit.WORKING_DAYS) == missing
    assert after("2040-01-10", 5, Unit.WORKING_DAYS) == missing
    assert after("2040-01-10", 6, Unit.MONTHS) == Due(date(2040, 7, 10))


@given(st.dates(date(2010, 1, 1), date(2027, 6, 30)), st.integers(1, 60))
def test_working_days_are_counted_once_each_and_back_again(day, number):
    due = count(day, number, Unit.WORKING_DAYS, NO_TERMS).day
    between = [day + timedelta(days=n) for n in range(1, (due - day).days + 1)]
    assert is_working_day(due)
    assert sum(map(is_working_day, between)) == number
    back = count(due, -number, Unit.WORKING_DAYS, NO_TERMS).day
    assert back == (day if is_working_day(day) else count(day, -1, Unit.WORKING_DAYS, NO_TERMS).day)


MONTHS = [
    ("the same day", "2025-10-13", 3, "2026-01-13"),
    ("a Saturday stays", "2024-10-25", 3, "2025-01-25"),
    ("the end of a leap year's February", "2024-01-31", 1, "2024-02-29"),
    ("the end of February", "2023-01-31", 1, "2023-02-28"),
    ("half a year to February", "2026-08-31", 6, "2027-02-28"),
    ("half a year to a leap day", "2023-08-31", 6, "2024-02-29"),
    ("a leap day, a year on", "2024-02-29", 12, "2025-02-28"),
    ("a leap day, four years on", "2024-02-29", 48, "2028-02-29"),
    ("from the end of November", "2026-11-30", 3, "2027-02-28"),
    ("the end of February is no end of March", "2026-02-28", 1, "2026-03-28"),
    ("back to a leap day", "2024-03-31", -1, "2024-02-29"),
    ("back over New Year", "2025-01-15", -1, "2024-12-15"),
    ("December", "2026-11-20", 1, "2026-12-20"),
]


@pytest.mark.parametrize(("day", "number", "due"), [row[1:] for row in MONTHS], ids=[row[0] for row in MONTHS])
def test_months(day, number, due):
    assert after(day, number, Unit.MONTHS) == Due(date.fromisoformat(due))


@given(st.dates(date(1950, 1, 1), date(2080, 1, 1)), st.integers(-240, 240))
def test_months_never_spill_into_the_next(day, number):
    due = add_months(day, number)
    assert (due.year * 12 + due.month) - (day.year * 12 + day.month) == number
    assert due.day == day.day or (due.day < day.day and (due + timedelta(days=1)).day == 1)


def test_days_and_weeks_run_through_weekends_and_holidays():
    assert after("2026-10-02", 3, Unit.DAYS) == Due(date(2026, 10, 5))
    assert after("2025-03-04", 20, Unit.WEEKS) == Due(date(2025, 7, 22))
    assert after("2025-07-22", -20, Unit.WEEKS) == Due(date(2025, 3, 4))
    assert after("2024-02-22", 7, Unit.DAYS) == Due(date(2024, 2, 29))


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        ("2020-12-08", "2025-12-07", 4),
        ("2020-12-08", "2025-12-08", 5),
        ("2020-02-29", "2025-02-28", 4),
        ("2020-02-29", "2025-03-01", 5),
        ("2020-02-29", "2024-02-29", 4),
    ],
)
def test_age(born, day, age):
    assert age_on(date.fromisoformat(born), date.fromisoformat(day)) == age


def test_easter_sunday_is_found_in_every_year():
    # The first and the last that it can be, and the year of a royal wedding on a Friday with a Monday after it.
    known = {2008: (3, 23), 2011: (4, 24), 2019: (4, 21), 2024: (3, 31), 2026: (4, 5), 2027: (3, 28), 2038: (4, 25)}
    assert {year: (easter_sunday(year).month, easter_sunday(year).day) for year in known} == known
    assert all(easter_sunday(year).weekday() == 6 for year in range(2000, 2060))


def test_half_terms_are_joined_to_terms():
    named = [(f"{year['year']} {row['name'][:-2]}", row) for year in source.school_years() for row in year["terms"]]
    joined = {}
    for name, row in named:
        joined.setdefault(name, [row["start"], row["end"]])[1] = row["end"]
    calendar = school(*((row["start"], row["end"]) for _, row in named))
    assert len(joined) == 15
    assert [(str(term.first), str(term.last)) for term in terms_of(calendar)] == [
        tuple(days) for days in joined.values()
    ]
    assert all(term.whole for term in terms_of(calendar))
    whole = school(*joined.values())
    assert terms_of(whole) == terms_of(calendar)


# A school whose Easter, 23 March 2008, was a long weekend in the middle of term; the break came in April.
EARLY_EASTER = school(
    ("2008-01-07", "2008-02-15"),
    ("2008-02-25", "2008-03-20"),
    ("2008-03-25", "2008-04-04"),
    ("2008-04-21", "2008-05-23"),
    ("2008-06-02", "2008-07-22"),
)
# One whose break began a fortnight before Easter, 21 April 2019, and ended with it.
LATE_EASTER = school(
    ("2019-01-07", "2019-02-15"),
    ("2019-02-25", "2019-04-05"),
    ("2019-04-23", "2019-05-24"),
    ("2019-06-03", "2019-07-23"),
)


@pytest.mark.parametrize(("calendar", "ends"), [(EARLY_EASTER, "2008-04-04"), (LATE_EASTER, "2019-04-05")])
def test_spring_ends_at_the_break_nearest_to_easter(calendar, ends):
    spring, summer = terms_of(calendar)
    assert str(spring.last) == ends
    assert spring.whole and summer.whole


def test_a_training_day_between_two_rows_ends_no_term():
    autumn = school(("2026-09-01", "2026-10-02"), ("2026-10-06", "2026-12-18"))
    assert terms_of(autumn) == (Term(date(2026, 9, 1), date(2026, 12, 18), whole=True),)


@pytest.mark.parametrize(
    ("day", "amount", "due"),
    [
        ("2026-06-24", 1, "2026-12-18"),
        ("2026-05-26", 1, "2026-12-18"),
        ("2026-08-20", 1, "2026-12-18"),
        ("2026-09-01", 1, "2027-03-25"),
        ("2026-12-18", 1, "2027-03-25"),
        ("2026-12-28", 1, "2027-03-25"),
        ("2026-10-23", 2, "2027-07-21"),
        ("2026-10-23", -1, "2026-07-21"),
        ("2026-07-21", -1, "2026-04-02"),
        ("2026-10-23", 0, "2026-10-23"),
    ],
)
def test_the_last_day_of_a_term_that_begins_later(day, amount, due):
    assert after(day, amount, Unit.TERMS, PRACTICE) == Due(date.fromisoformat(due))


HALF_OF_AUTUMN = school(("2026-04-20", "2026-05-22"), ("2026-06-01", "2026-07-21"), ("2026-09-01", "2026-10-23"))
A_YEAR_LEFT_OUT = school(("2024-09-02", "2024-12-20"), ("2026-01-05", "2026-04-02"), ("2026-04-20", "2026-07-21"))


@pytest.mark.parametrize("unit", [Unit.TERMS, Unit.SCHOOL_DAYS])
@pytest.mark.parametrize(
    ("calendar", "day", "amount", "missing"),
    [
        (NO_TERMS, "2026-06-24", 1, "The school’s term dates are not set."),
        (PRACTICE, "2010-06-24", 1, "Term dates before 5 September 2022 are not set."),
        (PRACTICE, "2010-06-24", -1, "Term dates before 5 September 2022 are not set."),
        (PRACTICE, "2040-06-24", 1, "Term dates after 21 July 2028 are not set."),
        (A_YEAR_LEFT_OUT, "2025-02-03", 1, "Term dates between 20 December 2024 and 5 January 2026 are not set."),
        (A_YEAR_LEFT_OUT, "2024-12-20", 1, "Term dates between 20 December 2024 and 5 January 2026 are not set."),
    ],
)
def test_without_terms_it_says_which_are_missing(unit, calendar, day, amount, missing):
    assert after(day, amount, unit, calendar) == Due(missing=missing)


def test_rows_that_are_missing_elsewhere_do_not_matter():
    assert after("2026-02-02", 1, Unit.TERMS, A_YEAR_LEFT_OUT) == Due(date(2026, 7, 21))
    assert after("2026-02-02", 1, Unit.SCHOOL_DAYS, A_YEAR_LEFT_OUT) == Due(date(2026, 2, 3))
    assert after("2024-12-19", 1, Unit.SCHOOL_DAYS, A_YEAR_LEFT_OUT) == Due(date(2024, 12, 20))


def test_half_a_term_is_not_taken_for_a_term():
    assert [term.whole for term in terms_of(HALF_OF_AUTUMN)] == [True, False]
    assert after("2026-06-24", 1, Unit.TERMS, HALF_OF_AUTUMN) == Due(
        missing="Term dates after 23 October 2026 are not set."
    )


def test_school_days_leave_out_breaks_and_closures():
    calendar = school(("2026-09-01", "2026-10-23"), ("2026-11-02", "2026-12-18"), closed=["2026-11-02"])
    assert after("2026-10-22", 1, Unit.SCHOOL_DAYS, calendar) == Due(date(2026, 10, 23))
    assert after("2026-10-22", 2, Unit.SCHOOL_DAYS, calendar) == Due(date(2026, 11, 3))
    assert after("2026-11-04", -2, Unit.SCHOOL_DAYS, calendar) == Due(date(2026, 10, 23))
    assert after("2026-12-17", 1, Unit.SCHOOL_DAYS, calendar) == Due(date(2026, 12, 18))
    assert (
        after("2026-12-17", 2, Unit.SCHOOL_DAYS, calendar).missing == "Term dates after 18 December 2026 are not set."
    )


@st.composite
def calendars(draw):
    """Rows of any length and any distance, which may overlap."""
    starts = draw(st.lists(st.dates(date(2018, 1, 1), date(2026, 1, 1)), max_size=12))
    return SchoolCalendar(
        time(8), time(16), tuple((day, day + timedelta(days=draw(st.integers(0, 120)))) for day in starts)
    )


@given(calendars())
def test_every_row_is_in_one_term_and_terms_are_apart(calendar):
    terms = terms_of(calendar)
    assert all(one.last < other.first for one, other in pairwise(terms))
    for first, last in calendar.terms:
        assert sum(term.first <= first and last <= term.last for term in terms) == 1
    assert bool(terms) == bool(calendar.terms)


@given(
    calendars(),
    st.dates(date(2017, 1, 1), date(2027, 1, 1)),
    st.integers(-20, 20).filter(bool),
    st.sampled_from(Unit),
)
def test_the_answer_is_a_day_on_the_right_side_or_what_is_missing(calendar, day, amount, unit):
    due = count(day, amount, unit, calendar)
    assert bool(due.day) != bool(due.missing)
    if due.day:
        assert (due.day > day) == (amount > 0)
    if due.day and unit == Unit.SCHOOL_DAYS:
        assert calendar.is_school_day(due.day)
        # The day itself counts in neither direction.
        between = (day, due.day) if amount > 0 else (due.day - timedelta(days=1), day - timedelta(days=1))
        assert calendar.school_days_between(*between) == abs(amount)
    if due.day and unit == Unit.TERMS:
        assert any(due.day == last for _, last in calendar.terms)
