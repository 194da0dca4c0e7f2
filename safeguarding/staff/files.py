"""What does a list of staff as CSV say? Its headings are taken as people write them; nothing of the file is kept."""

from collections.abc import Mapping
from typing import BinaryIO

from children.importing.problems import FileRefused
from children.importing.reading import Expected, open_sheet, places_of
from children.importing.values import clean

MOST_BYTES = 2**20
MOST_ROWS = 500

# What a column can hold: its label, and what a heading may call it, folded.
FIELDS: Mapping[str, tuple[str, frozenset[str]]] = {
    "first_name": (
        "First name",
        frozenset({"first name", "forename", "given name", "legal forename", "preferred forename"}),
    ),
    "last_name": (
        "Last name",
        frozenset({"last name", "surname", "family name", "legal surname", "preferred surname"}),
    ),
    "role": ("Role", frozenset({"role", "role in harbour", "job", "job title", "post"})),
    "classes": ("Class", frozenset({"class", "classes", "form", "reg", "registration group", "tutor group"})),
    "email": ("E-mail address", frozenset({"e mail address", "e mail", "email", "email address", "work email"})),
    "extension": ("Extension", frozenset({"extension", "telephone extension", "ext", "phone extension"})),
    "username": ("User name", frozenset({"user name", "username", "login", "sign in name"})),
}
REQUIRED = ("first_name", "last_name", "role")
EXAMPLE = (
    [label for label, _ in FIELDS.values()],
    [
        ["Priya", "Raman", "Designated safeguarding lead", "", "p.raman@example.sch.uk", "214", ""],
        ["Jon", "Beckett", "Class teacher", "5B", "", "", ""],
        ["Amy", "Lister", "Teaching assistant", "5B, 6A", "", "", "a.lister"],
    ],
)


STAFF = Expected(
    what="the list of staff",
    less="Bring in fewer people at once.",
    formats="CSV",
    known=lambda cells: len(places_of(cells, FIELDS)),
    sure=lambda cells: set(REQUIRED) <= set(places_of(cells, FIELDS)),
    max_rows=MOST_ROWS,
    max_cell=500,
)


def read_staff(stream: BinaryIO) -> list[dict[str, str]]:
    """The rows of the file, each with its number (as a spreadsheet counts) and the cells of the known columns.

    Raises `FileRefused` where it is no such list.
    """
    sheet = open_sheet(stream, STAFF)
    places = places_of(sheet.headings, FIELDS)
    if lacking := [FIELDS[field][0] for field in REQUIRED if field not in places]:
        raise FileRefused(
            f"This file has no column called {' and none called '.join(lacking)}. Name the columns as the example does."
        )
    rows = [
        {"number": str(record.number)}
        | {field: clean(record.cells[place]) if place < len(record.cells) else "" for field, place in places.items()}
        for record in sheet.records
    ]
    if not rows:
        raise FileRefused("This file has headings and nobody below them.")
    return rows
