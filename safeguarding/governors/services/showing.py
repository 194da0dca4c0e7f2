"""How does a report stand on a page, on paper and in a workbook? The same sections of the same cells."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from safeguarding import charts
from safeguarding.dates import full_moment
from safeguarding.governors import cells
from safeguarding.governors.models import GovernorReport, ReportBuild, ReportCell, ReportComment, ReportSetting
from safeguarding.spreadsheet import Sheet, as_xlsx

from .counting import as_built


@dataclass(frozen=True)
class ShownTable:
    """A table: headings beside the first column, and lines of a label with what stands beside it, each under its
    heading. `together` are the groups that stand in one line; `says` stands where the table is left out. `bars` are
    the widths of a bar for each line, empty for one that has none; there are none where nothing is drawn.
    """

    key: str
    title: str
    counts: str
    headings: tuple[str, ...]
    lines: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    together: tuple[str, ...] = ()
    says: str = ""
    is_in_part: bool = False
    bars: tuple[str, ...] = ()

    @property
    def with_bars(self) -> Iterator[tuple[str, tuple[tuple[str, str], ...], str]]:
        """Its lines, each with the width of its bar."""
        bars = self.bars or ("",) * len(self.lines)
        for (label, texts), bar in zip(self.lines, bars, strict=True):
            yield label, texts, bar


@dataclass(frozen=True)
class ShownSection:
    """A section with its tables, and what the school says of it."""

    key: str
    title: str
    counts: str
    of_children: bool
    tables: tuple[ShownTable, ...]
    comment: str


def shown_of(
    rows: Iterable[ReportCell], comments: Mapping[str, ReportComment], *, in_part: bool = False
) -> list[ShownSection]:
    """The sections in order. `in_part`: its reader sees totals of tables about children, and not their break-downs."""
    of: dict[tuple[str, str], list[ReportCell]] = {}
    for row in sorted(rows, key=lambda one: one.order):
        of.setdefault((row.section, row.table), []).append(row)
    found = []
    for section in cells.SECTIONS.values():
        tables = [
            _table(table, of.get((section.key, table.key), []), in_part=in_part and table.hides)
            for table in section.tables
            if (section.key, table.key) in of
        ]
        said = comments[section.key].words if section.key in comments else ""
        if tables or said:
            found.append(
                ShownSection(section.key, section.title, section.counts, section.of_children, tuple(tables), said)
            )
    return found


def _table(table: cells.Table, rows: Sequence[ReportCell], *, in_part: bool) -> ShownTable:
    laid = cells.laid_out(table, [as_built(one) for one in rows])
    headings = tuple(one or "Number" for one in laid.columns)
    lines = tuple(
        (label, tuple((head, one.shown if one else "") for head, one in zip(headings, row, strict=True)))
        for label, row in laid.rows
    )
    return ShownTable(
        table.key,
        table.title,
        table.counts,
        headings,
        lines,
        laid.together,
        laid.left_out,
        is_in_part=in_part,
        bars=_bars([row[0] for _, row in laid.rows]) if table.is_drawn and not in_part else (),
    )


def _bars(cells_of_rows: Sequence[cells.BuiltCell | None]) -> tuple[str, ...]:
    """How wide the bar of each row is: a share of its whole, a number of the largest. None of the row of all."""
    drawn = [one if one and one.row != cells.TOTAL and one.value is not None else None for one in cells_of_rows]
    if not any(drawn):
        return ()
    if any(one and (one.of is not None or one.unit == cells.ATTENDED) for one in drawn):
        return tuple(f"{_percent(one):.1f}%" if one else "" for one in drawn)
    widths = charts.widths([one.value or 0 if one else 0 for one in drawn])
    return tuple(width if one else "" for one, width in zip(drawn, widths, strict=True))


def _percent(cell: cells.BuiltCell) -> float:
    if cell.unit == cells.ATTENDED:
        return (cell.value or 0) / 10
    return (cell.value or 0) * 100 / cell.of if cell.of else 0


def told(build: ReportBuild) -> list[tuple[str, str]]:
    """By what its numbers were counted: label and text."""
    zero = str(ReportSetting.Zero(build.zero).label).lower()
    return [
        ("Counted", full_moment(build.as_at) if build.as_at else ""),
        ("Smallest number shown", str(build.threshold)),
        ("A group in which there is nobody", zero),
    ]


def as_workbook(report: GovernorReport, build: ReportBuild, sections: Sequence[ShownSection]) -> bytes:
    """The report as XLSX: what it is, its numbers, and its comments."""
    about = [("Report", report.name), ("Term", report.days), ("State", report.get_status_display()), *told(build)]
    numbers = [
        (section.title, table.title, label, heading, text)
        for section in sections
        for table in section.tables
        for label, texts in table.lines or ((table.says, (("", ""),)),)
        for heading, text in texts
    ]
    comments = [(section.title, section.comment) for section in sections if section.comment]
    return as_xlsx(
        [
            Sheet("About", ("What", "Said"), about),
            Sheet("Numbers", ("Section", "Table", "Line", "Column", "Number"), numbers),
            Sheet("Comments", ("Section", "Comment"), comments),
        ]
    )
