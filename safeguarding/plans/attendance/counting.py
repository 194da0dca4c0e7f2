"""How many sessions did a child attend and miss, by week, term and school year, and is the absence persistent?

Of what was possible: a session that could not be attended counts neither way. Absence is persistent from one in ten of
the possible sessions missed, severe from one in two (DfE).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

from safeguarding.clocks import Term
from safeguarding.dates import school_year

from .marks import Counts, counts_as

PERSISTENT, SEVERE = 10, 2


class Day(NamedTuple):
    """The marks of one day; an empty one says nothing."""

    on: date
    am: str
    pm: str
    minutes_late: int | None = None


@dataclass(frozen=True)
class Sessions:
    """The sessions of some days, by what they count as."""

    attended: int = 0
    authorised: int = 0
    unauthorised: int = 0
    not_possible: int = 0

    @property
    def missed(self) -> int:
        return self.authorised + self.unauthorised

    @property
    def possible(self) -> int:
        return self.attended + self.missed

    @property
    def percent(self) -> str:
        """How much of what was possible was attended: 92.3 per cent. Never rounded up to 90, or to 100."""
        if not self.possible:
            return ""
        tenths = self.attended * 1000 // self.possible
        return f"{tenths // 10}.{tenths % 10} per cent"

    @property
    def missed_part(self) -> float:
        """Which part of what was possible was missed, from 0 to 1."""
        return self.missed / self.possible if self.possible else 0

    @property
    def is_persistent(self) -> bool:
        """Whether one possible session in ten was missed, or more."""
        return self.missed > 0 and self.missed * PERSISTENT >= self.possible

    @property
    def is_severe(self) -> bool:
        """Whether one in two was missed, or more."""
        return self.missed > 0 and self.missed * SEVERE >= self.possible


@dataclass(frozen=True)
class Span:
    """The sessions of a week or a term, with its first and last day."""

    title: str
    first: date
    last: date
    sessions: Sessions


def counted_up(days: Iterable[Day]) -> Sessions:
    """The sessions of these days."""
    found = Counter(counts_as(mark) for day in days for mark in (day.am, day.pm))
    return Sessions(*(found[counts] for counts in Counts))


def by_week(days: Sequence[Day]) -> list[Span]:
    """Weeks with marks, from Monday to Friday, the earliest first."""
    weeks = groupby(sorted(days, key=lambda day: day.on), key=lambda day: monday_of(day.on))
    return [Span("", monday, monday + timedelta(days=4), counted_up(some)) for monday, some in weeks]


def by_term(days: Sequence[Day], terms: Sequence[Term]) -> list[Span]:
    """Terms with marks, the earliest first; last the days of no term that the school has entered."""
    found = []
    for term in terms:
        if inside := [day for day in days if term.first <= day.on <= term.last]:
            found.append(Span(_called(term.first), term.first, term.last, counted_up(inside)))
    beyond = sorted(day for day in days if not any(term.first <= day.on <= term.last for term in terms))
    if beyond:
        found.append(Span("In no term of the calendar", beyond[0].on, beyond[-1].on, counted_up(beyond)))
    return found


def years(days: Iterable[Day]) -> list[int]:
    """The school years with marks, by the year in which each began, the newest first."""
    return sorted({school_year(day.on) for day in days}, reverse=True)


def year_title(year: int) -> str:
    """2026/27."""
    return f"{year}/{(year + 1) % 100:02}"


def monday_of(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def _called(first: date) -> str:
    """Autumn term 2026."""
    name = "Autumn" if first.month >= 8 else "Spring" if first.month < 4 else "Summer"
    return f"{name} term {first.year}"
