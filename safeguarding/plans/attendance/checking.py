"""Which marks has each child on each day of a file, and what is wrong with the rows that cannot be used?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from uuid import UUID

from children.importing.values import MEND, Notes, dates, shown
from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.clocks import LONGEST_BREAK, add_months
from safeguarding.dates import full_day, weekday

from .marks import Counts, counts_as, is_known
from .reading import Line

# For so long a school keeps its register (SI 2024/208 reg 7).
YEARS_KEPT = 6
MOST_MINUTES = 480
_read_day = dates()


class Marks(NamedTuple):
    """The marks of a child on a day. An empty one says nothing."""

    am: str
    pm: str
    minutes_late: int | None


class Wrong(NamedTuple):
    """A row that cannot be used, and why."""

    number: int
    upn: str
    reason: str


@dataclass
class Checked:
    """What a file says: the marks by child and day, the rows that cannot be used, and how many are of school years
    whose attendance has been destroyed here.
    """

    days: dict[tuple[UUID, date], Marks] = field(default_factory=dict)
    wrong: list[Wrong] = field(default_factory=list)
    ended: int = 0


class _Unusable(ValueError):
    """The row cannot be used; the sentence says why."""


class _Ended(ValueError):
    """The attendance of that day has been destroyed here."""


class Checking:
    """The rows of a file are held against the children of the school, by UPN, and its calendar.

    `ended`: the last day whose attendance has been destroyed here. Rows up to it are left out.
    """

    def __init__(
        self, children: Mapping[str, UUID], calendar: SchoolCalendar, today: date, ended: date | None = None
    ) -> None:
        self.children, self.calendar, self.today, self.ended = children, calendar, today, ended
        self._days: dict[str, date] = {}
        self._open: dict[date, bool] = {}

    def check(self, lines: Iterable[Line]) -> Checked:
        """Every row. The same row twice is one; of two that differ the second is wrong."""
        found = Checked()
        seen: dict[tuple[UUID, date], int] = {}
        for line in lines:
            try:
                key, marks = self._row(line)
                if found.days.setdefault(key, marks) != marks:
                    raise _Unusable(f"Row {seen[key]} is about the same child and day, with other marks.")
                seen.setdefault(key, line.number)
            except _Ended:
                found.ended += 1
            except _Unusable as wrong:
                found.wrong.append(Wrong(line.number, line.upn, str(wrong)))
        return found

    def _row(self, line: Line) -> tuple[tuple[UUID, date], Marks]:
        child = self.children.get(upn_of(line))
        if child is None:
            raise _Unusable("No child whose attendance you keep has this UPN." if line.upn else "UPN is missing.")
        on = self._day(line.on)
        marks = Marks(_mark("AM", line.am, on), _mark("PM", line.pm, on), _late(line))
        if not (marks.am or marks.pm):
            raise _Unusable("Neither AM nor PM has a mark.")
        if not self._is_open(on) and any(counts_as(mark) not in (None, Counts.NOT_POSSIBLE) for mark in marks[:2]):
            raise _Unusable(f"{weekday(on)} is no school day in the school’s calendar.")
        return (child, on), marks

    def _day(self, text: str) -> date:
        """A date that can be one of a register. Most rows have one that was read before."""
        if text not in self._days:
            notes = Notes()
            if not text or (read := _read_day(text, notes)) is None:
                raise _Unusable(notes.problems[0].message if notes.problems else "Date is missing.")
            self._days[text] = date.fromisoformat(str(read))
        day = self._days[text]
        if self.ended and day <= self.ended:
            raise _Ended
        if day > self.today:
            raise _Unusable(f"{full_day(day)} is still to come.")
        if day < add_months(self.today, -12 * YEARS_KEPT):
            raise _Unusable(f"{full_day(day)} is more than six years ago: registers are kept no longer.")
        return day

    def _is_open(self, day: date) -> bool:
        if day not in self._open:
            self._open[day] = not _is_closed(day, self.calendar)
        return self._open[day]


def upn_of(line: Line) -> str:
    """The UPN as the list of children has it."""
    return line.upn.replace(" ", "").upper()


def _mark(label: str, text: str, on: date) -> str:
    code = text.upper()
    if code and not is_known(code, on):
        raise _Unusable(f"{label}: {shown(text)} was no attendance code on {full_day(on)}. {MEND}")
    return code


def _late(line: Line) -> int | None:
    if not line.minutes:
        return None
    if not (line.minutes.isascii() and line.minutes.isdecimal() and int(line.minutes[:6]) <= MOST_MINUTES):
        raise _Unusable(f"MinutesLate: {shown(line.minutes)} is no number of minutes up to {MOST_MINUTES}.")
    return int(line.minutes)


def _is_closed(day: date, calendar: SchoolCalendar) -> bool:
    """Whether it is known that no children came. Between terms that are far apart, some are not entered."""
    if calendar.is_school_day(day):
        return False
    ended = max((last for _, last in calendar.terms if last < day), default=None)
    begins = min((first for first, _ in calendar.terms if first > day), default=None)
    is_in_term = any(first <= day <= last for first, last in calendar.terms)
    is_in_break = ended is not None and begins is not None and begins - ended <= LONGEST_BREAK
    return day.weekday() > 4 or is_in_term or is_in_break
