"""From when to when? This term, this school year, the last one, or two days."""

from dataclasses import dataclass
from datetime import date, timedelta

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.clocks import terms_of
from safeguarding.dates import as_day, full_day, school_year, start_of

TERM, YEAR, LAST_YEAR, DAYS = "term", "year", "last_year", "days"
TITLES = {TERM: "This term", YEAR: "This school year", LAST_YEAR: "Last school year", DAYS: "Between two days"}
_DAY = timedelta(days=1)
# As far as somebody may ask: two school years beside each other and some more.
LONGEST = timedelta(days=3 * 366)


@dataclass(frozen=True)
class Period:
    """From a day to a day, both counted, with what an address calls it."""

    key: str
    first: date
    last: date

    @property
    def title(self) -> str:
        return TITLES[self.key]

    @property
    def days(self) -> str:
        """7 September 2026 to 24 November 2026."""
        return f"{full_day(self.first)} to {full_day(self.last)}"

    @property
    def codes(self) -> dict[str, str]:
        """As an address has it. The days of a named period are worked out anew each time."""
        if self.key != DAYS:
            return {"period": self.key}
        boxes = {"first": self.first, "last": self.last}
        parts = ((name, part, day) for name, day in boxes.items() for part in ("day", "month", "year"))
        return {"period": DAYS} | {f"{name}_{part}": str(getattr(day, part)) for name, part, day in parts}

    def holds(self, field: str) -> dict[str, object]:
        """The filter for rows whose moment `field` falls into it."""
        return {f"{field}__gte": start_of(self.first), f"{field}__lt": start_of(self.last + _DAY)}


def this_term(calendar: SchoolCalendar, today: date) -> Period:
    """The term of `today`, in a break the one before it, up to today. The school year where no terms are known."""
    begun = [term for term in terms_of(calendar) if term.first <= today]
    if not begun:
        year = this_year(today)
        return Period(TERM, year.first, year.last)
    return Period(TERM, begun[-1].first, min(begun[-1].last, today))


def year_of(day: date) -> Period:
    """The whole school year of a day."""
    year = school_year(day)
    return Period(DAYS, date(year, 9, 1), date(year + 1, 8, 31))


def this_year(today: date) -> Period:
    """The school year of `today`, up to today."""
    return Period(YEAR, year_of(today).first, today)


def last_year(today: date) -> Period:
    """The school year before, whole."""
    before = year_of(year_of(today).first - _DAY)
    return Period(LAST_YEAR, before.first, before.last)


def between(first: date, last: date) -> Period:
    return Period(DAYS, first, last)


def named(key: str, calendar: SchoolCalendar, today: date) -> Period:
    """The period of a code; this school year for one that is none."""
    if key == TERM:
        return this_term(calendar, today)
    return last_year(today) if key == LAST_YEAR else this_year(today)


def a_year_before(moment: date) -> date:
    """The same day of the year before; 28 February where that has no 29th."""
    day = as_day(moment)
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)
