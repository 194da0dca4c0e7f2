"""What does a list of training as CSV say? Its headings are taken as people write them; nothing of the file is kept."""

from collections.abc import Mapping
from typing import BinaryIO

from children.importing.problems import FileRefused
from children.importing.reading import Expected, open_sheet, places_of
from children.importing.values import clean

MOST_BYTES = 2**20
MOST_ROWS = 1000

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
    "username": ("User name", frozenset({"user name", "username", "login", "sign in name"})),
    "course": ("Course", frozenset({"course", "training", "course name", "course title", "title", "event"})),
    "done_on": (
        "Day",
        frozenset({"day", "date", "done on", "completed", "date completed", "completion date", "training date"}),
    ),
    "valid_until": (
        "Holds until",
        frozenset({"holds until", "valid until", "valid to", "expires", "expiry", "expiry date", "renewal date"}),
    ),
}
REQUIRED = ("course", "done_on")
EXAMPLE = (
    [label for label, _ in FIELDS.values()],
    [
        ["Priya", "Raman", "", "Training for safeguarding leads and deputies", "14/03/2026", "14/03/2028"],
        ["Jon", "Beckett", "", "Safeguarding update", "01/09/2026", ""],
        ["", "", "a.lister", "Safeguarding update", "01/09/2026", ""],
    ],
)
TRAINING = Expected(
    what="the list of training",
    less="Bring in fewer rows at once.",
    formats="CSV",
    known=lambda cells: len(places_of(cells, FIELDS)),
    sure=lambda cells: set(REQUIRED) <= set(places_of(cells, FIELDS)),
    max_rows=MOST_ROWS,
    max_cell=500,
)


def read_training(stream: BinaryIO) -> list[dict[str, str]]:
    """The rows of the file, each with its number (as a spreadsheet counts) and the cells of the known columns.

    Raises `FileRefused` where it is no such list.
    """
    sheet = open_sheet(stream, TRAINING)
    places = places_of(sheet.headings, FIELDS)
    lacking = [FIELDS[field][0] for field in REQUIRED if field not in places]
    if "username" not in places and not {"first_name", "last_name"} <= set(places):
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
        raise FileRefused("This file has headings and nothing below them.")
    return rows
