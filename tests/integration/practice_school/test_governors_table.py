"""Is the table of two ways of the practice school worth reading? At most half of it may be hidden."""

from datetime import date

from safeguarding.accounts.models import School
from safeguarding.governors import cells
from safeguarding.governors.building import build
from safeguarding.governors.cells import BuiltCell, Earlier, Term, of_table
from tests.practice_school import TUESDAY

TERMS = (
    Term(date(2025, 9, 1), date(2025, 12, 31), "Autumn term 2025"),
    Term(date(2026, 1, 1), date(2026, 4, 12), "Spring term 2026"),
    Term(date(2026, 4, 13), date(2026, 7, 31), "Summer term 2026", is_last=True),
)


def reports(school: School, threshold: int) -> list[list[BuiltCell]]:
    made: list[list[BuiltCell]] = []
    for term in TERMS:
        earlier = [Earlier(one, tuple(found)) for one, found in zip(TERMS, made, strict=False)]
        made.append(build(school.pk, term=term, as_at=TUESDAY, threshold=threshold, earlier=earlier))
    return made


def lost(report: list[BuiltCell]) -> tuple[int, int]:
    """How many cells of the table of two ways are hidden, of how many; all of none where it is left out."""
    rows = of_table(report, "categories", "by-phase")
    inner = [one for one in rows if one.column != cells.ALL_COLUMN and one.row not in (cells.TOTAL, cells.LEFT_OUT)]
    return sum(one.hidden for one in inner), len(inner)


def test_the_year_of_the_practice_school_loses_at_most_half_of_its_table(school: School):
    """With an eighth of its notes it would lose more: the whole school is asked in `tests/soak`."""
    found = reports(school, 3)
    assert all(found)
    hidden, of = lost(found[-1])
    assert hidden * 2 <= of
