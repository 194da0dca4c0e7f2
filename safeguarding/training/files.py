"""What does a list of training as CSV say? Its headings are taken as people write them; nothing of the file is kept."""

from typing import BinaryIO

from children.importing.people import NAMES, USER_NAME, Fields, expected, read_list

MOST_BYTES = 2**20
MOST_ROWS = 1000

FIELDS: Fields = {
    **NAMES,
    **USER_NAME,
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
TRAINING = expected("the list of training", "Bring in fewer rows at once.", FIELDS, REQUIRED, most=MOST_ROWS)


def read_training(stream: BinaryIO) -> list[dict[str, str]]:
    """The rows of the file. Raises `FileRefused` where it is no such list."""
    empty = "This file has headings and nothing below them."
    return read_list(stream, TRAINING, FIELDS, REQUIRED, named=True, empty=empty)
