"""How does the list of concerns leave Harbour? As a spreadsheet without a formula in any cell."""

from collections.abc import Iterable
from typing import Any

from safeguarding.concerns.services.reading import Row
from safeguarding.dates import as_day
from safeguarding.spreadsheet import as_csv

# Concerns that one file, or one print, has at most.
MOST = 500
_HEADINGS = (
    "Reference", "Logged on", "Kind", "More exactly", "Title", "Children", "How soon", "Level", "State", "Waiting",
    "Review on", "Logged by",
)  # fmt: skip


def as_file(rows: Iterable[Row]) -> bytes:
    """The rows as CSV: what the page shows of each, with every child that it names."""
    return as_csv(_HEADINGS, (_line(row) for row in rows))


def _line(row: Row) -> tuple[Any, ...]:
    concern = row.concern
    return (
        concern.reference,
        as_day(concern.logged_at).isoformat(),
        concern.category.name if concern.category else "",
        concern.subcategory.name if concern.subcategory else "",
        concern.title,
        "; ".join(children_in(row)),
        row.how_soon,
        row.level,
        row.state,
        row.waited,
        concern.review_on.isoformat() if concern.review_on else "",
        concern.logged_by.full_name,
    )


def children_in(row: Row) -> list[str]:
    """Everybody a concern names: the name and the class, or the words of the reporter."""
    named = row.concern.named  # type: ignore[attr-defined]
    return [", ".join(filter(None, (child.name or child.words, child.class_name))) for child in named]
