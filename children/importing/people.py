"""How is a list about people read from a CSV, and read back from the page that shows its rows first?

Lists of staff and of training are such: headings as people write them, and nothing kept of the file.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, BinaryIO

from .problems import FileRefused
from .reading import Expected, open_sheet, places_of
from .values import clean

# What a column can hold: its label, and what a heading may call it, folded.
Fields = Mapping[str, tuple[str, frozenset[str]]]
NAMES: Fields = {
    "first_name": (
        "First name",
        frozenset({"first name", "forename", "given name", "legal forename", "preferred forename"}),
    ),
    "last_name": (
        "Last name",
        frozenset({"last name", "surname", "family name", "legal surname", "preferred surname"}),
    ),
}
USER_NAME: Fields = {"username": ("User name", frozenset({"user name", "username", "login", "sign in name"}))}
# Where a row stands in its file; empty of a person by hand.
_NUMBER = re.compile(r"[0-9]{0,7}")


def expected(what: str, less: str, fields: Fields, required: Collection[str], *, most: int) -> Expected:
    """What a CSV with these columns looks like, of `most` rows."""
    return Expected(
        what=what,
        less=less,
        formats="CSV",
        known=lambda cells: len(places_of(cells, fields)),
        sure=lambda cells: set(required) <= set(places_of(cells, fields)),
        max_rows=most,
        max_cell=500,
    )


def read_list(
    stream: BinaryIO, like: Expected, fields: Fields, required: Sequence[str], *, named: bool = False, empty: str
) -> list[dict[str, str]]:
    """The rows of the file, each with its number (as a spreadsheet counts) and the cells of the known columns.

    `named`: there must be columns that say who it is, a user name or both names. `empty` is the sentence where no row
    stands below the headings. Raises `FileRefused` where it is no such list.
    """
    sheet = open_sheet(stream, like)
    places = places_of(sheet.headings, fields)
    lacking = [fields[field][0] for field in required if field not in places]
    if named and not (USER_NAME.keys() <= places.keys() or NAMES.keys() <= places.keys()):
        lacking.append("First name and Last name, or User name")
    if lacking:
        raise FileRefused(
            f"This file has no column called {' and none called '.join(lacking)}. Name the columns as the example does."
        )
    rows = [
        {"number": str(one.number)}
        | {field: clean(one.cells[place]) if place < len(one.cells) else "" for field, place in places.items()}
        for one in sheet.records
    ]
    if not rows:
        raise FileRefused(empty)
    return rows


def rows_back(text: str, fields: Fields, *, most: int) -> list[dict[str, str]]:
    """The rows as they were read, from what the page sent back. Raises `FileRefused` where they are not whole."""
    try:
        found: Any = json.loads(text)
        rows = [{name: clean(str(one.get(name, ""))) for name in ("number", *fields)} for one in found]
    except (ValueError, AttributeError, TypeError, RecursionError):
        rows = []
    if not 0 < len(rows) <= most or not all(_NUMBER.fullmatch(one["number"]) for one in rows):
        raise FileRefused("The list did not arrive whole. Begin with the file once more.")
    return rows
