"""What is a figure? A small frozen value that a page, a paper or a file prints, and that says where its list stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, Model, QuerySet

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.addresses import address_of
from safeguarding.audit.reading import visible
from safeguarding.dates import as_day
from safeguarding.reports.aims import Aim

from .days import DaysOfSchools, SchoolDays
from .periods import Period

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Viewer:
    """Who asks, of which school, of which time, when; and to what the figures are narrowed.

    `codes` is all of it but who and when, as an address has it. `year_group` is that of a child on the day a concern
    was logged, `category` the code of the kind that it has now, `level` the level of need that it has now.
    """

    user: Any
    school_id: UUID
    at: datetime
    period: Period
    year_group: int | None = None
    category: str = ""
    level: int | None = None
    school_code: str = ""

    @property
    def today(self) -> date:
        return as_day(self.at)

    @cached_property
    def calendar(self) -> SchoolCalendar:
        return SchoolCalendar.of(self.school_id)

    def see(self, source: type[M]) -> QuerySet[M]:
        """The rows of this school that who asks may see."""
        return visible(self, source).filter(school_id=self.school_id)

    def school_days(self, period: Period) -> SchoolDays | DaysOfSchools:
        """The school days of a time, as queries ask for them."""
        return SchoolDays(self.calendar, period.first, period.last)

    def within(self, period: Period) -> "Viewer":
        """The same question of another time."""
        return replace(self, period=period)

    @property
    def codes(self) -> dict[str, str]:
        narrowed = {"year": self.year_group, "category": self.category, "level": self.level, "school": self.school_code}
        return {**self.period.codes, **{name: str(one) for name, one in narrowed.items() if one not in (None, "")}}

    @property
    def is_narrowed(self) -> bool:
        return self.year_group is not None or bool(self.category) or self.level is not None

    def behind(self, figure: str, cell: str = "") -> str:
        """The address of the list behind a figure, or behind one cell of it."""
        codes = {"figure": figure} | ({"cell": cell} if cell else {}) | self.codes
        return f"{address_of('behind_figure')}?{urlencode(codes)}"


@dataclass(frozen=True)
class Schools(Viewer):
    """The same question of several schools at once: its rows are grouped by `school_id`. `school_id` is the first.

    Who asks sees of each school what they would see of it alone.
    """

    calendars: Mapping[UUID, SchoolCalendar] = field(default_factory=dict, hash=False)

    def see(self, source: type[M]) -> QuerySet[M]:
        """The rows of these schools that who asks may see."""
        return visible(self, source).filter(school_id__in=list(self.calendars))

    def school_days(self, period: Period) -> DaysOfSchools:
        return DaysOfSchools(self.calendars, period.first, period.last)

    def each(self) -> dict[UUID, Viewer]:
        """The same question of each school alone, for its words and the addresses of its lists."""
        return {
            key: Viewer(user=self.user, school_id=key, at=self.at, period=self.period, school_code=str(key))
            for key in self.calendars
        }


@dataclass(frozen=True)
class Number:
    """One number: how many `unit`, or how many of so many (`of`). `says` is the whole of it in words.

    `notes` stand under it, each with the address of its list or without one. `tone`: "bad", "warn" or nothing. `aim`:
    what the school has set itself, where it has.
    """

    figure: str
    title: str
    value: int
    unit: str
    at: datetime
    says: str
    behind: str
    of: int | None = None
    notes: tuple[tuple[str, str], ...] = ()
    tone: str = ""
    aim: Aim | None = None

    @property
    def shown(self) -> str:
        """34; 82%, never rounded up; a dash where there was nothing to count."""
        if self.of is None:
            return f"{self.value:,}"
        return f"{percent(self.value, self.of)}%" if self.of else "–"


@dataclass(frozen=True)
class Cell:
    """One cell of a table or a chart: its code in an address, what it is called, how many, and its list.

    `value` None is a gap: nothing could be counted there. With `of` it is a part of so many.
    """

    code: str
    label: str
    value: int | None
    behind: str = ""
    of: int | None = None

    @property
    def percent(self) -> int | None:
        return percent(self.value, self.of) if self.value is not None and self.of else None


@dataclass(frozen=True)
class Series:
    """Cells that belong together, in order: a line, or the bars of a chart. `behind` is the list of all."""

    figure: str
    title: str
    cells: tuple[Cell, ...]
    unit: str = ""
    behind: str = ""
    says: str = ""

    @property
    def total(self) -> int:
        return sum(cell.value or 0 for cell in self.cells)


@dataclass(frozen=True)
class Grid:
    """A table of two ways: rows of cells under the headings of columns."""

    figure: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[Series, ...]
    unit: str
    says: str


def percent(part: int, whole: int) -> int:
    """Whole per cent, rounded down: 99.6 is no 100."""
    return part * 100 // whole if whole else 0


def counted_by(rows: QuerySet[Any], *names: str) -> Mapping[Any, int]:
    """How many rows there are of each value of an annotation: one query. Of several names the key is a tuple."""
    found = rows.order_by().values_list(*names).annotate(number=Count("pk"))
    return {(key[0] if len(names) == 1 else tuple(key)): number for *key, number in found}


def on_axis(day: date) -> str:
    """2 Nov: as short as the names under a chart are."""
    return f"{day.day} {day:%b}"
