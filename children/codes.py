"""What do the codes mean that schools write? Lists of the DfE, as dated rows with their source in `data/codes.csv`."""

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

_FILE = Path(__file__).parent / "data" / "codes.csv"
# Which list says what a field's codes mean.
OF_FIELD = {
    "ethnicity": "ethnicity",
    "first_language": "language",
    "sen_provision": "sen",
    "sen_needs": "sen_need",
    "care_authority": "authority",
    "local_authority": "authority",
    "destination_authority": "authority",
}


class Code(NamedTuple):
    """One row: `valid_until` is empty while the code is in use. History keeps codes that are not."""

    kind: str
    code: str
    label: str
    valid_from: str
    valid_until: str
    source: str


@cache
def lists_in(path: Path) -> dict[str, dict[str, Code]]:
    """The lists of a file of this form, by kind and code. Apps above have files of their own."""
    lists: dict[str, dict[str, Code]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            code = Code(**row)
            lists.setdefault(code.kind, {})[code.code] = code
    return lists


def codes(kind: str) -> dict[str, Code]:
    """The list of one kind, by code: `authority`, `ethnicity`, `language`, `sen`, `sen_need` or `relationship`."""
    return lists_in(_FILE)[kind]


def label(kind: str, code: str) -> str:
    """What a code means; the code itself where the list does not have it."""
    found = codes(kind).get(code)
    return found.label if found else code


def authorities() -> dict[str, Code]:
    """Local authorities of England and Wales, of today and of the past, by their three figures."""
    return codes("authority")


def year_label(year_group: int | None) -> str:
    """A National Curriculum year in words: 0 is Reception, below it is nursery."""
    if year_group is None:
        return ""
    if year_group < 0:
        return "Nursery"
    return f"Year {year_group}" if year_group else "Reception"
