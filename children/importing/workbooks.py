"""What are the rows of a workbook (XLSX)? Its first visible sheet, read as hostile: bounded before it is opened, no
DTD, no entities.

Cells come out as a CSV file would have them: a date as 2024-03-12 or 2024-03-12 09:40, a yes as TRUE, a formula as what
it came to when the workbook was saved. Nothing is worked out, no link is followed, no macro is looked at.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse, parse

from safeguarding.uploads.sandbox import UNPACKING, Refused, bounded

from .problems import FileRefused
from .reading import MAX_COLUMNS, Expected, Record, Sheet, headed, too_long

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_RELATION = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)
# Numbers of formats that every workbook has, and that show a date or a time.
_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_NOT_LETTERS_OF_A_DATE = re.compile(r'"[^"]*"|\\.|\[[^\[\]]*+\]|_.|\*.')
# Letters of a format: a spreadsheet takes no longer one.
_LONGEST_FORMAT = 255
_PLACE = re.compile(r"([A-Z]{1,3})(\d+)")
DAMAGED = "This workbook is damaged, or is not one. Open it in your spreadsheet, save it again, and bring in that file."


class _Damaged(Exception):
    """Something that every workbook has is not there, or is no such thing."""


@contextmanager
def _reading() -> Iterator[None]:
    """Around what others wrote, and nothing of ours: whatever a damaged part makes them raise is `_Damaged`."""
    try:
        yield
    except DefusedXmlException:
        raise
    except (*UNPACKING, ParseError, LookupError, ValueError):
        # The last two: a part that is not there, and letters in an encoding that nobody knows.
        raise _Damaged from None


def is_workbook(stream: BinaryIO) -> bool:
    """Whether the file is a workbook of today, judged by its first bytes. Leaves the stream at its start."""
    start = stream.read(4)
    stream.seek(0)
    return start == b"PK\x03\x04"


def open_workbook(stream: BinaryIO, expected: Expected) -> Sheet:
    """The headings and records of the first visible sheet. Raises `FileRefused`; so does reading `records`."""
    return headed(_records(stream, expected), expected)


def _records(stream: BinaryIO, expected: Expected) -> Iterator[Record]:
    try:
        with _reading():
            book = zipfile.ZipFile(stream)
        with book:
            bounded(book)
            strings, dates, first, from_1904 = _strings(book), _date_styles(book), *_first_sheet(book)
            for number, cells in _rows(book, first, strings, dates, from_1904):
                if any(cell.strip() for cell in cells):
                    _check(number, cells, expected)
                    yield Record(number, cells)
    except Refused as refused:
        raise FileRefused(str(refused)) from None
    except DefusedXmlException:
        raise FileRefused(
            "This workbook carries instructions for the program that reads it (a DTD or entities), which "
            "no spreadsheet writes. "
            "Nothing in it was followed. Tell whoever looks after your computers."
        ) from None
    except _Damaged:
        raise FileRefused(DAMAGED) from None


def _check(number: int, cells: list[str], expected: Expected) -> None:
    if number > expected.max_rows:
        raise FileRefused(f"This file has more than {expected.max_rows:,} rows. {expected.less}")
    if long := next((n for n, cell in enumerate(cells, 1) if len(cell) > expected.max_cell), 0):
        raise too_long(number, long, cells[long - 1], expected)


def _named(element: Element, name: str) -> bool:
    return element.tag in (f"{_MAIN}{name}", f"{_STRICT}{name}")


def _each(book: zipfile.ZipFile, part: str, name: str) -> Iterator[Element]:
    """Every element of this name in a part, let go of as soon as it has been read."""
    above: list[Element] = []
    for event, element in _events(book, part):
        if event == "start":
            above.append(element)
            continue
        above.pop()
        if _named(element, name):
            yield element
            element.clear()
            if above:
                above[-1].remove(element)


def _events(book: zipfile.ZipFile, part: str) -> Iterator[tuple[str, Element]]:
    with _reading(), book.open(part) as stream:
        yield from iterparse(stream, events=("start", "end"), forbid_dtd=True)


def _root(book: zipfile.ZipFile, part: str) -> Element:
    with _reading(), book.open(part) as stream:
        root: Element = parse(stream, forbid_dtd=True).getroot()
        return root


def _strings(book: zipfile.ZipFile) -> list[str]:
    """The texts that cells refer to by their number."""
    if "xl/sharedStrings.xml" not in book.namelist():
        return []
    return [_text(element) for element in _each(book, "xl/sharedStrings.xml", "si")]


def _text(element: Element) -> str:
    """The text of a cell with its runs, without how it is to be pronounced."""
    if direct := [child.text or "" for child in element if _named(child, "t")]:
        return "".join(direct)
    return "".join(t.text or "" for run in element if _named(run, "r") for t in run if _named(t, "t"))


def _date_styles(book: zipfile.ZipFile) -> set[int]:
    """Which styles of cells show their number as a date."""
    if "xl/styles.xml" not in book.namelist():
        return set()
    root = _root(book, "xl/styles.xml")
    own = {
        _whole(one.get("numFmtId", "0")): _shows_date(one.get("formatCode", "")[:_LONGEST_FORMAT])
        for one in root.iter()
        if _named(one, "numFmt")
    }
    kinds = next((part for part in root if _named(part, "cellXfs")), None)
    numbers = [_whole(one.get("numFmtId", "0")) for one in kinds] if kinds is not None else []
    return {n for n, number in enumerate(numbers) if number in _DATES or own.get(number)}


def _shows_date(code: str) -> bool:
    letters = _NOT_LETTERS_OF_A_DATE.sub("", code.split(";")[0]).lower()
    return any(letter in letters for letter in "dy") or "h:" in letters or "mmm" in letters


def _first_sheet(book: zipfile.ZipFile) -> tuple[str, bool]:
    """The part with the first sheet that is not hidden, and whether days are counted from 1904."""
    root = _root(book, "xl/workbook.xml")
    from_1904 = any(one.get("date1904") in ("1", "true") for one in root.iter() if _named(one, "workbookPr"))
    sheets = [one for one in root.iter() if _named(one, "sheet") and one.get("state", "visible") == "visible"]
    relation = next((key for one in sheets[:1] for name in _RELATION if (key := one.get(name))), None)
    links = _root(book, "xl/_rels/workbook.xml.rels")
    target = next((one.get("Target", "") for one in links if one.get("Id") == relation), None)
    if relation is None or target is None:
        raise _Damaged
    return posixpath.normpath(posixpath.join("xl", target)).lstrip("/") if target[:1] != "/" else target[1:], from_1904


def _rows(
    book: zipfile.ZipFile, part: str, strings: list[str], dates: set[int], from_1904: bool
) -> Iterator[tuple[int, list[str]]]:
    number = 0
    for row in _each(book, part, "row"):
        number = _whole(row.get("r", str(number + 1)))
        cells: list[str] = []
        for cell in row:
            if not _named(cell, "c"):
                continue
            place = _column(cell.get("r", ""), len(cells))
            if place >= MAX_COLUMNS:
                raise FileRefused(f"Row {number} has more than {MAX_COLUMNS} columns. Export fewer columns.")
            cells += [""] * (place + 1 - len(cells))
            cells[place] = _value(cell, strings, dates, from_1904)
        yield number, cells


def _column(place: str, following: int) -> int:
    """Which column a place such as "AB12" is in, from 0."""
    found = _PLACE.fullmatch(place)
    if found is None:
        return following
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return column - 1


def _value(cell: Element, strings: list[str], dates: set[int], from_1904: bool) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return "".join(_text(one) for one in cell if _named(one, "is"))
    value = next((one.text or "" for one in cell if _named(one, "v")), "")
    if kind == "s":
        return _string(strings, value) if value else ""
    if kind == "b":
        return "TRUE" if value == "1" else "FALSE"
    if kind == "n" and value:
        return _moment(value, from_1904) if _whole(cell.get("s", "0")) in dates else _plain(value)
    return value


def _string(strings: list[str], place: str) -> str:
    if (number := _whole(place)) >= len(strings):
        raise _Damaged
    return strings[number]


def _whole(text: str) -> int:
    """A number by which a workbook counts its own rows, texts and styles."""
    if not text.isdecimal() or len(text) > 9:
        raise _Damaged
    return int(text)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise _Damaged from None


def _plain(number: str) -> str:
    """A number as it is typed: 412, not 412.0; what has more figures than that stays as it is."""
    as_number = _number(number)
    return str(int(as_number)) if as_number.is_integer() and abs(as_number) < 1e15 else number


def _moment(number: str, from_1904: bool) -> str:
    """What a spreadsheet counts in days, as a date; with its time where it has one; as a time alone before the first
    day.

    What is no date, though the cell would show one, stays a number: its row says so, and the others are read.
    """
    days = _number(number)
    if not days >= 0:
        return _plain(number)
    at = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)
    try:
        at += timedelta(seconds=round(days * 86_400))
    except OverflowError:
        return _plain(number)
    if days < 1:
        return f"{at:%H:%M}"
    return f"{at:%Y-%m-%d}" if (at.hour, at.minute, at.second) == (0, 0, 0) else f"{at:%Y-%m-%d %H:%M}"
