"""Which PDFs are in a ZIP, and whom does each say it is about? By a UPN in its name or folder, or by an index.csv.

The ZIP is bounded before anything in it is unpacked: how many files, how large together, each against its packed size,
names that lead out, links, passwords. What is unpacked is one file at a time, in memory.
"""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO

from children import upn as numbers
from children.importing.problems import FileRefused
from children.importing.reading import Expected, open_sheet
from children.names import fold
from safeguarding.uploads.kinds import LONGEST_NAME, MOST_BYTES
from safeguarding.uploads.sandbox import UNPACKING, Refused, bounded

from .columns import FIELDS, MORE, guess
from .said import Reader, Said

INDEX = "index.csv"
# How much is read of an index.
MOST_INDEX = 5 * 2**20
_UPN = re.compile(r"(?<![A-Z0-9])[A-Z]\d{11}[A-Z0-9](?![A-Z0-9])")
# What computers put into a ZIP by themselves.
_NOT_MEANT = re.compile(r"(^|/)(__MACOSX/|\._|\.DS_Store$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
_OF_FILE = frozenset({"file", "filename", "file name", "file_name", "document", "path"})
_AGAIN = "Make the ZIP again, and bring in that."


class Damaged(Exception):
    """A file of a ZIP that cannot be unpacked."""


@dataclass(slots=True)
class Meant:
    """A file of a ZIP: where it lies, what it is called, whose UPNs its name and folder hold, and its row of the
    index.
    """

    path: str
    name: str
    upns: frozenset[str] = frozenset()
    said: Said | None = None
    problem: str = ""


@dataclass(slots=True)
class Pack:
    """An opened ZIP. `files` are those that are meant to be taken, in their order."""

    found: zipfile.ZipFile
    files: list[Meant] = field(default_factory=list)

    def content(self, meant: Meant) -> bytes:
        """A file unpacked. Raises `Damaged` where it does not come out as it went in."""
        try:
            with self.found.open(meant.path) as packed:
                return packed.read(MOST_BYTES + 1)
        except UNPACKING:
            raise Damaged from None


def open_pack(stream: BinaryIO, *, today: date) -> Pack:
    """The files of a ZIP, each with what it says about whom.

    Raises `FileRefused` for one that is no ZIP, or too much.
    """
    try:
        found = zipfile.ZipFile(stream)
        bounded(found)
    except Refused as refused:
        raise FileRefused(f"The ZIP is not taken. {refused} {_AGAIN}") from None
    except UNPACKING:
        raise FileRefused(f"This is no ZIP, or it is damaged. {_AGAIN}") from None
    paths = [one.filename for one in found.infolist() if not one.is_dir() and not _NOT_MEANT.search(one.filename)]
    indexes = [path for path in paths if _last(path).casefold() == INDEX]
    if len(indexes) > 1:
        raise FileRefused(f"There is more than one {INDEX} in the ZIP. Keep one, beside the folders. {_AGAIN}")
    listed = _index(found, indexes[0], today) if indexes else {}
    files = [path for path in paths if path not in indexes]
    often = Counter(_key(_last(path)) for path in files)
    beside = indexes[0][: -len(INDEX)] if indexes else ""
    pack = Pack(found, [_meant(path, beside, listed, often) for path in files])
    if not pack.files and not listed:
        raise FileRefused(f"There are no files in this ZIP. {_AGAIN}")
    there = {_key(name) for meant in pack.files for name in (meant.path.removeprefix(beside), meant.name)}
    pack.files += [
        Meant("", _last(said.facts["file"]), said=said, problem="missing")
        for key, rows in listed.items()
        for said in rows[:1]
        if key not in there
    ]
    return pack


def _meant(path: str, beside: str, listed: Mapping[str, list[Said]], often: Mapping[str, int]) -> Meant:
    """A file by its place beside the index; by its name alone only where no other file of the ZIP has that name."""
    meant = Meant(path, _last(path)[-LONGEST_NAME:], frozenset(_UPN.findall(path.upper())))
    by_name = listed.get(_key(_last(path)), [])
    rows = listed.get(_key(path.removeprefix(beside)), []) or by_name
    meant.said = rows[0] if rows else None
    if meant.name.casefold().endswith(".zip"):
        meant.problem = "is_zip"
    elif not meant.name.casefold().endswith(".pdf"):
        meant.problem = "not_pdf"
    elif len(rows) > 1:
        meant.problem = "index_twice"
    elif rows and rows is by_name and often[_key(_last(path))] > 1:
        meant.problem = "index_many"
    elif meant.said is not None:
        meant.problem = "index" if meant.said.problem else ""
    elif len(meant.upns) > 1:
        meant.problem = "several_upns"
    elif not meant.upns:
        meant.problem = "no_upn"
    elif not all(map(numbers.is_valid, meant.upns)):
        meant.problem = "bad_upn"
    return meant


def _known(cells: Sequence[str]) -> int:
    return sum(meaning != MORE for meaning in guess(cells).values())


def _is_index(cells: Sequence[str]) -> bool:
    return any(fold(cell) in _OF_FILE for cell in cells)


_EXPECTED = Expected(
    what=f"the {INDEX}",
    less="Bring in fewer files at once.",
    formats="CSV",
    known=_known,
    sure=_is_index,
    max_rows=10_000,
    max_cell=1000,
)


def _index(found: zipfile.ZipFile, path: str, today: date) -> dict[str, list[Said]]:
    """The rows of the index by the file that they name."""
    try:
        with found.open(path) as packed:
            content = packed.read(MOST_INDEX + 1)
    except UNPACKING:
        raise FileRefused(f"The {INDEX} in the ZIP is damaged. {_AGAIN}") from None
    if len(content) > MOST_INDEX:
        raise FileRefused(f"The {INDEX} in the ZIP is larger than {MOST_INDEX // 2**20} MB. {_AGAIN}")
    try:
        sheet = open_sheet(io.BytesIO(content), _EXPECTED)
        headings = sheet.headings
        of_file = next((n for n, heading in enumerate(headings) if _is_index([heading])), None)
        if of_file is None:
            raise FileRefused("None of its headings is “File”.")
        columns = {
            heading: meaning
            for heading, meaning in guess(headings).items()
            if meaning in FIELDS and meaning in ("upn", "name", "forename", "surname", "born")
        }
        reader = Reader(headings, columns, month_first=False, today=today, may_be_short=True)
        listed: dict[str, list[Said]] = {}
        for record in sheet.records:
            said = reader.read_one(record)
            # It says whose a file is, and no more.
            said.problem = "" if said.problem == "no_words" else said.problem
            said.facts["file"] = record.cells[of_file].strip() if of_file < len(record.cells) else ""
            listed.setdefault(_key(said.facts["file"]), []).append(said)
    except FileRefused as refused:
        raise FileRefused(f"The {INDEX} in the ZIP cannot be read. {refused.sentence}") from None
    listed.pop("", None)
    return listed


def _last(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2]


def _key(path: str) -> str:
    """A path as an index may write it: with either slash, in capitals or not."""
    return path.replace("\\", "/").strip("/ ").casefold()
