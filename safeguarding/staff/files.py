"""What does a list of staff as CSV say? Its headings are taken as people write them; nothing of the file is kept."""

from typing import BinaryIO

from children.importing.people import NAMES, USER_NAME, Fields, expected, read_list

MOST_BYTES = 2**20
MOST_ROWS = 500

FIELDS: Fields = {
    **NAMES,
    "role": ("Role", frozenset({"role", "role in harbour", "job", "job title", "post"})),
    "classes": ("Class", frozenset({"class", "classes", "form", "reg", "registration group", "tutor group"})),
    "email": ("E-mail address", frozenset({"e mail address", "e mail", "email", "email address", "work email"})),
    "extension": ("Extension", frozenset({"extension", "telephone extension", "ext", "phone extension"})),
    **USER_NAME,
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
STAFF = expected("the list of staff", "Bring in fewer people at once.", FIELDS, REQUIRED, most=MOST_ROWS)


def read_staff(stream: BinaryIO) -> list[dict[str, str]]:
    """The rows of the file. Raises `FileRefused` where it is no such list."""
    return read_list(stream, STAFF, FIELDS, REQUIRED, empty="This file has headings and nobody below them.")
