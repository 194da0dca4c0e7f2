"""What does a mark of the register mean, and how does it count? Dated rows of `plans/data/attendance_codes.csv`."""

from datetime import date
from functools import cache
from pathlib import Path

from django.db import models

from children.codes import Code, lists_in
from safeguarding.plans.codes import is_in_use

_FILE = Path(__file__).parent.parent / "data" / "attendance_codes.csv"


class Counts(models.TextChoices):
    """As what a session counts. Those that were not possible are left out when absence is worked out."""

    ATTENDED = "attended", "Attended"
    AUTHORISED = "authorised", "Absent with permission"
    UNAUTHORISED = "unauthorised", "Absent without permission"
    NOT_POSSIBLE = "not_possible", "Not possible"


@cache
def all_marks() -> dict[str, Code]:
    """Every mark by its code, with those that are used no more."""
    return {code: row for rows in lists_in(_FILE).values() for code, row in rows.items()}


def is_known(code: str, on: date) -> bool:
    """Whether a register of that day may have the mark."""
    found = all_marks().get(code)
    return found is not None and is_in_use(found, on)


def counts_as(code: str) -> Counts | None:
    """How a session with the mark counts; None where there is none, or none that is known."""
    found = all_marks().get(code)
    return Counts(found.kind) if found else None


def codes_of(counts: Counts) -> list[str]:
    """The marks with which a session counts so, whenever they were in use."""
    return list(lists_in(_FILE)[counts.value])


def meaning(code: str) -> str:
    """What a mark means; the mark itself where nobody knows."""
    found = all_marks().get(code)
    return found.label if found else code


def explained(on: date) -> list[tuple[str, list[Code]]]:
    """The marks in use on a day, under what they count as."""
    return [
        (counts.label, [row for row in lists_in(_FILE)[counts.value].values() if is_in_use(row, on)])
        for counts in Counts
    ]
