"""Which tables can be taken out as a file? Each is declared once, for every format, for a page and for the worker."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model, QuerySet

from safeguarding.reports.figures.values import Viewer


@dataclass(frozen=True)
class Wanted:
    """What somebody asks for: who, of which time and narrowed to what; of the list behind a figure which figure and
    cell; and what the words of records are for, where they are to be in it.
    """

    viewer: Viewer
    figure: str = ""
    cell: str = ""
    why: str = ""

    @property
    def has_words(self) -> bool:
        return bool(self.why)


@dataclass(frozen=True)
class Made:
    """A whole table: small, as those of figures are."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


@dataclass(frozen=True)
class FigureTable:
    """Tables that figures make: the values of their pages, nothing counted again."""

    key: str
    title: str
    says: str
    make: Callable[[Viewer], Sequence[Made]]


@dataclass(frozen=True)
class Line:
    """A row of a list: of which record, the children it names, its cells, and those with words that people wrote."""

    key: UUID
    names: tuple[UUID, ...]
    cells: tuple[object, ...]
    words: tuple[object, ...] = ()


@dataclass(frozen=True)
class Listing:
    """How records of one kind are listed: with what they are read, by which moment they are cut into pages, the newest
    first, and what stands in each line. `words` are the headings of what people wrote.
    """

    model: type[Model]
    moment: str
    headings: tuple[str, ...]
    lines: Callable[[Wanted, Sequence[Any]], Iterable[Line]]
    words: tuple[str, ...] = ()
    prepared: Callable[[QuerySet[Any]], QuerySet[Any]] = lambda rows: rows

    def all_headings(self, wanted: Wanted) -> tuple[str, ...]:
        return (*self.headings, *(self.words if wanted.has_words else ()))


def _everybody(user: Any, school_id: UUID) -> bool:
    return True


@dataclass(frozen=True)
class ListTable:
    """A list of records. `may`: who takes it out, beside those who see figures at all. `called`: the title of what is
    asked for, where that is more than its own.

    `rows` and `listing` raise `NoSuchCell` for a figure or a cell that there is not.
    """

    key: str
    title: str
    says: str
    rows: Callable[[Wanted], QuerySet[Any]]
    listing: Callable[[Wanted], Listing]
    may: Callable[[Any, UUID], bool] = _everybody
    called: Callable[[Wanted], str] | None = None
    counts: Callable[[Wanted], str] | None = None

    def title_of(self, wanted: Wanted) -> str:
        return self.called(wanted) if self.called else self.title


Table = FigureTable | ListTable
_tables: dict[str, Table] = {}


def register(*tables: Table) -> None:
    """Add tables. Raises `ImproperlyConfigured` for a key that is taken."""
    for table in tables:
        if table.key in _tables:
            raise ImproperlyConfigured(f"There is a table {table.key!r} already.")
        _tables[table.key] = table


def find(key: str) -> Table | None:
    """The table with this code, or None."""
    return _tables.get(key)


def may_take(table: Table, user: Any, school_id: UUID) -> bool:
    """Whether somebody who sees figures at this school may take this table out."""
    return isinstance(table, FigureTable) or table.may(user, school_id)


def offered(user: Any, school_id: UUID) -> list[Table]:
    """Those that somebody may take out at a school, as they were registered."""
    return [table for table in _tables.values() if may_take(table, user, school_id)]
