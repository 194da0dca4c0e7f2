"""What is the governors' report made of? Cells: one number each, already suppressed, in tables of sections.

A page, a paper and a workbook show cells and count nothing. A hidden cell has no value anywhere, and one mark for all:
two wordings would tell which of them are small.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

# What stands where a number is hidden. Never another word: it would tell why.
NOT_SHOWN = "not shown"
# What a table says that is left out whole: its one cell has this row.
LEFT_OUT = "left-out"
LEFT_OUT_SAYS = "This table is not shown: too many of its numbers are small, and could tell of single children."
NO_YEAR_SAYS = "This table is not shown: not every term of this school year has a published report."
# The row, and the column, into which small groups are joined; the row and column of all.
OTHER, TOTAL = "together", "all"
OTHER_TITLE = "Other kinds together"
# The column of sums of a table of two ways, and that of columns that are joined.
ALL_COLUMN, OTHER_COLUMN = "All", "Others together"

# What a value counts. A share is of `of`; tenths are shown with one place, 951 as 95.1.
CONCERNS, CHILDREN, TIMES, REFERRALS = "concerns", "children", "times a child is in a concern", "referrals"
PER_100, ATTENDED = "per 100 children", "% of sessions"
IN_TENTHS = frozenset({PER_100, ATTENDED})


@dataclass(frozen=True)
class Term:
    """The school days of which a report tells: from a day to a day, both counted. `is_last`: the school year's last."""

    first: date
    last: date
    title: str = ""
    is_last: bool = False


@dataclass(frozen=True)
class BuiltCell:
    """One number of a report: where it stands, what it is called, how many `unit`, and of how many where it is a part.

    `label` is the title of its row, `column` that of its column in words (or empty, in a table with one). `hidden`: it
    is not shown, and has neither `value` nor `of`. `value` is also None where there was nothing to count. A row that is
    joined with others has one cell, hidden, in the table's `main` column; so has a joined column, in the row of all.
    """

    section: str
    table: str
    row: str
    column: str
    label: str
    value: int | None
    of: int | None
    unit: str
    hidden: bool
    order: int

    @property
    def shown(self) -> str:
        return shown(self)


class Said(Protocol):
    """A cell, as it is built or as it is stored."""

    @property
    def value(self) -> int | None: ...
    @property
    def of(self) -> int | None: ...
    @property
    def unit(self) -> str: ...
    @property
    def hidden(self) -> bool: ...


def shown(cell: Said) -> str:
    """34; 31 of 34 (91%), never rounded up; 95.1; a dash where nothing could be counted; the mark of what is hidden."""
    if cell.hidden:
        return NOT_SHOWN
    if cell.value is None:
        return "–"
    if cell.unit in IN_TENTHS:
        return f"{cell.value // 10}.{cell.value % 10}"
    if cell.of is None:
        return f"{cell.value:,}"
    if not cell.of:
        return "none to count"
    return f"{cell.value:,} of {cell.of:,} ({cell.value * 100 // cell.of}%)"


@dataclass(frozen=True)
class Earlier:
    """A report that was published before, of the same term or another: what it showed, and what it hid.

    Give every one that was published, replaced and withdrawn ones too, the oldest first. `stands`: it is not withdrawn.
    """

    term: Term
    cells: tuple[BuiltCell, ...]
    stands: bool = True


@dataclass(frozen=True)
class Table:
    """A table of a section: its code, title, what is counted in a sentence, and whether small numbers are hidden in it.

    `columns` are its columns in words, in order; a table with one column has none, and one of two ways those of its
    cells. Of `main` every row has a cell: hidden there, the row is joined with others. `is_drawn`: each number of
    `main` has a bar.
    """

    key: str
    title: str
    counts: str
    hides: bool
    columns: tuple[str, ...] = ()
    is_two_way: bool = False
    is_drawn: bool = False

    @property
    def main(self) -> str:
        return ALL_COLUMN if self.is_two_way else next(iter(self.columns), "")


@dataclass(frozen=True)
class Section:
    """A section of the report. `of_children`: it counts children, or what happened to them; else the school's work."""

    key: str
    title: str
    counts: str
    of_children: bool
    tables: tuple[Table, ...]


NUMBER, RATE, IN_TIME, TARGET = "Number", "For each 100 children", "In time", "Target"
_RATED = (NUMBER, RATE)
_BY_SCHOOL = "Counted as they are: the school's own work."
_SMALL = "Small groups stand together."

_ALL = (
    Section(
        "volume",
        "Concerns",
        "Concerns about children that were logged in the term, and those open at its ends. Records of good news and "
        "concerns about staff are not counted.",
        False,
        (Table("concerns", "Concerns in the term", _BY_SCHOOL, False),),
    ),
    Section(
        "categories",
        "What they were about",
        "Concerns logged in the term by the main kind that each has now.",
        True,
        (
            Table("term", "This term", f"Concerns by main kind. {_SMALL}", True, is_drawn=True),
            Table("year", "This school year", f"The sum of the reports of its terms. {_SMALL}", True),
            Table(
                "by-phase",
                "This school year, by phase",
                "Concerns by group of kinds and by the phase of the child on the day it was logged.",
                True,
                is_two_way=True,
            ),
        ),
    ),
    Section(
        "timeliness",
        "How quickly the school acts",
        "Concerns read and decided in time, and actions done by their day, beside the school's own targets.",
        False,
        (
            Table(
                "in-time",
                "In time",
                "What is not done and has time left is not counted.",
                False,
                (IN_TIME, TARGET),
                is_drawn=True,
            ),
        ),
    ),
    Section(
        "cohorts",
        "Children who may need more",
        "Children in each group on the last day of the term, and how often a child of it was in a concern. A child can "
        "be in more than one group.",
        True,
        (
            Table("children", "Children", f"Children on the list of the school. {_SMALL}", True, is_drawn=True),
            Table(
                "in-concerns",
                "Times in a concern",
                f"A concern about two children counts twice. {_SMALL}",
                True,
                _RATED,
            ),
            Table("in-concerns-year", "Times in a concern, this school year", f"The sum of its terms. {_SMALL}", True),
        ),
    ),
    Section(
        "referrals",
        "Referrals and their outcomes",
        "Referrals made in the term: to which agency, and what came of them.",
        True,
        (
            Table("agencies", "To which agency", f"Referrals by agency. {_SMALL}", True, is_drawn=True),
            Table(
                "outcomes", "What came of them", f"Referrals by outcome, as it is now. {_SMALL}", True, is_drawn=True
            ),
            Table("agencies-year", "To which agency, this school year", f"The sum of its terms. {_SMALL}", True),
            Table("answers", "Answers", _BY_SCHOOL, False),
        ),
    ),
    Section(
        "attendance",
        "Attendance of vulnerable groups",
        "Sessions attended of those possible in the term, as far as registers are held.",
        True,
        (Table("sessions", "Sessions attended", f"In per cent. {_SMALL}", True, is_drawn=True),),
    ),
    Section(
        "training",
        "Training",
        "Staff whose training is in date and who have said that they read the guidance in force.",
        False,
        (Table("staff", "Staff", _BY_SCHOOL, False),),
    ),
    Section(
        "sharing",
        "Sharing and requests",
        "What was shared with others in the term, and requests for records and about data.",
        False,
        (Table("shares", "Shared with others", _BY_SCHOOL, False), Table("requests", "Requests", _BY_SCHOOL, False)),
    ),
    Section(
        "retention",
        "Records kept and destroyed",
        "Records that were reviewed and destroyed in the term when their time was over.",
        False,
        (Table("done", "Done in the term", _BY_SCHOOL, False),),
    ),
    Section(
        "self-check",
        "Self-check",
        "What Harbour finds when it looks at itself.",
        False,
        (Table("checks", "Lines of the self-check", _BY_SCHOOL, False),),
    ),
    Section(
        "actions",
        "Actions of last term",
        "Actions that were to do when the term before ended, and what became of them.",
        False,
        (Table("became", "What became of them", _BY_SCHOOL, False),),
    ),
)
SECTIONS: dict[str, Section] = {one.key: one for one in _ALL}


def table_of(section: str, table: str) -> Table:
    """The table of a section. Raises `KeyError`."""
    return {one.key: one for one in SECTIONS[section].tables}[table]


def of_table(cells: Iterable[BuiltCell], section: str, table: str) -> list[BuiltCell]:
    """The cells of one table, in order."""
    return sorted((one for one in cells if (one.section, one.table) == (section, table)), key=lambda one: one.order)


def grouped(cells: Sequence[BuiltCell]) -> Iterator[tuple[Section, list[tuple[Table, list[BuiltCell]]]]]:
    """The sections in order, each with its tables that have cells."""
    for section in SECTIONS.values():
        found = [(table, of_table(cells, section.key, table.key)) for table in section.tables]
        yield section, [(table, rows) for table, rows in found if rows]


@dataclass(frozen=True)
class Laid:
    """A table as it is drawn: columns in words, rows of cells under them, and which groups are joined in one row.

    `left_out` says, in a sentence, why there is nothing to draw.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[BuiltCell | None, ...]], ...]
    together: tuple[str, ...] = ()
    left_out: str = ""


def laid_out(table: Table, cells: Sequence[BuiltCell]) -> Laid:
    """The cells of one table for a page, a paper or a sheet."""
    if out := next((one for one in cells if one.row == LEFT_OUT), None):
        return Laid((), (), left_out=out.label)
    joined = {one.row for one in cells if one.hidden and one.column == table.main and one.row not in (OTHER, TOTAL)}
    gone = {one.column for one in cells if one.hidden and one.row == TOTAL}
    columns = tuple(dict.fromkeys(one.column for one in cells if one.column not in gone))
    rows: dict[str, dict[str, BuiltCell]] = {}
    for one in cells:
        if one.row not in joined:
            rows.setdefault(one.row, {})[one.column] = one
    drawn = tuple((next(iter(by.values())).label, tuple(by.get(column) for column in columns)) for by in rows.values())
    return Laid(columns, drawn, tuple(one.label for one in cells if one.row in joined))
