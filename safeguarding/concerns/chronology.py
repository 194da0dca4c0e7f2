"""What is in a child's chronology? Entries from every part of the record, newest first; each part registers a source.

A source says which rows it has for a child, already narrowed to what the person may see, and how each is told. The page
is cut in the database: every source gives at most one page of moments and keys, their union is ordered and cut again, and
only the rows of that page are read. So the number of queries depends on the sources, never on the entries (domain
reference 1.8: one date-ordered chronology for each child).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from django.db.models import CharField, Count, Min, Q, QuerySet, Value
from django.utils import timezone

from children.models import Child
from safeguarding.accounts.titles import Titles
from safeguarding.http import Request
from safeguarding.sealing.ring import note
from safeguarding.sealing.subjects import key_column

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
    "files": "Documents",
}


# When something happened, its key, its source, and the record whose key opens its words.
_Row = tuple[datetime, UUID, str, UUID]


@dataclass(frozen=True)
class Entry:
    """One thing that happened. `timed` is false where only the day is known; `concern_id` leads to the record it is from, or `link`."""

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

    @property
    def clock(self) -> time | None:
        """The time of day in London, where it is known."""
        return timezone.localtime(self.at).time() if self.timed else None


@dataclass(frozen=True)
class Source:
    """One part of the record.

    `rows(request, child)` are the visible rows, each with `moment`, when it happened. `told(request, keys, titles)`
    gives the entry of each key, in a number of queries that does not depend on how many there are.
    """

    key: str
    kind: str
    rows: Callable[[Request, Child], QuerySet[Any]]
    told: Callable[[Request, list[UUID], Titles], Mapping[UUID, Entry]]


_sources: dict[str, Source] = {}


def register(*sources: Source) -> None:
    """Add sources. Apps above this one call it when they are ready."""
    _sources.update({source.key: source for source in sources})


@dataclass(frozen=True)
class Narrowed:
    """What of a chronology is asked for: kinds of entry (none: all of them), and the first day."""

    kinds: frozenset[str] = frozenset()
    since: date | None = None

    def takes(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds


@dataclass(frozen=True)
class Chronology:
    """A page of entries, or all of them. `older` is the place to go on from; counts are of everything since the day asked for."""

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


def too_long_for_paper(request: Request, child: Child, narrowed: Narrowed) -> str:
    """Why what is asked for is not printed at once, as a sentence that says what to do; empty where it is. One query."""
    counts, _ = _count(request, child, narrowed.since)
    total = sum(n for kind, n in counts.items() if narrowed.takes(kind))
    if total <= MOST_ON_PAPER:
        return ""
    return (
        f"These are {total:,} entries, and at most {MOST_ON_PAPER:,} are printed at once. Choose a later day under “Since”, "
        "or fewer kinds under “Type”, apply the filter, and print again."
    )


def read(
    request: Request, child: Child, narrowed: Narrowed = Narrowed(), *, before: str = "", size: int | None = PAGE
) -> Chronology:
    """The newest entries of a child's chronology, or those before the place where the last page ended.

    `size` None reads all of it, for paper. Reads only what the person may see, and says nothing of the rest: no gap, no
    number. The caller records the reading.
    """
    place = _place(before)
    branches = [
        _branch(request, child, source, narrowed.since, place, size)
        for source in _sources.values()
        if narrowed.takes(source.kind)
    ]
    found: list[_Row] = list(_union(branches)[: None if size is None else size + 1])
    more = size is not None and len(found) > size
    rows = found[:size]
    counts, first = _count(request, child, narrowed.since)
    return Chronology(
        entries=_told(request, child, rows),
        older=_written(rows[-1]) if more else "",
        counts=counts,
        first=first,
        narrowed=narrowed,
    )


def _rows(request: Request, child: Child, source: Source, since: date | None) -> QuerySet[Any]:
    rows = source.rows(request, child).annotate(source=Value(source.key, output_field=CharField()))
    if since is not None:
        rows = rows.filter(moment__gte=timezone.make_aware(datetime.combine(since, time())))
    return rows


def _branch(
    request: Request,
    child: Child,
    source: Source,
    since: date | None,
    place: tuple[datetime, UUID, str] | None,
    size: int | None,
) -> QuerySet[Any]:
    """One source's moments and keys, newest first, no more than a page can need."""
    rows = _rows(request, child, source, since)
    if place is not None:
        at, key, last = place
        # Of rows of one moment and one key, the later names of sources have been shown.
        settled = {"pk__lte" if source.key < last else "pk__lt": key}
        rows = rows.filter(Q(moment__lt=at) | Q(moment=at, **settled))
    rows = rows.order_by("-moment", "-pk").values_list("moment", "pk", "source", key_column(rows.model))
    return rows if size is None else rows[: size + 1]


def _union(branches: list[QuerySet[Any]]) -> QuerySet[Any]:
    if not branches:
        return Child.objects.none()
    if len(branches) == 1:
        # In order, and cut, already.
        return branches[0]
    # Where only one of them has rows to look for, Django leaves the others out, and two orders would stand side by side.
    branches = [branch if branch.query.is_sliced else branch.order_by() for branch in branches]
    return branches[0].union(*branches[1:], all=True).order_by("-moment", "-pk", "-source")


def _count(request: Request, child: Child, since: date | None) -> tuple[dict[str, int], datetime | None]:
    """How many entries there are of each kind, and when the first happened: one query."""
    totals = [
        _rows(request, child, source, since)
        .order_by()
        .values("source")
        .annotate(n=Count("pk"), first=Min("moment"))
        .values_list("source", "n", "first")
        for source in _sources.values()
    ]
    counts = dict.fromkeys(KINDS, 0)
    moments = []
    for key, n, first in totals[0].union(*totals[1:], all=True):
        counts[_sources[key].kind] += n
        moments += [first] if first else []
    return counts, min(moments, default=None)


def _told(request: Request, child: Child, rows: Sequence[_Row]) -> list[Entry]:
    for *_, record in rows:
        # The first words that are read fetch the keys of all, whichever source they are of.
        note(record.bytes)
    titles = Titles(child.school_id)
    told = {
        key: source.told(request, [pk for _, pk, of, _ in rows if of == key], titles)
        for key, source in _sources.items()
        if any(of == key for _, _, of, _ in rows)
    }
    return [told[of][pk] for _, pk, of, _ in rows]


def _written(row: _Row) -> str:
    at, pk, source, _ = row
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
