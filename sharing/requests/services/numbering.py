"""Which number has a request? SAR-2026-007; RQ-2026-008 for everything but a copy, counted together."""

from uuid import UUID

from safeguarding.concerns.models import ReferenceCounter
from safeguarding.concerns.services.numbering import next_number
from sharing.requests.models import Right

COPY, OTHER = "SAR", "RQ"


def new_reference(school_id: UUID, year: int, right: str) -> str:
    """The next one of a school in a year."""
    number = next_number(school_id, year, ReferenceCounter.Kind.REQUEST)
    return f"{_begins(right)}-{year}-{number:03d}"


def as_asked(reference: str, right: str) -> str:
    """The same number, as what is asked now is called."""
    return f"{_begins(right)}-{reference.split('-', 1)[1]}"


def _begins(right: str) -> str:
    return COPY if right == Right.ACCESS else OTHER
