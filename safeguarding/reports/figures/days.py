"""How does a query know the calendar of a school? Worked out once for each day, and looked up by the day of a moment.

What is logged after the school closes, or on a day without children, counts for the next school day.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import DateField, DateTimeField, Field, Func
from django.db.models.expressions import Combinable

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.dates import start_of

_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)
_MIDNIGHT = timedelta(hours=24)


class Looked(Func):  # type: ignore[misc]
    """What stands in a list under a day, or the day of a moment. The list begins on `first`; what lies outside is NULL.

    `closes` is for moments: one at or after it is of the next day. Constant time for each row, however long the list.
    """

    def __init__(
        self, moment: str | Combinable, listed: Sequence[Any], first: date, closes: time | None, output: Field
    ) -> None:
        super().__init__(moment, output_field=output)
        self.listed, self.first = list(listed), first
        self.type = "date" if type(output) is DateField else "timestamptz"
        self.shift = closes and _until_midnight(closes)

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        found, given = compiler.compile(self.get_source_expressions()[0])
        if self.shift is not None:
            found, given = f"(({found}) AT TIME ZONE 'Europe/London' + %s::interval)::date", [*given, self.shift]
        return f"(%s::{self.type}[])[{found} - %s::date + 1]", [self.listed, *given, self.first]


class SchoolDays:
    """The school days of a calendar between two days, as queries ask for them."""

    def __init__(self, calendar: SchoolCalendar, first: date, last: date) -> None:
        self.first, self._closes = first, calendar.closes
        after = last + _DAY
        day = after if calendar.is_school_day(after) else calendar.next_school_day(after)
        counted = [day]
        for back in range(1, (after - first).days + 1):
            one = after - back * _DAY
            day = one if calendar.is_school_day(one) else day
            counted.append(day)
        self.counted = counted[::-1]
        self._calendar = calendar

    def of(self, moment: str | Combinable) -> Looked:
        """The school day for which a moment counts."""
        return Looked(moment, self.counted, self.first, self._closes, DateField())

    def end_of(self, moment: str | Combinable, *, after: int = 0) -> Looked:
        """The last moment (midnight) of that day, or of so many school days after it."""
        return Looked(moment, self.ends(after), self.first, self._closes, DateTimeField())

    def end_of_day(self, day: str | Combinable, *, after: int = 0) -> Looked:
        """The same of a day, which counts for itself or for the next school day."""
        return Looked(day, self.ends(after), self.first, None, DateTimeField())

    def ends(self, after: int) -> list[datetime]:
        """The last moment of each day's school day, or of so many school days after it."""
        ends = {day: _end(self._calendar, day, after) for day in set(self.counted)}
        return [ends[day] for day in self.counted]


class LookedOfSchool(Func):  # type: ignore[misc]
    """The same of rows of several schools, which have a column `school_id`.

    Of each calendar there is one list, all of one length, one after the other; `of_school` says which is whose.
    """

    def __init__(self, moment: str | Combinable, listed: str, days: "DaysOfSchools", output: Field) -> None:
        super().__init__(moment, "school_id", output_field=output)
        self.listed, self.days = listed, days
        self.type = "date" if type(output) is DateField else "timestamptz"

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        moment, school = self.get_source_expressions()
        found, given = compiler.compile(moment)
        column, more = compiler.compile(school)
        place = f"(%s::int[])[array_position(%s::uuid[], {column})]"
        which = [self.days.of_school, self.days.keys, *more]
        day = f"(({found}) AT TIME ZONE 'Europe/London' + (%s::interval[])[{place}])::date - %s::date"
        text = f"(%s::{self.type}[])[({place} - 1) * %s + ({day}) + 1]"
        return text, [self.listed, *which, self.days.length, *given, self.days.shifts, *which, self.days.first]


class DaysOfSchools:
    """The school days of several calendars between two days. What is alike is worked out once."""

    def __init__(self, calendars: Mapping[UUID, SchoolCalendar], first: date, last: date) -> None:
        alike = list(dict.fromkeys(calendars.values()))
        self.first, self.keys = first, list(calendars)
        self.of_school = [alike.index(one) + 1 for one in calendars.values()]
        self.shifts = [_until_midnight(one.closes) for one in alike]
        self._days = [SchoolDays(one, first, last) for one in alike]
        self.length = len(self._days[0].counted) if alike else 0

    def of(self, moment: str | Combinable) -> LookedOfSchool:
        """The school day for which a moment counts at its school."""
        return LookedOfSchool(moment, _as_text(one.counted for one in self._days), self, DateField())

    def end_of(self, moment: str | Combinable, *, after: int = 0) -> LookedOfSchool:
        """The last moment (midnight) of that day, or of so many school days after it."""
        return LookedOfSchool(moment, _as_text(one.ends(after) for one in self._days), self, DateTimeField())


def _as_text(lists: Iterable[Sequence[date]]) -> str:
    """The lists one after the other, as PostgreSQL reads an array: the driver takes far longer to write so many."""
    return f"{{{','.join(one.isoformat() for listed in lists for one in listed)}}}"


def _until_midnight(closes: time) -> timedelta:
    return _MIDNIGHT - timedelta(hours=closes.hour, minutes=closes.minute, seconds=closes.second)


def _end(calendar: SchoolCalendar, day: date, after: int) -> datetime:
    for _ in range(after):
        day = calendar.next_school_day(day)
    return start_of(day + _DAY)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def school_weeks(calendar: SchoolCalendar, first: date, last: date) -> list[tuple[date, bool]]:
    """The Mondays of the weeks from a day to a day, each with whether children come on one of its days."""
    found, monday = [], monday_of(first)
    while monday <= last:
        found.append((monday, any(calendar.is_school_day(monday + n * _DAY) for n in range(5))))
        monday += _WEEK
    return found


def last_school_weeks(calendar: SchoolCalendar, day: date, number: int) -> list[date]:
    """The Mondays of the last weeks with a school day that have begun by `day`, the oldest first."""
    found: list[date] = []
    monday = monday_of(day)
    for _ in range(60):
        days = [monday + n * _DAY for n in range(5)]
        if any(calendar.is_school_day(one) and one <= day for one in days):
            found.append(monday)
        if len(found) == number:
            break
        monday -= _WEEK
    return found[::-1]
