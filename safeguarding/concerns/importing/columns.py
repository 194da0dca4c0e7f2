"""What can a column of an earlier system's export mean, and which headings probably mean it?

No product is known by its headings: whoever brings in a file says once what its columns are, and that is remembered by
the school and the headings. What Harbour has no place of its own for is kept under its own heading (`MORE`), so that
nothing of a record is lost by accident.
"""

from collections.abc import Mapping, Sequence
from itertools import islice

from children.importing.formats import Field, digest
from children.importing.reading import MAX_COLUMNS, Expected
from children.importing.values import clean
from children.names import fold

MORE, LEFT_OUT = "more", ""
MAX_ROWS = 50_000
MAX_CELL = 100_000

FIELDS: dict[str, Field] = {
    "reference": Field(
        "Number of the incident",
        hints=(
            "incident id",
            "incident number",
            "incident no",
            "incident ref",
            "incident reference",
            "id",
            "ref",
            "reference",
            "record id",
            "case id",
            "concern id",
            "log id",
        ),
        max_length=60,
    ),
    "upn": Field("UPN", hints=("unique pupil number", "pupil upn", "student upn", "child upn"), max_length=40),
    "name": Field(
        "Child’s name, all in one",
        hints=(
            "name",
            "student",
            "pupil",
            "child",
            "student name",
            "pupil name",
            "child name",
            "childs name",
            "full name",
            "student full name",
        ),
        max_length=310,
    ),
    "forename": Field(
        "Child’s forename",
        hints=(
            "forename",
            "first name",
            "given name",
            "legal forename",
            "student forename",
            "pupil forename",
            "student first name",
        ),
        max_length=150,
    ),
    "surname": Field(
        "Child’s surname",
        hints=(
            "surname",
            "last name",
            "family name",
            "legal surname",
            "student surname",
            "pupil surname",
            "student last name",
        ),
        max_length=150,
    ),
    "born": Field(
        "Child’s date of birth",
        hints=("date of birth", "dob", "birth date", "student dob", "pupil dob", "d o b"),
        max_length=40,
    ),
    "on": Field(
        "Date of the incident",
        hints=(
            "date",
            "incident date",
            "date of incident",
            "date and time",
            "date time",
            "datetime",
            "occurred",
            "occurred on",
            "date logged",
            "date recorded",
            "created",
            "created on",
        ),
        max_length=60,
    ),
    "at": Field("Time of the incident", hints=("time", "incident time", "time of incident"), max_length=20),
    "category": Field(
        "Category", hints=("categories", "type", "incident type", "concern type", "incident category"), max_length=300
    ),
    "details": Field(
        "What was written",
        hints=(
            "details",
            "detail",
            "description",
            "incident",
            "incident details",
            "narrative",
            "notes",
            "note",
            "concern",
            "what happened",
            "account",
        ),
        max_length=MAX_CELL,
    ),
    "author": Field(
        "Who wrote it",
        hints=(
            "reported by",
            "recorded by",
            "logged by",
            "author",
            "created by",
            "entered by",
            "staff",
            "staff member",
            "added by",
        ),
        max_length=200,
    ),
    "action": Field(
        "Action",
        hints=("action taken", "actions", "actions taken", "action details", "follow up", "response"),
        max_length=MAX_CELL,
    ),
    "action_on": Field(
        "Date of the action",
        hints=("action date", "date of action", "action taken on", "action completed"),
        max_length=60,
    ),
    "action_by": Field(
        "Who did it",
        hints=("action by", "action taken by", "actioned by", "assigned to", "action owner"),
        max_length=200,
    ),
    "outcome": Field(
        "What came of the action", hints=("outcome", "action outcome", "result", "action status"), max_length=MAX_CELL
    ),
}
# What a file must have: when, what, and one of two ways to know the child.
ALWAYS = ("on", "details")
WAYS = ({"upn"}, {"name", "born"}, {"forename", "surname", "born"})


def guess(headings: Sequence[str]) -> dict[str, str]:
    """What the headings probably mean, each field once: {heading: field}. The rest is kept under its own heading."""
    found: dict[str, str] = {}
    for heading in headings:
        plain = fold(heading)
        meaning = next((name for name, field in FIELDS.items() if plain in {fold(field.label), *field.hints}), "")
        if heading:
            found[heading] = meaning if meaning and meaning not in found.values() else MORE
    return found


def problem_of(columns: Mapping[str, str]) -> str:
    """Why rows cannot be read by these columns ({heading: field}), as a sentence; empty where they can."""
    given = list(columns.values())
    if lacking := [FIELDS[name].label for name in ALWAYS if name not in given]:
        return f"Choose which column holds: {', '.join(lacking)}."
    if not any(way <= set(given) for way in WAYS):
        return (
            "Choose the column with the UPN, or those with the child’s name and date of birth. A name alone is "
            "not enough."
        )
    if doubled := sorted({FIELDS[m].label for m in given if m in FIELDS and given.count(m) > 1}):
        return f"Two columns cannot both hold: {', '.join(doubled)}. Choose one of them."
    return ""


def remembered_by(headings: Sequence[str]) -> str:
    """By what the columns of such a file are known again; apart from those of a list of children with the same
    headings.
    """
    return digest(["records of an earlier system", *headings])


def _known(cells: Sequence[str]) -> int:
    return sum(meaning != MORE for meaning in guess([clean(cell) for cell in islice(cells, MAX_COLUMNS)]).values())


EXPECTED = Expected(
    what="the incidents",
    less="Export fewer years at once, and bring them in one after the other.",
    formats="CSV or XLSX",
    known=_known,
    sure=lambda cells: problem_of(guess([clean(cell) for cell in cells[:MAX_COLUMNS]])) == "",
    max_rows=MAX_ROWS,
    max_cell=MAX_CELL,
)
