"""Where do the entries of a chronology stand? The index of the database says it (`chronicling.py`), in one query a
page.

A place is a moment, the key of a row and the part of the record that tells of it. What it says is read from its own
table.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from safeguarding.audit.by_keys import Asked, ByKeys, array_of
from safeguarding.audit.reading import visible
from safeguarding.http import Request
from safeguarding.prepared import prepared

from .models import Chronicled

Place = tuple[datetime, UUID, str]
_COLUMNS = ("moment", "row", "source", "concern_id", "child_id")
# Of a concern what was decided, why it was closed, and what was added to its account: by their sources.
_TO_THE_ACCOUNT = ("decided", "closed", "added")


class Row(NamedTuple):
    """The place of an entry: when, the key of its row, its source, and the concern it hangs on, with its number, or the
    child it belongs to.
    """

    moment: datetime
    key: UUID
    source: str
    concern_id: UUID | None
    child_id: UUID | None
    reference: str | None = None


@dataclass(frozen=True)
class Wanted:
    """What of the entries is asked for: from a moment until another, of these concerns alone, only what is pinned; and
    of which sources the page is, after which place, and how many at most.
    """

    since: datetime | None
    until: datetime | None
    concerns: Sequence[UUID] | None
    pinned_only: bool
    sources: Sequence[str]
    after: Place | None
    most: int | None


def _in_the_index(asked: Asked) -> QuerySet[Chronicled]:
    """The entries that hang on one of the first keys, of concerns, or on one of the second, of children."""
    return visible(asked, Chronicled).filter(asked.of("concern_id") | asked.of("child_id", 1))


_entries = ByKeys(lambda asked: _in_the_index(asked).values_list(*_COLUMNS))
_to_accounts = ByKeys(
    lambda asked: (
        visible(asked, Chronicled)
        .filter(asked.of("concern_id"), source__in=_TO_THE_ACCOUNT)
        .order_by("moment", "row", "source")
        .values_list(*_COLUMNS)
    )
)
_one_entry = ByKeys(lambda asked: _in_the_index(asked).filter(asked.of("row", 2)).values_list(*_COLUMNS))


def places(
    request: Request,
    concerns: Sequence[UUID],
    children: Sequence[UUID],
    beside: Sequence[Row],
    pins: Sequence[tuple[str, UUID]],
    wanted: Wanted,
) -> list[tuple[Any, ...]]:
    """The rows of a page, and what is counted of all that is asked for: of each source how many and since when, and how
    many are pinned. Of the entries of these concerns and children, and those `beside` them that depend on the reader.
    """
    kept, given = _entries.statement(request, concerns, children)
    only = None if wanted.concerns is None else array_of(wanted.concerns)
    # In the order in which they stand in the query.
    values = [
        *given,
        [row.moment for row in beside],
        array_of(row.key for row in beside),
        [row.source for row in beside],
        array_of(row.concern_id for row in beside),
        array_of(row.child_id for row in beside),
        [source for source, _ in pins],
        array_of(key for _, key in pins),
        wanted.since,
        wanted.until,
        only,
        only,
        wanted.pinned_only,
        list(wanted.sources),
        *(wanted.after or (None, None, None)),
        wanted.most,
    ]
    return prepared(_GATHER.format(kept=kept), values)


def at_key(request: Request, concerns: Sequence[UUID], children: Sequence[UUID], key: UUID) -> list[Row]:
    """The same of one key, of every source that tells of it."""
    return [Row(*row) for row in _one_entry(request, concerns, children, [key])]


def of_concern(request: Request, concern: UUID) -> list[Row]:
    """The entries of one concern, as far as the person sees them."""
    return [Row(*row) for row in _entries(request, [concern], [])]


def to_accounts(request: Request, concerns: Collection[UUID]) -> list[Row]:
    """What may stand under the accounts of these concerns, the oldest first: decisions, closings, additions."""
    return [Row(*row) for row in _to_accounts(request, concerns)]


# What is asked of the database. A row of the page has no number, a number no key. Rows of one moment and one key, which
# two sources may tell, follow each other by the names of their sources.
_GATHER = """
WITH entries (moment, key, source, concern, child) AS (
    {kept} UNION ALL SELECT * FROM unnest(%s::timestamptz[], %s::uuid[], %s::text[], %s::uuid[], %s::uuid[])
), marked AS MATERIALIZED (
    SELECT entries.*, pin.key IS NOT NULL AS pinned
    FROM entries LEFT JOIN unnest(%s::text[], %s::uuid[]) AS pin (source, key) USING (source, key)
), asked AS (
    SELECT * FROM marked
    WHERE moment >= coalesce(%s, '-infinity'::timestamptz) AND moment < coalesce(%s, 'infinity'::timestamptz)
      AND (%s::uuid[] IS NULL OR concern = ANY (%s::uuid[])) AND (pinned OR NOT %s)
), page AS (
    SELECT moment, key, source, concern, child FROM asked WHERE source = ANY (%s)
       AND (moment, key, source COLLATE "C") < (coalesce(%s, 'infinity'::timestamptz), %s::uuid, %s::text)
    ORDER BY moment DESC, key DESC, source COLLATE "C" DESC LIMIT %s
)
SELECT NULL::bigint, page.*, rules.reference_of_concern(concern) FROM page
UNION ALL SELECT count(*), min(moment), NULL, source, NULL, NULL, NULL FROM asked GROUP BY source
UNION ALL SELECT count(*) FILTER (WHERE pinned), NULL, NULL, NULL, NULL, NULL, NULL FROM marked
"""


def newest(row: Row) -> Place:
    """By what rows are ordered, the newest last."""
    return row[:3]


def written(row: Row) -> str:
    """A place in an address."""
    return f"{row.moment.isoformat()}_{row.key}_{row.source}".replace("+00:00", "Z")


def place_of(before: str) -> Place | None:
    """Where the last page ended; None for the first page, and for anything that is not a place."""
    try:
        moment, key, source = before.split("_", 2)
        at = datetime.fromisoformat(moment)
        # In UTC: there are hours of difference that Python reads and PostgreSQL does not.
        return (at.astimezone(UTC), UUID(key), source) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None
