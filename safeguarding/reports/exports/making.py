"""What are the bytes of a file that is taken out? A table read through the gate, as CSV or as a workbook.

The workbook says on a last sheet of which school, time and moment it is, and what is counted; a CSV has the table
alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.db import models
from django.db.models import QuerySet

from safeguarding.accounts.models import School
from safeguarding.dates import as_day
from safeguarding.exceptions import BadInput
from safeguarding.reports.figures.values import Viewer
from safeguarding.spreadsheet import Sheet, as_csv, as_xlsx

from .tables import FigureTable, Line, Listing, ListTable, Made, Table, Wanted

# A list of more rows is made by the worker: who asks is known until a page is answered, and no row can follow it.
MOST_AT_ONCE = 5_000
ONE_SHEET = "A CSV file has one table. Choose a workbook for all figures, or one table of them."


class Format(models.TextChoices):
    """What a table is taken out as."""

    XLSX = "xlsx", "Workbook (XLSX), for Excel or LibreOffice"
    CSV = "csv", "CSV, for other programs"


CONTENT_TYPES = {
    Format.XLSX.value: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV.value: "text/csv; charset=utf-8",
}


def file_name(table: str, format_: str, at: datetime) -> str:
    """actions-2026-11-24.xlsx, by the code of its table: names nobody."""
    return f"{table}-{as_day(at):%Y-%m-%d}.{format_}"


def number_of_rows(table: ListTable, wanted: Wanted) -> int:
    """How many rows the list has. Raises `NoSuchCell`."""
    return table.rows(wanted).count()


def of_figures(table: FigureTable, wanted: Wanted, format_: str) -> tuple[bytes, int]:
    """The file of a figure's table, and how many rows it has. Raises `BadInput` for several tables as one CSV."""
    made = table.make(wanted.viewer)
    return _written(made, about(table, wanted), format_), sum(len(one.rows) for one in made)


def of_list(table: ListTable, wanted: Wanted, format_: str) -> tuple[bytes, int]:
    """The file of a list of up to `MOST_AT_ONCE` rows, and how many it has. Raises `NoSuchCell`."""
    listing = table.listing(wanted)
    rows = ordered(table, wanted, listing)[:MOST_AT_ONCE]
    lines = list(listing.lines(wanted, list(rows)))
    return written(table, wanted, cells(lines), format_, about(table, wanted)), len(lines)


def ordered(table: ListTable, wanted: Wanted, listing: Listing) -> QuerySet[models.Model]:
    """The rows of a list with what their lines need, the newest first."""
    found = listing.prepared(table.rows(wanted))
    return found.order_by(f"-{listing.moment}", "-pk")


def cells(lines: Iterable[Line]) -> Iterator[tuple[object, ...]]:
    """Lines as they stand in the file."""
    return ((*line.cells, *line.words) for line in lines)


def written(
    table: ListTable,
    wanted: Wanted,
    rows: Iterable[Sequence[object]],
    format_: str,
    said: Sequence[tuple[str, object]],
) -> bytes:
    """The file of these rows of a list, which are read one after the other; with what it says `about` itself."""
    headings = table.listing(wanted).all_headings(wanted)
    if format_ == Format.CSV:
        return as_csv(headings, rows)
    return as_xlsx([Sheet(table.title, headings, rows), _about_sheet(said)])


def _written(made: Sequence[Made], said: Sequence[tuple[str, object]], format_: str) -> bytes:
    if format_ != Format.CSV:
        return as_xlsx([*(Sheet(one.title, one.headings, one.rows) for one in made), _about_sheet(said)])
    if len(made) > 1:
        raise BadInput(ONE_SHEET)
    return as_csv(made[0].headings, made[0].rows)


def about(table: Table, wanted: Wanted) -> list[tuple[str, object]]:
    """Of which school, time and moment a table is, and what is counted in it."""
    viewer = wanted.viewer
    title = table.title if isinstance(table, FigureTable) else table.title_of(wanted)
    counts = table.counts(wanted) if isinstance(table, ListTable) and table.counts else table.says
    return [
        ("Table", title),
        ("What is in it", counts),
        ("School", School.objects.values_list("name", flat=True).get(pk=viewer.school_id)),
        ("Time", f"{viewer.period.title}, {viewer.period.days}"),
        ("Narrowed", _narrowed(viewer)),
        ("As at", viewer.at),
        ("Made of", "What the person who took it out may read"),
    ]


def _narrowed(viewer: Viewer) -> str:
    return "To a year group, a category or a level" if viewer.is_narrowed else "No"


def _about_sheet(said: Sequence[tuple[str, object]]) -> Sheet:
    return Sheet("About this table", ("What", "Said"), said)
