"""What does a file of attendance say? A row is a child and a day with two marks. Comments are not taken: Harbour has no
use for remarks on health.
"""

from collections.abc import Mapping, Sequence
from typing import BinaryIO, NamedTuple

from children.importing.problems import FileRefused
from children.importing.reading import Expected, open_sheet, places_of
from children.importing.values import clean

MOST_ROWS = 100_000
MOST_BYTES = 20 * 2**20

# What a column can hold: its label, and what a heading may call it, folded.
FIELDS: Mapping[str, tuple[str, frozenset[str]]] = {
    "upn": ("UPN", frozenset({"upn", "unique pupil number"})),
    "on": ("Date", frozenset({"date", "day", "attendance date", "mark date"})),
    "am": ("AM", frozenset({"am", "am mark", "morning", "morning mark"})),
    "pm": ("PM", frozenset({"pm", "pm mark", "afternoon", "afternoon mark"})),
    "minutes": ("MinutesLate", frozenset({"minuteslate", "minutes late", "mins late", "late minutes"})),
}
REQUIRED = ("upn", "on", "am", "pm")
EXAMPLE = (
    [label for label, _ in FIELDS.values()],
    [
        ["Z999999920999", "2026-09-02", "/", "\\", ""],
        ["Z999999920999", "2026-09-03", "L", "\\", "15"],
        ["Z999999920999", "2026-09-04", "I", "I", ""],
    ],
)


class Line(NamedTuple):
    """One row of the file, as it stands there. `number` counts as a spreadsheet does."""

    number: int
    upn: str
    on: str
    am: str
    pm: str
    minutes: str = ""


ATTENDANCE = Expected(
    what="the attendance",
    less="Bring in one term at a time.",
    formats="CSV",
    known=lambda cells: len(places_of(cells, FIELDS)),
    sure=lambda cells: set(REQUIRED) <= set(places_of(cells, FIELDS)),
    # The headings are a row too.
    max_rows=MOST_ROWS + 1,
    max_cell=5_000,
)


def read_attendance(stream: BinaryIO) -> list[Line]:
    """The rows of the file. Raises `FileRefused` where it is no file of attendance."""
    sheet = open_sheet(stream, ATTENDANCE)
    places = places_of(sheet.headings, FIELDS)
    if lacking := [FIELDS[field][0] for field in REQUIRED if field not in places]:
        raise FileRefused(
            f"This file has no column called {' and none called '.join(lacking)}. Name the columns as the example does."
        )
    rows = [Line(record.number, **_cells(record.cells, places)) for record in sheet.records]
    if not rows:
        raise FileRefused("This file has headings and nobody below them.")
    return rows


def _cells(cells: Sequence[str], places: Mapping[str, int]) -> dict[str, str]:
    return {field: clean(cells[place]) if place < len(cells) else "" for field, place in places.items()}
