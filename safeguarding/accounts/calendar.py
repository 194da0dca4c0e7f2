"""When is the school open, and how long has something waited in school hours?

Waiting is counted in school hours, because a concern logged on Friday at 4pm has not been ignored by Saturday noon. The
calendar is rows (terms and closures); without any, every weekday counts as a school day.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from safeguarding.once import once
from safeguarding.prepared import prepared

LONDON = ZoneInfo("Europe/London")
_YEAR = timedelta(days=366)


# Nearly every page asks this. As query sets it took longer to write than to answer.
_DAYS = """
    SELECT id, day_starts, day_ends,
        ARRAY(SELECT starts_on FROM accounts_term WHERE school_id = school.id AND withdrawn_at IS NULL
            ORDER BY starts_on, ends_on),
        ARRAY(SELECT ends_on FROM accounts_term WHERE school_id = school.id AND withdrawn_at IS NULL
            ORDER BY starts_on, ends_on),
        ARRAY(SELECT "on" FROM accounts_closure WHERE school_id = school.id AND withdrawn_at IS NULL)
    FROM accounts_school AS school WHERE id = ANY (%s::uuid[])
"""


@dataclass(frozen=True)
class SchoolCalendar:
    """The days and hours of one school. Read once, asked often."""

    opens: time
    closes: time
    terms: tuple[tuple[date, date], ...] = ()
    closed: frozenset[date] = field(default_factory=frozenset)

    @classmethod
    def of(cls, school_id: UUID) -> "SchoolCalendar":
        """The calendar of a school: one query, once a page."""
        return once(("calendar", school_id), lambda: cls._read(school_id))

    @classmethod
    def of_many(cls, school_ids: Collection[UUID]) -> dict[UUID, "SchoolCalendar"]:
        """The calendars of several schools by their keys: one query."""
        return {
            school_id: cls(opens, closes, tuple(zip(begin, end, strict=True)), frozenset(closed))
            for school_id, opens, closes, begin, end, closed in prepared(_DAYS, [list(school_ids)])
        }

    @classmethod
    def _read(cls, school_id: UUID) -> "SchoolCalendar":
        return cls.of_many([school_id])[school_id]

    @property
    def length(self) -> timedelta:
        """How long one school day is."""
        return datetime.combine(date.min, self.closes) - datetime.combine(date.min, self.opens)

    def is_school_day(self, day: date) -> bool:
        """Whether children come in on `day`."""
        if day.weekday() > 4 or day in self.closed:
            return False
        return not self.terms or any(start <= day <= end for start, end in self.terms)

    def is_open(self, at: datetime) -> bool:
        """Whether `at` falls in the hours of a school day."""
        here = at.astimezone(LONDON)
        return self.is_school_day(here.date()) and self.opens <= here.time() < self.closes

    def next_school_day(self, after: date) -> date:
        """The first school day after `after`; within a year, else the next weekday."""
        for ahead in range(1, 366):
            if self.is_school_day(day := after + timedelta(days=ahead)):
                return day
        return after + timedelta(days=7 - after.weekday() if after.weekday() > 3 else 1)

    def school_days_after(self, day: date, number: int) -> date:
        """The day on which so many school days have passed since `day`, the day after which is the first."""
        for _ in range(number):
            day = self.next_school_day(day)
        return day

    def last_school_day(self, before: date) -> date:
        """The last school day before `before`; within a year, else the day before."""
        days = (before - timedelta(days=back) for back in range(1, 366))
        return next((day for day in days if self.is_school_day(day)), before - timedelta(days=1))

    def next_opening(self, at: datetime) -> datetime:
        """The moment from which somebody is in: `at` itself during school hours."""
        here = at.astimezone(LONDON)
        if self.is_open(here):
            return here
        if self.is_school_day(here.date()) and here.time() < self.opens:
            return datetime.combine(here.date(), self.opens, LONDON)
        return datetime.combine(self.next_school_day(here.date()), self.opens, LONDON)

    def hours_between(self, start: datetime, end: datetime) -> timedelta:
        """School time that passed between two moments. Zero when `end` is before `start`."""
        first, last = start.astimezone(LONDON), end.astimezone(LONDON)
        total, day = timedelta(), first.date()
        while day <= last.date():
            if self.is_school_day(day):
                opens = max(datetime.combine(day, self.opens, LONDON), first)
                closes = min(datetime.combine(day, self.closes, LONDON), last)
                total += max(closes - opens, timedelta())
            day += timedelta(days=1)
        return total

    def school_days_between(self, start: date, end: date) -> int:
        """School days after `start` up to and including `end`: the day after the trigger is day 1 (domain reference
        2.5).
        """
        return sum(self.is_school_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))

    def hours_before(self, at: datetime, span: timedelta) -> datetime:
        """The last moment from which `span` of school time has passed by `at`: what began then or earlier has waited so
        long (`hours_between`). A year back where there is not so much.
        """
        left, here = span, at.astimezone(LONDON)
        for back in range(_YEAR.days):
            day = here.date() - timedelta(days=back)
            if not self.is_school_day(day):
                continue
            closes = min(datetime.combine(day, self.closes, LONDON), here)
            passed = closes - datetime.combine(day, self.opens, LONDON)
            if passed >= left:
                return closes - left
            left -= max(passed, timedelta())
        return here - _YEAR

    def school_days_ago(self, on: date, number: int) -> date:
        """The last day from which so many school days have passed by `on` (`school_days_between`); at most two years
        back.
        """
        for back in range(2 * _YEAR.days):
            number -= self.is_school_day(on - timedelta(days=back))
            if number <= 0:
                return on - timedelta(days=back + 1)
        return on - 2 * _YEAR
