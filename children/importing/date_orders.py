"""In which order do the dates of a column stand, day or month first? One that is read in the wrong order is wrong
where nobody sees it: 3 April becomes 4 March.
"""

from collections import Counter, defaultdict
from typing import Any

from .values import NUMERIC_DATE

# One date in so many that contradicts the others is a slip in its row; more are the way in which the column is written.
STRAY = 100


def order_of(text: str) -> str:
    """Whether a date can only be read with the day first ("day"), or with the month first ("month"); else empty."""
    if (found := NUMERIC_DATE.fullmatch(text)) is None:
        return ""
    first, second = int(found[1]), int(found[2])
    return "day" if first > 12 >= second else "month" if second > 12 >= first else ""


class DateOrders:
    """Counts, by heading, the dates that can only be read in one order."""

    def __init__(self) -> None:
        self._found: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, heading: str, text: str) -> None:
        if order := order_of(text):
            self._found[heading][order] += 1

    def contradicting(self, *, month_first: bool) -> list[dict[str, Any]]:
        """Columns in which more than a stray date cannot be read in this order.

        Each is {"column": heading, "day": how many can only be read with the day first, "month": with the month first}.
        """
        against = "day" if month_first else "month"
        return [
            {"column": heading, "day": found["day"], "month": found["month"]}
            for heading, found in self._found.items()
            if found[against] and found[against] * STRAY >= found.total()
        ]
