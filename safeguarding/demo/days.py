"""When was it? The demo school lives in the school year of the day on which it is made.

The data is true on one day (`source.as_at`). Dates in it move by whole school years, terms by whole weeks, so that a
school made next spring has a Reception class and a summer term too.
"""

from datetime import date, datetime, time, timedelta
from functools import cached_property

from safeguarding.accounts.calendar import LONDON, SchoolCalendar
from safeguarding.dates import school_year
from safeguarding.demo import source

OPENS, CLOSES = time(8, 0), time(16, 0)
# School years with terms: so many before that of the day, and one after it.
YEARS_BACK = 4


def in_year(day: date, year: int) -> date:
    """The same day of another year; 28 February where that year has no 29th."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


class Days:
    """The days of the demo school, seen from `today`."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.years_later = school_year(today) - school_year(date.fromisoformat(source.as_at()))

    def of(self, written: str | None) -> date | None:
        """A date of the data, moved to the present school year; None stays None."""
        if not written:
            return None
        day = date.fromisoformat(written)
        return in_year(day, day.year + self.years_later)

    def in_weeks(self, written: str) -> date:
        """A date of the data, moved to the present school year by whole weeks as terms are: it keeps its weekday, and a
        limit in working days its length.
        """
        base = school_year(date.fromisoformat(source.as_at()))
        return date.fromisoformat(written) + _whole_weeks(base, base + self.years_later)

    @cached_property
    def terms(self) -> list[tuple[str, date, date]]:
        """Half terms as (name, first day, last day), oldest first."""
        year = school_year(self.today)
        return [term for y in range(year - YEARS_BACK, year + 2) for term in _terms(y)]

    @cached_property
    def closures(self) -> list[tuple[date, str]]:
        """Days inside terms on which no children come, with the reason."""
        year = school_year(self.today)
        training = {day: "Training day" for y in range(year - YEARS_BACK, year + 2) for day in _training_days(y)}
        holidays = {date.fromisoformat(h["date"]): h["name"] for h in source.bank_holidays()}
        return sorted((d, reason) for d, reason in (holidays | training).items() if self._in_term(d))

    @cached_property
    def calendar(self) -> SchoolCalendar:
        """The same days as the rules of waiting see them."""
        return SchoolCalendar(
            opens=OPENS,
            closes=CLOSES,
            terms=tuple((first, last) for _, first, last in self.terms),
            closed=frozenset(day for day, _ in self.closures),
        )

    def between(self, first: date, last: date) -> list[date]:
        """School days from `first` to `last`; both count."""
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return [day for day in days if self.calendar.is_school_day(day)]

    def on_or_after(self, day: date) -> date:
        """`day` itself when children come in, else the next day on which they do."""
        return day if self.calendar.is_school_day(day) else self.calendar.next_school_day(day)

    def last_open(self, now: datetime) -> datetime:
        """The latest moment up to `now` at which the school was open: `now` itself during the day."""
        here = now.astimezone(LONDON)
        if self.calendar.is_open(here):
            return here
        day = here.date() if here.time() >= CLOSES else here.date() - timedelta(days=1)
        while not self.calendar.is_school_day(day):
            day -= timedelta(days=1)
        return datetime.combine(day, CLOSES, LONDON) - timedelta(minutes=1)

    def earlier(self, moment: datetime, passed: timedelta) -> datetime:
        """`passed` school time before `moment`, which is in school hours."""
        moment = moment.astimezone(LONDON)
        while (today := moment - datetime.combine(moment.date(), OPENS, LONDON)) < passed:
            passed -= today
            day = moment.date() - timedelta(days=1)
            while not self.calendar.is_school_day(day):
                day -= timedelta(days=1)
            moment = datetime.combine(day, CLOSES, LONDON)
        return moment - passed

    def later(self, moment: datetime, passed: timedelta) -> datetime:
        """`passed` school time after `moment`, or after the next opening."""
        moment = self.calendar.next_opening(moment)
        while (left := datetime.combine(moment.date(), CLOSES, LONDON) - moment) <= passed:
            passed -= left
            moment = datetime.combine(self.calendar.next_school_day(moment.date()), OPENS, LONDON)
        return moment + passed

    def _in_term(self, day: date) -> bool:
        return day.weekday() < 5 and any(first <= day <= last for _, first, last in self.terms)


def _years() -> dict[int, source.Entry]:
    return {int(entry["year"][:4]): entry for entry in source.school_years()}


def _nearest(year: int) -> tuple[source.Entry, timedelta]:
    """The school year of the data that stands for `year`, and by how many whole weeks it moves."""
    known = _years()
    near = min(max(year, min(known)), max(known))
    return known[near], _whole_weeks(near, year)


def _whole_weeks(year: int, other: int) -> timedelta:
    """From one school year to another, in whole weeks."""
    return timedelta(weeks=round((date(other, 9, 1) - date(year, 9, 1)).days / 7))


def _terms(year: int) -> list[tuple[str, date, date]]:
    entry, moved = _nearest(year)
    return [
        (
            f"{term['name']} {year}/{(year + 1) % 100:02}",
            date.fromisoformat(term["start"]) + moved,
            date.fromisoformat(term["end"]) + moved,
        )
        for term in entry["terms"]
    ]


def _training_days(year: int) -> list[date]:
    entry, moved = _nearest(year)
    return [date.fromisoformat(day) + moved for day in entry["inset_days"]]
