"""What is in a child's chronology? Entries from every part of the record, newest first; each part registers a source.

A source says which rows of a table are entries, and how each is told. Where they all stand is kept by the database in
one table (`chronicling.py`): of what the person may see there, one query counts, orders and cuts the page, and only the
rows of that page are read, from their own tables. So the number of queries depends on the sources on the page, never on
the entries (domain reference 1.8: one date-ordered chronology for each child).

A family chronology is that of several children at once. A concern about two of them is one entry.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from children.models import Child
from safeguarding import chronicling
from safeguarding.accounts.titles import Titles
from safeguarding.chronicling import Placed
from safeguarding.dates import start_of
from safeguarding.http import Request
from safeguarding.sealing.ring import note

from .models import Concern
from .pins import Pinned, keys_of_category, pins_of
from .places import Place, Row, Wanted, at_key, newest, of_concern, place_of, places, to_accounts, written
from .told import facts_of_concerns, told_of_each, with_account

PAGE = 25
# What a person can narrow a chronology to, in the order of the filter; an app above adds its own with its sources.
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


# The source that tells of accounts.
_ACCOUNTS = "logged"
# When each row happened, by its key.
When = Mapping[UUID, datetime]
# An entry that is marked: its source, and the key of its row.
Marked = tuple[str, UUID]


@dataclass(frozen=True)
class Substance:
    """What an entry says in full: what was `told`, each part with what it is called (mostly nothing), the child's own
    `words` apart from it, `marks` in words, each with where it was.

    `beside` is what was decided about it and added to it, the oldest first, where that has no entry of its own here.
    """

    told: tuple[tuple[str, str], ...]
    words: str = ""
    marks: tuple[tuple[str, str], ...] = ()
    beside: tuple["Entry", ...] = ()


@dataclass
class Entry:
    """One thing that happened, as its source tells it; the page adds the rest. `timed` is false where only the day is
    known. `concern_id` is the concern it is from, if any: the entry leads there, or to `link`. `reference` is the
    number of that concern where its source gives no other. `sentence` is what a list of entries shows; `substance` the
    whole, where it stands in this file.

    `place` names it among all entries: its source and the key of its row. `pin` is there where it is significant,
    `whose` in a family chronology.
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
    substance: Substance | None = None
    place: tuple[str, UUID] | None = None
    pin: Pinned | None = None
    whose: tuple[Child, ...] = ()

    @property
    def clock(self) -> time | None:
        """The time of day in London, where it is known."""
        return timezone.localtime(self.at).time() if self.timed else None


class Source:
    """One part of the record, `kind` being what a person can narrow a chronology to.

    `told(request, when, titles)` gives the entry of each key, in a number of queries that does not depend on how many
    there are. `placed` says which rows of a table are entries, for the index; where that depends on the reader,
    `rows(request, children)` gives them, already narrowed to what the person may see.
    """

    def __init__(
        self,
        key: str,
        kind: str,
        told: Callable[[Request, When, Titles], Mapping[UUID, Entry]],
        *placed: Placed,
        rows: Callable[[Request, Sequence[Child]], list[Row]] | None = None,
    ) -> None:
        self.key, self.kind, self.told, self.placed, self.rows = key, kind, told, placed, rows


_sources: dict[str, Source] = {}


def register(*sources: Source, kinds: Mapping[str, str] | None = None) -> None:
    """Add sources, and the kinds that only they bring. Apps above this one call it when they are ready.

    Raises `ImproperlyConfigured` for a kind that is there already, or a source of one that is not.
    """
    if twice := KINDS.keys() & (kinds or {}):
        raise ImproperlyConfigured(f"The kind of entry {', '.join(sorted(twice))} is registered twice.")
    KINDS.update(kinds or {})
    for source in sources:
        if source.kind not in KINDS:
            raise ImproperlyConfigured(f"The source {source.key} tells of {source.kind}, which no app has registered.")
        _sources[source.key] = source
        if source.placed:
            chronicling.keep(source.key, *source.placed)


@dataclass(frozen=True)
class Narrowed:
    """What of a chronology is asked for: kinds of entry (none: all of them), from a day to a day, a category of
    concern, and whether only what is significant.
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

    @property
    def begins(self) -> datetime | None:
        return start_of(self.since) if self.since else None

    @property
    def ends(self) -> datetime | None:
        return start_of(self.until + timedelta(days=1)) if self.until else None

    def spans(self, moment: datetime) -> bool:
        """Whether it is within the days that are asked for."""
        return (self.begins is None or moment >= self.begins) and (self.ends is None or moment < self.ends)


@dataclass(frozen=True)
class Chronology:
    """A page of entries, or all of them. `older` is the place to go on from; counts are of everything that is asked for
    but kinds.

    `significant`: how many entries are pinned, whatever is asked for. A pin may outlive what put its entry here.
    """

    entries: list[Entry]
    older: str
    counts: dict[str, int]
    first: datetime | None
    significant: int
    narrowed: Narrowed

    @property
    def total(self) -> int:
        """How many entries there are of the kinds asked for."""
        return sum(n for kind, n in self.counts.items() if self.narrowed.takes(kind))

    def years(self) -> list[tuple[int, list[Entry]]]:
        """The entries under the year in which they happened, in London."""
        groups: list[tuple[int, list[Entry]]] = []
        for entry in self.entries:
            year = timezone.localtime(entry.at).year
            if not groups or groups[-1][0] != year:
                groups.append((year, []))
            groups[-1][1].append(entry)
        return groups


def number_of(request: Request, children: Sequence[Child], narrowed: Narrowed) -> int:
    """How many entries are asked for: one query."""
    counts = _Asked(request, children, narrowed).gather(None, 0).counts
    return sum(n for kind, n in counts.items() if narrowed.takes(kind))


def accounts_asked_for(request: Request, children: Sequence[Child], narrowed: Narrowed) -> list[UUID]:
    """Keys of the concerns whose words stand in it in full, the newest first: one query."""
    whole = with_account(request, children)
    rows = _Asked(request, children, narrowed).gather(None, None).rows
    return [row.key for row in rows if row.source == _ACCOUNTS and row.concern_id in whole]


def read(
    request: Request,
    child: Child,
    narrowed: Narrowed = Narrowed(),
    *,
    before: str = "",
    size: int | None = PAGE,
    titles: Titles | None = None,
    family: Sequence[Child] = (),
    beside: Collection[Marked] = (),
) -> Chronology:
    """The newest entries of a child's chronology, or those before the place where the last page ended.

    `size` None reads all of it, for paper. `family`: other children whose entries stand among the child's. `titles`
    says how people are named. `beside`: places that are asked for beside what is marked, where that alone is. Reads
    only what the person may see, and says nothing of the rest: no gap, no number. The caller records the reading.
    """
    asked = _Asked(request, [child, *family], narrowed, beside)
    found = asked.gather(place_of(before), None if size is None else size + 1)
    rows = found.rows[:size]
    more = len(rows) < len(found.rows)
    return Chronology(
        entries=asked.told(rows, titles or Titles(child.school_id)),
        older=written(rows[-1]) if more else "",
        counts=found.counts,
        first=found.first,
        significant=found.significant,
        narrowed=narrowed,
    )


def find(request: Request, child: Child, source: str, key: UUID) -> Entry | None:
    """One entry of a child's chronology by its place, as the person sees it; None where it is not theirs to see.

    Where the source is none, the first that has a row with this key: an address may have been cut.
    """
    asked = _Asked(request, [child], Narrowed())
    there = {row.source: row for row in asked.at(key)}
    of = source if source in _sources else next((of for of in _sources if of in there), "")
    return next(iter(asked.told([there[of]], Titles(child.school_id))), None) if of in there else None


def read_of_concern(request: Request, concern: Concern, titles: Titles) -> list[Entry]:
    """The entries of one concern, newest first, as the person sees them."""
    kept = (row._replace(reference=concern.reference) for row in of_concern(request, concern.pk))
    rows = sorted(kept, key=newest, reverse=True)
    return [entry for _, entry in _told(request, rows, titles)]


@dataclass(frozen=True)
class _Found:
    """Rows, newest first; how many entries there are of each kind; when the first happened; how many are pinned."""

    rows: list[Row]
    counts: dict[str, int]
    first: datetime | None
    significant: int


class _Asked:
    """What somebody asks for of the chronology of some children."""

    def __init__(
        self, request: Request, children: Sequence[Child], narrowed: Narrowed, beside: Collection[Marked] = ()
    ) -> None:
        self.request, self.children, self.narrowed, self.beside = request, children, narrowed, beside
        self.pins = pins_of(request, children)

    def at(self, key: UUID) -> list[Row]:
        """The rows with this key, of every source."""
        kept = at_key(self.request, *self._kept(), key)
        rows = [*kept, *(row for row in self._beside() if row.key == key)]
        numbers = facts_of_concerns("reference_of_concern", {row.concern_id for row in rows if row.concern_id})
        return [row._replace(reference=numbers[row.concern_id] if row.concern_id else None) for row in rows]

    def gather(self, place: Place | None, most: int | None) -> _Found:
        """At most so many rows after a place, and what is counted of all that is asked for: one query."""
        counts, moments, rows, significant = dict.fromkeys(KINDS, 0), [], [], 0
        for n, *row in self._asked_of_database(place, most):
            if n is None:
                rows.append(Row(*row))
            elif row[2] is None:
                significant = n
            else:
                counts[_sources[row[2]].kind] += n
                moments.append(row[0])
        return _Found(sorted(rows, key=newest, reverse=True), counts, min(moments, default=None), significant)

    def _kept(self) -> tuple[list[UUID], list[UUID]]:
        """By whose keys their entries stand in the index: the concerns that tell of them in full, and these
        children.
        """
        return list(told_of_each(self.request, self.children)), [child.pk for child in self.children]

    def _beside(self) -> list[Row]:
        """Those that depend on the reader."""
        return [row for of in _sources.values() if of.rows for row in of.rows(self.request, self.children)]

    def _asked_of_database(self, place: Place | None, most: int | None) -> list[Any]:
        asked = self.narrowed
        wanted = Wanted(
            since=asked.begins,
            until=asked.ends,
            concerns=keys_of_category(self.request, self.children, asked.category) if asked.category else None,
            pinned_only=asked.significant,
            sources=[source.key for source in _sources.values() if asked.takes(source.kind)],
            after=place,
            most=most,
        )
        marked = list({*self.pins, *self.beside})
        return places(self.request, *self._kept(), self._beside(), marked, wanted)

    def told(self, rows: Sequence[Row], titles: Titles) -> list[Entry]:
        """The entries of these rows, in their order. Words of a concern stand where the file of one of the children has
        them; what hangs on no concern is told whole.
        """
        each = {child.pk: [child] for child in self.children} if len(self.children) > 1 else {}
        telling = told_of_each(self.request, self.children) if each else {}
        whole = with_account(self.request, self.children)
        entries: list[Entry] = []
        beside: dict[UUID | None, list[Entry]] = {}
        asked_for = {(row.source, row.key) for row in rows}
        for row, entry in _told(self.request, [*rows, *self._dropped(rows, whole)], titles):
            entry.place = (row.source, row.key)
            if row.concern_id and row.concern_id not in whole:
                entry.substance = None
            if entry.place not in asked_for:
                beside.setdefault(row.concern_id, []).append(entry)
                continue
            entry.pin = self.pins.get(entry.place)
            if each:
                entry.whose = tuple(each[row.child_id] if row.child_id else telling[row.concern_id])  # type: ignore[index]
            entries.append(entry)
        for entry in entries:
            if _is_account(entry.place) and entry.substance and (found := beside.get(entry.concern_id)):
                entry.substance = replace(entry.substance, beside=tuple(found))
        return entries

    def _dropped(self, rows: Sequence[Row], whole: Collection[UUID]) -> list[Row]:
        """What was decided about the concerns of these rows, and added to them, that the filter drops: one query, and
        none where it drops nothing.
        """
        asked = self.narrowed
        if asked.is_all or asked == Narrowed(category=asked.category):
            return []
        concerns = {row.concern_id for row in rows if _is_account((row.source, row.key)) and row.concern_id in whole}
        return [row for row in to_accounts(self.request, concerns) if not self._asks_for(row)]  # type: ignore[arg-type]

    def _asks_for(self, row: Row) -> bool:
        """Whether it has an entry of its own, on this page or on another."""
        asked = self.narrowed
        place = (row.source, row.key)
        is_pinned = not asked.significant or place in self.pins or place in self.beside
        return is_pinned and asked.takes(_sources[row.source].kind) and asked.spans(row.moment)


def _is_account(place: tuple[str, UUID] | None) -> bool:
    return place is not None and place[0] == _ACCOUNTS


def _told(request: Request, rows: Sequence[Row], titles: Titles) -> list[tuple[Row, Entry]]:
    """Each row with its entry, in their order; but for one that was taken away since it was looked up."""
    for row in rows:
        # The first words that are read fetch the keys of all, whichever source they are of.
        if record := row.concern_id or row.child_id:
            note(record.bytes)
    of_source: dict[str, dict[UUID, datetime]] = {}
    for row in rows:
        of_source.setdefault(row.source, {})[row.key] = row.moment
    told = {of: _sources[of].told(request, when, titles) for of, when in of_source.items()}
    found = [(row, entry) for row in rows if (entry := told[row.source].get(row.key))]
    for row, entry in found:
        entry.reference = entry.reference or row.reference or ""
    return found
