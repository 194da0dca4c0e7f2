"""From which day does what outlives a child's record count? The end of the year of birth: it tells no birthday."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.utils import timezone

from safeguarding.ending import dates

_FACT = "since_birth_year"


def ends_of_birth_years(children: Collection[UUID]) -> dict[UUID, date]:
    """The end of the year in which each of these children was born; of a birth that nobody knows, of this year."""
    known = dates.days_by([_FACT], children)[_FACT] if children else {}
    return {child: known.get(child, date(timezone.localdate().year, 12, 31)) for child in children}
