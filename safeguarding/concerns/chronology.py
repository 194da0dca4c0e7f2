"""What is in a child's chronology? Entries from every part of the record, newest first; each part registers a source.

A source says which rows it has for a child, already narrowed to what the person may see, and how each is told. The page
is cut in the database: every source gives moments and keys, their union is counted, ordered and cut in one query, and only
the rows of that page are read. So the number of queries depends on the sources, never on the entries (domain
reference 1.8: one date-ordered chronology for each child).

A family chronology is that of several children at once. A source that knows how (`together`) gives their rows in one branch,
so that a concern about two of them is one entry; any other source has a branch for each child.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import CharField, F, QuerySet, UUIDField, Value
from django.utils import timezone

from children.models import Child
from safeguarding.accounts.titles import Titles
from safeguarding.dates import start_of
from safeguarding.http import Request
from safeguarding.sealing.ring import note
from safeguarding.sealing.subjects import key_column

from .models import Pin
from .pins import keys_of_category, pins_of

PAGE = 25
# As many as are laid out on one asking: some 110 pages, and a web process for about five seconds. Twice that takes ten, and
# two of them at once would leave a small school no process in which a call for a lead is answered.
MOST_ON_PAPER = 1000
# What a person can narrow a chronology to, in the order of the filter.
KINDS = {
    "concerns": "Concerns",
    "decisions": "Decisions and closing",
    "actions": "Actions done or withdrawn",
    "notes": "Notes and additions",
    "outside": "Referrals and contacts",
    "meetings": "Meetings",
    "links": "Named in another concern",
    "earlier": "From an earlier system",
    "pastoral": "Pastoral notes and plans",
    "files": "Documents",
    "entries": "Entries added by hand",
    "records": "Two records that became one",
}


# When something happened, its key, its source, the record whose key opens its words, and whose it is.
_Row = tuple[datetime, UUID, str, UUID, UUID]


@dataclass(frozen=True)
class Entry:
    """One thing that happened. `timed` is false where only the day is known. `concern_id` is the concern it is from, if any: the
    entry leads there, or to `link`.

    `place` names it among all entries: its source and the key of its row. `pin` is there where it is significant, `whose`
    in a family chronology.
    """

    at: datetime
    title: str
    sentence: str = ""
    source: str = ""
    timed: bool = True
    icon: str = "note"
    tone: str = "quiet"
    tag: tuple[str, str] = ("", "")
    reference: str = ""
    concern_id: UUID | None = None
    link: str = ""
    place: tuple[str, UUID] | None = None
    pin: Pin | None = None
    whose: tuple[Child, ...] = ()

    @property
    def clock(self) -> time | None:
        """The time of day in London, where it is known."""
        return timezone.localtime(self.at).time() if self.timed else None


@dataclass(frozen=True)
class Together:
    """How a source gives the rows of several children at once: each with `of`, a key by which `whose` finds the children."""

    rows: Callable[[Request, Sequence[Child]], QuerySet[Any]]
    whose: Callable[[Request, Sequence[Child]], Mapping[UUID, Sequence[Child]]]


@dataclass(frozen=True)
class Source:
    """One part of the record.

    `rows(request, child)` are the visible rows, each with `moment`, when it happened. `told(request, keys, titles)`
    gives the entry of each key, in a number of queries that does not depend on how many there are. `concern` is the path
    from a row to its concern, where it has one: by it a chronology is narrowed to a category.
    `of_concerns` gives the rows of concerns with these keys, where a source tells what hangs on concerns.
    """

    key: str
    kind: str
    rows: Callable[[Request, Child], QuerySet[Any]]
    told: Callable[[Request, list[UUID], Titles], Mapping[UUID, Entry]]
    concern: str = ""
    together: Together | None = None
    of_concerns: Callable[[Request, Iterable[UUID]], QuerySet[Any]] | None = None


_sources: dict[str, Source] = {}


def register(*sources: Source) -> None:
    """Add sources. Apps above this one call it when they are ready."""
    _sources.update({source.key: source for source in sources})


@dataclass(frozen=True)
class Narrowed:
    """What of a chronology is asked for: kinds of entry (none: all of them), from a day to a day, a category of concern, and
    whether only what is significant.
    """

    kinds: frozenset[str] = frozenset()
    since: date | None = None
    until: date | None = None
    category: str = ""
    significant: bool = False

    def takes(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds

    @property
    def is_all(self) -> bool:
        """Whether everything is asked for."""
        return self == Narrowed()


@dataclass(frozen=True)
class Chronology:
    """A page of entries, or all of them. `older` is the place to go on from; counts are of everything that is asked for but kinds."""

    entries: list[Entry]
    older: str
    counts: dict[str, int]
    first: datetime | None
    narrowed: Narrowed

    @property
    def total(self) -> int:
        """How many entries there are of the kinds asked for."""
        return sum(n for kind, n in self.counts.items() if self.narrowed.takes(kind))

    @property
    def fits_on_paper(self) -> bool:
        """Whether all that is asked for is printed at once."""
        return self.total <= MOST_ON_PAPER

    def years(self) -> list[tuple[int, list[Entry]]]:
        """The entries under the year in which they happened, in London."""
        groups: list[tuple[int, list[Entry]]] = []
        for entry in self.entries:
            year = timezone.localtime(entry.at).year
            if not groups or groups[-1][0] != year:
                groups.append((year, []))
            groups[-1][1].append(entry)
        return groups


def too_long_for_paper(request: Request, children: Sequence[Child], narrowed: Narrowed) -> str:
    """Why what is asked for is not printed at once, as a sentence that says what to do; empty where it is. One query."""
    counts, _ = _Asked(request, children, narrowed).count()
    total = sum(n for kind, n in counts.items() if narrowed.takes(kind))
    if total <= MOST_ON_PAPER:
        return ""
    return (
        f"These are {total:,} entries, and at most {MOST_ON_PAPER:,} are printed at once. Choose a later day under “Since”, "
        "or fewer kinds under “Type”, apply the filter, and print again."
    )


def read(
    request: Request,
    child: Child,
    narrowed: Narrowed = Narrowed(),
    *,
    before: str = "",
    size: int | None = PAGE,
    titles: Titles | None = None,
    family: Sequence[Child] = (),
) -> Chronology:
    """The newest entries of a child's chronology, or those before the place where the last page ended.

    `size` None reads all of it, for paper. `family`: other children whose entries stand among the child's. `titles` says
    how people are named. Reads only what the person may see, and says nothing of the rest: no gap, no number. The caller
    records the reading.
    """
    asked = _Asked(request, [child, *family], narrowed)
    found, counts, first = asked.gather(_place(before), None if size is None else size + 1)
    rows = found[:size]
    more = len(rows) < len(found)
    return Chronology(
        entries=asked.told(rows, titles or Titles(child.school_id)),
        older=_written(rows[-1]) if more else "",
        counts=counts,
        first=first,
        narrowed=narrowed,
    )


def count_significant(request: Request, children: Sequence[Child]) -> int:
    """How many entries of these children are pinned, of those that the person sees. A pin may outlive what put its entry here.

    No query where there is no pin.
    """
    counts, _ = _Asked(request, children, Narrowed(significant=True)).count()
    return sum(counts.values())


def find(request: Request, child: Child, source: str, key: UUID) -> Entry | None:
    """One entry of a child's chronology by its place, as the person sees it; None where it is not theirs to see.

    Where the source is none, the first that has a row with this key: an address may have been cut.
    """
    for of in [_sources[source]] if source in _sources else _sources.values():
        rows = of.rows(request, child).filter(pk=key)
        if (found := rows.values_list("moment", "pk", key_column(rows.model)).first()) is not None:
            at, pk, record = found
            asked = _Asked(request, [child], Narrowed())
            [entry] = asked.told([(at, pk, of.key, record, child.pk)], Titles(child.school_id))
            return entry
    return None


class _Asked:
    """What somebody asks for of the chronology of some children."""

    def __init__(self, request: Request, children: Sequence[Child], narrowed: Narrowed) -> None:
        self.request, self.children, self.narrowed = request, children, narrowed
        self.pins = pins_of(request, children)

    def sources(self) -> list[Source]:
        """Those that can have a row that is asked for, of whatever kind: the filter says how many there are of each."""
        asked = self.narrowed
        return [
            source
            for source in _sources.values()
            if (source.concern or not asked.category)
            and (not asked.significant or any(of == source.key for of, _ in self.pins))
        ]

    def rows(self, source: Source) -> list[QuerySet[Any]]:
        """The rows of a source, each with `whose`: a child, or what leads to some."""
        if len(self.children) > 1 and source.together:
            found = [source.together.rows(self.request, self.children).annotate(whose=F("of"))]
        else:
            of = lambda child: Value(child.pk, output_field=UUIDField())  # noqa: E731
            found = [source.rows(self.request, child).annotate(whose=of(child)) for child in self.children]
        return [self._narrow(source, rows) for rows in found]

    def _narrow(self, source: Source, rows: QuerySet[Any]) -> QuerySet[Any]:
        asked = self.narrowed
        rows = rows.annotate(chronicled_as=Value(source.key, output_field=CharField()))
        if asked.since is not None:
            rows = rows.filter(moment__gte=start_of(asked.since))
        if asked.until is not None:
            rows = rows.filter(moment__lt=start_of(asked.until + timedelta(days=1)))
        if asked.significant:
            rows = rows.filter(pk__in=[key for of, key in self.pins if of == source.key])
        if asked.category:
            keys = keys_of_category(self.request, self.children, asked.category)
            rows = rows.filter(**{f"{source.concern}__in": keys})
        return rows

    def count(self) -> tuple[dict[str, int], datetime | None]:
        """How many entries there are of each kind, and when the first happened: one query."""
        _, counts, first = self.gather(None, 0)
        return counts, first

    def gather(
        self, place: tuple[datetime, UUID, str] | None, most: int | None
    ) -> tuple[list[_Row], dict[str, int], datetime | None]:
        """At most so many rows after a place, newest first; how many entries there are of each kind; and when the first happened.

        One query: the branches are long, and PostgreSQL plans them once.
        """
        counts, moments, rows = dict.fromkeys(KINDS, 0), [], []
        for *row, n in self._asked_of_database(place, most):
            if n:
                counts[_sources[row[2]].kind] += n
                moments.append(row[0])
            else:
                rows.append(tuple(row))
        return sorted(rows, key=lambda row: row[:3], reverse=True), counts, min(moments, default=None)

    def _asked_of_database(self, place: tuple[datetime, UUID, str] | None, most: int | None) -> list[Any]:
        branches = [_columns(rows) for source in self.sources() for rows in self.rows(source)]
        if not branches:
            return []
        try:
            entries, given = branches[0].union(*branches[1:], all=True).query.sql_with_params()
        except EmptyResultSet:
            return []
        shown = [source.key for source in _sources.values() if self.narrowed.takes(source.kind)]
        with connection.cursor() as cursor:
            cursor.execute(_GATHER.format(entries), [*given, shown, *(place or (None, None, None)), most])
            return cursor.fetchall()

    def told(self, rows: Sequence[_Row], titles: Titles) -> list[Entry]:
        """The entries of these rows, in their order."""
        for _, _, _, record, _ in rows:
            # The first words that are read fetch the keys of all, whichever source they are of.
            note(record.bytes)
        told = {
            key: source.told(self.request, [pk for _, pk, of, _, _ in rows if of == key], titles)
            for key, source in _sources.items()
            if any(of == key for _, _, of, _, _ in rows)
        }
        whose = self._names() if len(self.children) > 1 else None
        return [
            replace(
                told[of][pk],
                place=(of, pk),
                pin=self.pins.get((of, pk)),
                whose=tuple(whose(of, key)) if whose else (),
            )
            for _, pk, of, _, key in rows
        ]

    def _names(self) -> Callable[[str, UUID], Sequence[Child]]:
        each = {child.pk: [child] for child in self.children}

        def whose(of: str, key: UUID) -> Sequence[Child]:
            together = _sources[of].together
            return together.whose(self.request, self.children)[key] if together else each[key]

        return whose


# What is asked of the database, around the union of all branches. A row of the page has no number; a source has no key. Rows
# of one moment and one key, which two sources may tell, follow each other by the names of their sources.
_GATHER = """
WITH entries (moment, key, source, record, whose) AS MATERIALIZED ({}), page AS (
    SELECT * FROM entries WHERE source = ANY (%s)
       AND (moment, key, source COLLATE "C") < (coalesce(%s, 'infinity'::timestamptz), %s::uuid, %s::text)
    ORDER BY moment DESC, key DESC, source COLLATE "C" DESC LIMIT %s
)
SELECT page.*, 0 FROM page
UNION ALL SELECT min(moment), NULL, source, NULL, NULL, count(*) FROM entries GROUP BY source
"""


def _columns(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.order_by().values_list("moment", "pk", "chronicled_as", key_column(rows.model), "whose")


def _written(row: _Row) -> str:
    at, pk, source, _, _ = row
    return f"{at.isoformat()}_{pk}_{source}".replace("+00:00", "Z")


def _place(before: str) -> tuple[datetime, UUID, str] | None:
    """Where the last page ended; None for the first page, and for anything that is not a place."""
    try:
        moment, key, source = before.split("_", 2)
        at = datetime.fromisoformat(moment)
        # In UTC: there are hours of difference that Python reads and PostgreSQL does not.
        return (at.astimezone(UTC), UUID(key), source) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None
