"""How does a table leave Harbour, as CSV or as a workbook? So that no cell is run as a formula by the program that
opens it, no text is lost, and nothing of it is ever written to a disk.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

# What a spreadsheet takes for the start of a formula, full-width forms included, and what it skips before one.
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "＝", "＋", "－", "＠")
_QUOTE = '"'
# At which programs cut a row, or begin another, and what quotes it.
_CUTS = re.compile(r'[",;\t|\r\n]')
# What the names of sheets may not have, and how long they may be.
_NO_NAME = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME = 31
# What XML has no way to say. Control characters it has: they are written as `_x0007_`, which programs read back.
_NO_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
# What `write_string` answers where it cut a text: more than a cell can have.
_CUT = -2
# A part of a long text. In characters; of those outside the basic plane, two count for a cell as one does elsewhere.
_PART, _PART_OF_WIDE = 32_000, 16_000
_LONG = "Long texts"
_FIRST_DATE = date(1900, 3, 1)
# More digits than that a program rounds.
_EXACT = 10**15
_ROWS_HERE = "<sheetData/>"


@dataclass(frozen=True)
class Sheet:
    """A table of a workbook. The title is made fit for a tab; a cell is a text, a number, a day, a moment, yes or no,
    or nothing.
    """

    title: str
    headings: Sequence[str]
    rows: Iterable[Sequence[object]]


def safe_cell(value: object) -> str:
    """The text of a cell. One that would start a formula gets an apostrophe, which spreadsheets show as text."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_STARTS) else text


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV file that spreadsheets open as UTF-8, every cell safe. Rows are read one after the other."""
    raw = io.BytesIO()
    with io.TextIOWrapper(raw, "utf-8-sig", errors="replace", newline="") as out:
        out.write(_line(headings))
        out.writelines(map(_line, rows))
        out.flush()
        return raw.getvalue()


def _line(cells: Iterable[object]) -> str:
    """A row of a CSV. What some program cuts a row at stands in quotes: else "Flat 2;=1+1" would be two cells."""
    return (
        ",".join(
            f'"{text.replace(_QUOTE, _QUOTE * 2)}"' if _CUTS.search(text) else text for text in map(safe_cell, cells)
        )
        + "\r\n"
    )


def as_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """A workbook with these tables, each on a sheet of its own. Rows are read one after the other, and only their
    squeezed form is held: 60,000 rows of 12 cells take less than 30 MB.

    A text that is longer than a cell may be ends with a sentence that says where all of it stands: on a last sheet, in
    parts. Raises `ValueError` for more rows or columns than a sheet has.
    """
    skeleton = io.BytesIO()
    book = Workbook(skeleton, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    styles = _Styles(book)
    names = _Names()
    long: list[tuple[str, int, str, int, str]] = []
    pages: list[_Page] = []
    for sheet in sheets:
        page = _page(book, names.of(sheet.title))
        pages.append(page)
        _fill(page, sheet, styles, long)
    if long:
        page = _page(book, names.of(_LONG))
        pages.append(page)
        _fill(page, Sheet(_LONG, ("Sheet", "Row", "Column", "Part", "Text"), long), styles, [])
    book.close()
    return _with_rows(skeleton, pages)


# --- a sheet


class _Rows:
    """The rows of a sheet as they will stand in the file, squeezed, in memory."""

    def __init__(self) -> None:
        self._squeeze, self._kept = zlib.compressobj(1), io.BytesIO()

    def write(self, text: str) -> None:
        self._kept.write(self._squeeze.compress(text.encode()))

    def read(self) -> Iterator[bytes]:
        """All of it, in chunks. Nothing is written after it."""
        self._kept.write(self._squeeze.flush())
        self._kept.seek(0)
        swell = zlib.decompressobj()
        while squeezed := self._kept.read(1 << 14):
            yield swell.decompress(squeezed)
        yield swell.flush()


class _Page(Worksheet):
    """A sheet that keeps a row until the next begins (constant memory), and its finished rows in `finished`, where the
    library would write them into a file on the disk.
    """

    finished: _Rows

    def _initialize(self, init_data: Mapping[str, Any]) -> None:
        super()._initialize({**init_data, "constant_memory": False})
        self.constant_memory = True
        self.finished = _Rows()
        self.fh = self.row_data_fh = self.finished

    def _write_optimized_sheet_data(self) -> None:
        """Only where the rows come: `_with_rows` puts them there."""
        self.fh.write(_ROWS_HERE)

    def _xml_rich_inline_string(self, string: str, attributes: Any = ()) -> None:
        """A text that looks like the library's own mark-up is a text."""
        self._xml_inline_string(string, True, attributes)


class _Styles:
    """How headings, days and moments look."""

    def __init__(self, book: Workbook) -> None:
        self.heading: Format = book.add_format({"bold": True, "bottom": 1})
        self.day: Format = book.add_format({"num_format": "d mmm yyyy"})
        self.moment: Format = book.add_format({"num_format": "d mmm yyyy hh:mm"})


class _Names:
    """Names of sheets that programs take: short, without marks, and no two alike."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, title: str) -> str:
        base = _NO_NAME.sub(" ", "".join(filter(str.isprintable, title))).strip(" '")[:_LONGEST_NAME].strip(" '")
        base = base if base and base.lower() != "history" else "Table"
        name, number = base, 1
        while name.lower() in self._taken:
            number += 1
            name = f"{base[: _LONGEST_NAME - 5]} ({number})"
        self._taken.add(name.lower())
        return name


def _page(book: Workbook, name: str) -> _Page:
    page: _Page = book.add_worksheet(name, worksheet_class=_Page)
    page.freeze_panes(1, 0)
    return page


def _fill(page: _Page, sheet: Sheet, styles: _Styles, long: list[tuple[str, int, str, int, str]]) -> None:
    for column, heading in enumerate(sheet.headings):
        page.set_column(column, column, min(max(len(heading) + 2, 14), 60))
        _heed(page.write_string(0, column, _clean(heading)[:_PART_OF_WIDE], styles.heading))
    for row, cells in enumerate(sheet.rows, 1):
        for column, value in enumerate(cells):
            rest = _write(page, row, column, value, styles, len(long) + 2)
            # Rows as a spreadsheet counts them: the first has the headings.
            long += [(page.name, row + 1, sheet.headings[column], n, part) for n, part in enumerate(rest, 1)]


def _write(page: _Page, row: int, column: int, value: object, styles: _Styles, line: int) -> list[str]:
    """Write a cell. Returns the parts of a text that is too long for it, of which it names the `line` where they begin.

    Raises `ValueError` where the sheet has no such cell.
    """
    match value:
        case None | "":
            return []
        case bool():
            _heed(page.write_string(row, column, "Yes" if value else "No"))
        case int() | float() | Decimal() if -_EXACT < value < _EXACT:
            _heed(page.write_number(row, column, float(value)))
        case datetime() if value.date() >= _FIRST_DATE:
            here = timezone.make_naive(value) if timezone.is_aware(value) else value
            _heed(page.write_datetime(row, column, here, styles.moment))
        case date() if not isinstance(value, datetime) and value >= _FIRST_DATE:
            _heed(page.write_datetime(row, column, value, styles.day))
        case _:
            return _write_text(page, row, column, _clean(str(value)), line)
    return []


def _write_text(page: _Page, row: int, column: int, text: str, line: int) -> list[str]:
    said = page.write_string(row, column, text)
    if said != _CUT:
        _heed(said)
        return []
    size = _PART if max(text) <= "\uffff" else _PART_OF_WIDE
    parts = [text[start : start + size] for start in range(0, len(text), size)]
    where = f" … This text is longer than a cell may be. All of it: sheet “{_LONG}”, from row {line}."
    _heed(page.write_string(row, column, parts[0] + where))
    return parts


def _heed(said: int) -> None:
    """Raises `ValueError` for a cell that was not written."""
    if said:
        raise ValueError("A table has more rows or columns than a sheet.")


def _clean(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)


# --- the file


def _with_rows(skeleton: io.BytesIO, pages: Sequence[_Page]) -> bytes:
    """The workbook with the rows of its sheets, which run from their squeezed form into that of the file."""
    whole = io.BytesIO()
    rows = {f"xl/worksheets/sheet{number}.xml": page.finished for number, page in enumerate(pages, 1)}
    with zipfile.ZipFile(skeleton) as given, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as out:
        for entry in given.infolist():
            content = given.read(entry)
            head, here, tail = content.partition(_ROWS_HERE.encode())
            with out.open(entry.filename, "w") as part:
                if entry.filename not in rows or not here:
                    part.write(content)
                    continue
                part.write(head + b"<sheetData>")
                for chunk in rows[entry.filename].read():
                    part.write(chunk)
                part.write(b"</sheetData>" + tail)
    return whole.getvalue()
