"""How is a long list cut into pages? By the place where the last page ended, never by counting what was skipped.

Page 200 costs what page 1 costs, and a row that comes in meanwhile moves nothing. The place is a moment and a key,
newest first; it names nobody, so it may stand in an address.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, Q, QuerySet

from safeguarding.audit.by_keys import Asked, ByKeys, Statement
from safeguarding.once import once
from safeguarding.prepared import prepared

M = TypeVar("M", bound=Model)
PAGE = 50
# A count beyond this is shown as "1,000+": nobody needs the number, and counting a million rows takes a second.
CAP = 1000
# What a panel or the menu shows beside a title: beyond it "99+".
MANY = 99


@dataclass(frozen=True)
class Page(Generic[M]):
    """Rows of one page, and the places to go on from. `older` is empty on the last page, `is_first` on the newest."""

    rows: Sequence[M]
    older: str
    is_first: bool


def newest_first(rows: QuerySet[M], moment: str, before: str = "", size: int = PAGE) -> Page[M]:
    """One page of `rows`, ordered by the field `moment` and then by key, both downwards.

    `before` is the `older` of the page above; anything else that stands there is the first page. Not a filter by
    offset: an index on (…, moment, id) answers it whatever the depth.
    """
    place = _read(before)
    if place is not None:
        at, key = place
        # The first half is what the index can jump to, the second settles rows of the same moment.
        rows = rows.filter(Q(**{f"{moment}__lte": at}) & ~Q(**{moment: at, "pk__gte": key}))
    found = list(rows.order_by(f"-{moment}", "-pk")[: size + 1])
    more = len(found) > size
    return Page(
        rows=found[:size],
        older=place_of(found[size - 1], moment) if more else "",
        is_first=place is None,
    )


class Counts:
    """What a page counts, each no further than one beyond its cap: asked in one query, when the first of them is
    needed.
    """

    def __init__(self) -> None:
        self._asked: dict[Hashable, tuple[QuerySet[Any] | Statement, int]] = {}
        self._found: dict[Hashable, int] = {}

    def ask(self, key: Hashable, rows: QuerySet[Any] | Statement, cap: int = CAP) -> None:
        """That these rows be counted too; a statement has its cap in it (`counted_by_keys`)."""
        self._asked[key] = (rows, cap)

    def __getitem__(self, key: Hashable) -> int:
        if key not in self._found:
            self._found |= _counted(self._asked)
            self._asked.clear()
        return self._found[key]


def counts_of_page() -> Counts:
    """Those of the page that is being made; elsewhere new ones."""
    return once("counts", Counts)


def counted_by_keys(rows: Callable[[Asked], QuerySet[Any]], cap: int = MANY) -> ByKeys[Any]:
    """What counts the same on every page, such as what waits at a school: `statement` of it goes to `Counts.ask`."""
    return ByKeys(lambda asked: _capped(rows(asked), cap))


def _capped(rows: QuerySet[Any], cap: int) -> QuerySet[Any]:
    return rows.order_by().values("pk")[: cap + 1]


def _counted(asked: Mapping[Hashable, tuple[QuerySet[Any] | Statement, int]]) -> dict[Hashable, int]:
    counts = dict.fromkeys(asked, 0)
    columns: dict[Hashable, str] = {}
    values: list[Any] = []
    for name, (rows, cap) in asked.items():
        with suppress(EmptyResultSet):  # Django knows by itself that there are none
            columns[name], given = rows if isinstance(rows, tuple) else _capped(rows, cap).query.sql_with_params()
            values += given
    if columns:
        selected = ", ".join(f"(SELECT count(*) FROM ({rows}) AS list)" for rows in columns.values())  # noqa: S608  (of query sets)
        if all(isinstance(rows, tuple) for rows, _ in asked.values()):
            [found] = prepared(f"SELECT {selected}", values)
        else:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT {selected}", values)
                found = cursor.fetchone()
        counts |= zip(columns, found, strict=True)
    return counts


def in_words(count: int, cap: int = CAP) -> str:
    """A capped count as it is shown: 412, 1,000+."""
    return f"{cap:,}+" if count > cap else f"{count:,}"


def place_of(row: Model, moment: str) -> str:
    """The place of a row in a list by `moment`, newest first: `before` it stand the older ones."""
    return f"{getattr(row, moment).isoformat()}_{row.pk}".replace("+00:00", "Z")


def _read(place: str) -> tuple[datetime, UUID] | None:
    moment, _, key = place.partition("_")
    try:
        at = datetime.fromisoformat(moment)
        # In UTC: there are hours of difference that Python reads and PostgreSQL does not.
        return (at.astimezone(UTC), UUID(key)) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None
