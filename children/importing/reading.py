"""What are the headings and records of this file? Bytes in; headings and records out, one at a time. `Expected` says
what it should be.

Refuses what is too large, too wide, empty, a workbook or not text, in a sentence that says what to do instead.
"""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from children.names import fold

from .formats import columns_of, guess, recognise
from .problems import FileRefused
from .values import clean

MAX_BYTES = 50 * 1024 * 1024
MAX_COLUMNS = 200
MAX_ROWS = 200_000
MAX_CELL = 5_000
# Reports often carry a title or two above their headings.
_LOOK_FOR_HEADINGS = 10
_CHUNK = 1024 * 1024
# An address has fewer.
_LINES = 20
_JSON = re.compile(rb'\s*(\{\s*["}]|\[\s*[\[{"\]])')
_DELIMITERS = ",;\t|"
# Of the module that reads CSV: far above what a cell may have, so that one too long is told from a missing quotation
# mark, and far below a whole file in memory.
_MOST_READ = 2_000_000
csv.field_size_limit(_MOST_READ)
CSV_HINT = "In your spreadsheet choose “Save as” and “CSV UTF-8”, then upload that file."


@dataclass(frozen=True, slots=True)
class Expected:
    """What a file should be. `what` it is called and how to have `less` of it are for the sentences of a refusal.

    `known` is how many of some cells are headings that Harbour knows, `sure` whether they are those of a known product.
    """

    what: str
    less: str
    formats: str
    known: Callable[[Sequence[str]], int]
    sure: Callable[[Sequence[str]], bool]
    max_rows: int
    max_cell: int


def _known(cells: Sequence[str]) -> int:
    headings = [clean(cell) for cell in cells[:MAX_COLUMNS]]
    product = recognise(headings)
    return len(columns_of(product, headings) if product else guess(headings))


CHILDREN = Expected(
    what="the list of children",
    less="Export the children of one school only.",
    formats="CSV or CTF",
    known=_known,
    sure=lambda cells: recognise(cells) is not None,
    max_rows=MAX_ROWS,
    max_cell=MAX_CELL,
)


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a CSV file. `number` counts as a spreadsheet does: the first record of the file is row 1."""

    number: int
    cells: Sequence[str]


@dataclass(slots=True)
class Sheet:
    """A CSV file once its headings are known; `records` reads on from there."""

    headings: list[str]
    records: Iterator[Record]
    encoding: str


def is_xml(stream: BinaryIO) -> bool:
    """Whether the file is XML, judged by its first character. Leaves the stream at its start."""
    start = stream.read(64)
    stream.seek(0)
    return start.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<") or start.startswith(
        (b"\xff\xfe<\x00", b"\xfe\xff\x00<")
    )


def open_sheet(stream: BinaryIO, expected: Expected = CHILDREN) -> Sheet:
    """The headings and records of a CSV file in UTF-8, UTF-16 or cp1252, whatever its delimiter. `stream` must seek.

    Raises `FileRefused`; so does reading `records`, for what shows only later.
    """
    encoding = _encoding(stream, expected)
    text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")
    return headed(_records(text, _delimiter(text, expected), expected), expected, encoding=encoding)


def places_of(headings: Sequence[str], fields: Mapping[str, tuple[str, frozenset[str]]]) -> dict[str, int]:
    """Which column holds which of these fields: {field: place}, by what a heading may call each (folded). The first of
    two wins.
    """
    found: dict[str, int] = {}
    for place, heading in enumerate(headings[:MAX_COLUMNS]):
        plain = fold(clean(heading))
        for field, (_, called) in fields.items():
            if plain in called:
                found.setdefault(field, place)
    return found


def headed(records: Iterator[Record], expected: Expected, *, encoding: str = "") -> Sheet:
    """The same records, once it is found which of the first holds the headings.

    Raises `FileRefused` where none does.
    """
    above: list[Record] = []
    for record in records:
        above.append(record)
        if expected.sure(record.cells):
            return Sheet(_headings(record), records, encoding)
        if len(above) == _LOOK_FOR_HEADINGS:
            break
    several = [record for record in above if len([cell for cell in record.cells if cell]) > 1]
    if not several:
        raise FileRefused(f"This file has no headings and rows. Export {expected.what} again, with its headings.")
    # The first of those in which most is known: where nothing is, the first.
    chosen = max(several, key=lambda record: expected.known(record.cells))
    rest = [record for record in above if record.number > chosen.number]
    return Sheet(_headings(chosen), _chain(rest, records), encoding)


def _chain(first: Sequence[Record], then: Iterator[Record]) -> Iterator[Record]:
    yield from first
    yield from then


def _encoding(stream: BinaryIO, expected: Expected) -> str:
    """The encoding of the whole file, read once from end to end: a stray byte near the end still makes it cp1252."""
    start = stream.read(64)
    stream.seek(0)
    if not start:
        raise FileRefused(f"This file is empty. Export {expected.what} again and look at it before you upload it.")
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise FileRefused(f"This is a workbook, not a CSV file. {CSV_HINT}")
    if _JSON.match(start.removeprefix(codecs.BOM_UTF8)):
        raise FileRefused(
            f"This is no {expected.formats.replace(' or ', ' and no ')} file; it looks like JSON, which "
            "programs exchange. "
            f"Export {expected.what} from your system as {expected.formats}."
        )
    if start.startswith(b"%PDF"):
        raise FileRefused(f"This is a PDF. Export {expected.what} from your system as {expected.formats}.")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    encoding, seen = "utf-8-sig", 0
    while chunk := stream.read(_CHUNK):
        seen += len(chunk)
        if seen > MAX_BYTES:
            raise FileRefused(f"This file is larger than {MAX_BYTES // 1024**2} MB. {expected.less}")
        if b"\x00" in chunk:
            raise FileRefused(f"This file is not text. {CSV_HINT}")
        if encoding == "utf-8-sig":
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                encoding = "cp1252"
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        encoding = "cp1252"
    stream.seek(0)
    return encoding


def _delimiter(text: io.TextIOWrapper, expected: Expected) -> str:
    """The one of comma, semicolon, tab and bar under which the first lines have known headings and rows of one width.

    How often it stands there decides only where that says nothing: an address has more commas than a row has
    semicolons.
    """
    start = text.read(64 * 1024)
    text.seek(0)
    return max(_DELIMITERS, key=lambda delimiter: _fits(start, delimiter, expected))


def _fits(start: str, delimiter: str, expected: Expected) -> tuple[int, int, int]:
    lines: list[list[str]] = []
    reader = csv.reader(io.StringIO(start, newline=""), delimiter=delimiter, strict=True)
    # A quotation mark that only another delimiter explains, or the end of what was read.
    with suppress(csv.Error):
        lines.extend(islice((cells for cells in reader if any(cells)), 2 * _LOOK_FOR_HEADINGS))
    widths = [len(cells) for cells in lines if len(cells) > 1]
    return max(map(expected.known, lines), default=0), max(map(widths.count, widths), default=0), start.count(delimiter)


def _records(text: io.TextIOWrapper, delimiter: str, expected: Expected) -> Iterator[Record]:
    """The records, without those that are empty. Cells are as the file has them."""
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            if len(cells) > MAX_COLUMNS and any(cells[MAX_COLUMNS:]):
                raise FileRefused(
                    f"Row {number} has {len(cells):,} columns; {expected.what} has at most {MAX_COLUMNS}. "
                    "Export fewer columns."
                )
            if number > expected.max_rows:
                raise FileRefused(f"This file has more than {expected.max_rows:,} rows. {expected.less}")
            if long := next((n for n, cell in enumerate(cells, 1) if len(cell) > expected.max_cell), 0):
                raise too_long(number, long, cells[long - 1], expected)
            if any(cell.strip() for cell in cells):
                yield Record(number, cells)
    except csv.Error as error:
        if "field limit" in str(error):
            raise FileRefused(
                f"Row {number + 1} has a cell of more than {_MOST_READ:,} characters. Shorten it; or, where it holds "
                "the rows after it, a quotation mark is missing near there."
            ) from None
        raise FileRefused(
            f"Row {number + 1} cannot be read: a quotation mark is opened and not closed, or stands in the "
            "middle of a cell. Mend that row, or export again."
        ) from None


def too_long(row: int, column: int, cell: str, expected: Expected) -> FileRefused:
    """What is wrong with a cell that has more characters than any may have."""
    says = (
        f"Row {row}, column {column} has {len(cell):,} characters in one cell; {expected.what} has at most "
        f"{expected.max_cell:,}. "
    )
    if cell.count("\n") > _LINES:
        return FileRefused(f"{says}It holds the rows after it, too: a quotation mark is missing near there.")
    return FileRefused(f"{says}Shorten it, and bring in the file again.")


def _headings(record: Record) -> list[str]:
    """The headings, each once: the second "Name" is "Name (2)", so that each column can be told apart."""
    headings = [clean(cell) for cell in record.cells]
    while headings and not headings[-1]:
        headings.pop()
    seen: Counter[str] = Counter()
    for n, heading in enumerate(headings):
        seen[fold(heading)] += 1
        if heading and (before := seen[fold(heading)]) > 1:
            headings[n] = f"{heading} ({before})"
    return headings
