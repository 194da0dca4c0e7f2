"""By which day, counted in working days, school days, days, weeks, months or terms?

Forwards from what happened, or back from a booking. The day after is day 1, back from a booking the day before. A month
keeps the day, else it is the last of the month. No day is moved off a weekend (domain reference 2.5). Where the
calendar of the school or the bank holidays do not reach, the answer says what is missing: nothing here guesses.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.dates import full_day
from safeguarding.working_days import KNOWN_UNTIL, add_working_days, bank_holidays, is_working_day

_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)
# No break of an English school is longer: between two rows that are further apart, rows are missing.
LONGEST_BREAK = timedelta(weeks=10)
# A half-term is five weeks away from Easter Sunday at least, whenever Easter is; the break of Easter three at most.
_NEAR_EASTER, _AT_EASTER = timedelta(weeks=4), timedelta(weeks=3)


class Unit(StrEnum):
    """In what a limit is counted."""

    WORKING_DAYS = "working_days"
    SCHOOL_DAYS = "school_days"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    TERMS = "terms"
    # Not counted: the day is that of the year in which a child moves on (`plans/phases.py`).
    TRANSFER = "transfer"


@dataclass(frozen=True)
class Due:
    """The day reached, or else the sentence that says what is missing to reach one.

    Neither where a rule asks nothing of a child of that age.
    """

    day: date | None = None
    missing: str = ""


@dataclass(frozen=True)
class Term:
    """A term from its first day to its last. Not `whole` where the rows stop before they show that it ends there."""

    first: date
    last: date
    whole: bool


def count(day: date, amount: int, unit: Unit, calendar: SchoolCalendar) -> Due:
    """`amount` units after `day`; before it where `amount` is negative."""
    match unit:
        case Unit.WORKING_DAYS:
            return _working_days(day, amount)
        case Unit.SCHOOL_DAYS:
            return _school_days(day, amount, calendar)
        case Unit.TERMS:
            return _terms(day, amount, calendar)
        case Unit.MONTHS:
            return Due(add_months(day, amount))
        case _:
            return Due(day + amount * (_WEEK if unit == Unit.WEEKS else _DAY))


def known_day(day: date) -> Due:
    """The day, as far as bank holidays are announced; beyond, the sentence that they are not known."""
    if day > KNOWN_UNTIL:
        return Due(missing=f"Bank holidays after {full_day(KNOWN_UNTIL)} are not known yet.")
    return Due(day)


def add_months(day: date, number: int) -> date:
    """The same day of another month, or its last day where it is shorter. Back where `number` is negative."""
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def age_on(born: date, day: date) -> int:
    """Age in whole years on a day. Who was born on 29 February is a year older on 1 March where there is no 29th."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def easter_sunday(year: int) -> date:
    """Easter Sunday, from its bank holidays: the first Friday of a year whose Monday is one too."""
    days = bank_holidays(year)
    return next(day + 2 * _DAY for day in sorted(days) if day.weekday() == 4 and day + 3 * _DAY in days)


def terms_of(calendar: SchoolCalendar) -> tuple[Term, ...]:
    """The terms of a calendar whose rows may be half terms, oldest first.

    A term ends at the break that holds 25 December, at the break of more than a week nearest to Easter Sunday, and at
    the summer break (domain reference 12). The names of rows do not count.
    """
    rows = _rows(calendar)
    if not rows:
        return ()
    breaks = _breaks(rows)
    ends = {ended for ended, begins in breaks if _holds_christmas_or_summer(ended, begins)} | set(_spring_ends(breaks))
    unknown = {ended for ended, begins in breaks if begins - ended > LONGEST_BREAK} | {rows[-1][1]}
    terms, first = [], rows[0][0]
    for ended, begins in [*breaks, (rows[-1][1], date.max)]:
        if ended in ends | unknown:
            terms.append(Term(first, ended, ended not in unknown or _looks_like_an_end(ended)))
            first = begins
    return tuple(terms)


def _working_days(day: date, amount: int) -> Due:
    reached, left = add_working_days(day, amount) if amount > 0 else day, -amount
    while left > 0:
        reached -= _DAY
        left -= is_working_day(reached)
    return Due(missing=known_day(day).missing) if day > KNOWN_UNTIL else known_day(reached)


def _school_days(day: date, amount: int, calendar: SchoolCalendar) -> Due:
    rows, step, reached, left = _rows(calendar), _DAY if amount > 0 else -_DAY, day, abs(amount)
    while left and rows and rows[0][0] <= reached + step <= rows[-1][1]:
        reached += step
        left -= calendar.is_school_day(reached)
    beyond = reached + step if left else reached
    missing = _unknown(rows, min(day, beyond), max(day, beyond))
    return Due(missing=missing) if missing else Due(reached)


def _terms(day: date, amount: int, calendar: SchoolCalendar) -> Due:
    """The last day of a term that begins after `day`: of the first, the second and so on. A day in a break has the same
    terms before it as one in the term that ended. Back: the last day of a term that ended before.
    """
    rows, terms = _rows(calendar), terms_of(calendar)
    if amount == 0:
        return Due(day)
    ahead = [term for term in terms if term.first > day] if amount > 0 else [t for t in terms if t.last < day][::-1]
    if len(ahead) < abs(amount):
        return Due(missing=_unknown(rows, date.min if amount < 0 else day, day if amount < 0 else date.max))
    term = ahead[abs(amount) - 1]
    # A term that is not known to end goes on after the last row.
    until = term.last if term.whole else term.last + _DAY
    missing = _unknown(rows, min(day, term.first), max(day, until))
    return Due(missing=missing) if missing else Due(term.last)


def _rows(calendar: SchoolCalendar) -> list[tuple[date, date]]:
    """The rows of a calendar in order; those that overlap or touch are one."""
    rows: list[tuple[date, date]] = []
    for first, last in sorted(calendar.terms):
        if rows and first <= rows[-1][1] + _DAY:
            rows[-1] = (rows[-1][0], max(rows[-1][1], last))
        else:
            rows.append((first, last))
    return rows


def _breaks(rows: list[tuple[date, date]]) -> list[tuple[date, date]]:
    """The last day before each break between rows, and the first day after it."""
    return [(ended, begins) for (_, ended), (begins, _) in pairwise(rows)]


def _unknown(rows: list[tuple[date, date]], first: date, last: date) -> str:
    """The sentence for what rows do not say about the days from `first` to `last`. Empty where they say all."""
    if not rows:
        return "The school’s term dates are not set."
    if first < rows[0][0]:
        return f"Term dates before {full_day(rows[0][0])} are not set."
    for ended, begins in _breaks(rows):
        if begins - ended > LONGEST_BREAK and first < begins and last > ended:
            return f"Term dates between {full_day(ended)} and {full_day(begins)} are not set."
    return f"Term dates after {full_day(rows[-1][1])} are not set." if last > rows[-1][1] else ""


def _holds_christmas_or_summer(ended: date, begins: date) -> bool:
    """Whether a break holds Christmas Day or, in the middle of every summer break, 10 August."""
    held = [date(year, month, day) for year in range(ended.year, begins.year + 1) for month, day in ((8, 10), (12, 25))]
    return any(ended < day < begins for day in held)


def _spring_ends(breaks: list[tuple[date, date]]) -> Iterator[date]:
    """The last day before the break of Easter, of each year that has one."""
    long = [(ended, begins) for ended, begins in breaks if begins - ended - _DAY > _WEEK]
    for easter in sorted({easter_sunday(ended.year) for ended, _ in long}):
        distance, ended = min((_distance(ended, begins, easter), ended) for ended, begins in long)
        if distance <= _NEAR_EASTER:
            yield ended


def _distance(ended: date, begins: date, day: date) -> timedelta:
    """How far a break is from a day; nothing where it holds it."""
    return max(ended + _DAY - day, day - (begins - _DAY), timedelta())


def _looks_like_an_end(day: date) -> bool:
    """Whether a term may end on a day after which no row follows: in December or July, or near Easter."""
    return day.month in (7, 12) or abs(day - easter_sunday(day.year)) <= _AT_EASTER
