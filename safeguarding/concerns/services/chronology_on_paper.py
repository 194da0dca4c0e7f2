"""What a child's chronology, or that of a family, says on paper: all that is asked for, whole, newest first.

Asked for somebody, by a page or by the worker; the caller records the reading. A long one is read in pieces, of
which no process holds more than one.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from children.before_acting import before_acting
from children.models import Child, ChildDetail
from children.names.instead import LeftOut
from children.people import family
from children.secret import ADDRESS_IS_SECRET
from safeguarding.accounts.titles import RolesAlone, Titles
from safeguarding.audit.by_keys import Asks
from safeguarding.audit.reading import visible
from safeguarding.concerns import chronology
from safeguarding.concerns.chronology import Chronology, Entry, Narrowed, Substance
from safeguarding.concerns.left_out import staff_left_out
from safeguarding.concerns.models import Concern
from safeguarding.concerns.permissions import children_read
from safeguarding.http import Request
from safeguarding.printing.pages import OnPaper

# More children than live in one home: beyond it the eldest are shown, and the page says so.
MOST_OF_A_FAMILY = 12
# As many are read while somebody waits; more than these the worker reads, and lays out so many at a time.
AT_ONCE, PIECE = 300, 50
# How prints of chronologies are ordered from the worker.
NAME = "chronology"


@dataclass(frozen=True)
class Wanted:
    """What is to be printed: of which child, with the family or alone, narrowed to what (`category`: the name of that
    kind of concern), with or without the names of staff.
    """

    child_id: UUID
    with_family: bool
    narrowed: Narrowed
    category: str
    nameless: bool

    @property
    def purpose(self) -> str:
        """What was printed, for the record of it."""
        what = "family" if self.with_family else "chronology"
        return (
            f"{what}{', significant' if self.narrowed.significant else ''}{', no staff names' if self.nameless else ''}"
        )

    def order(self) -> dict[str, Any]:
        """The same for the worker, in keys and choices."""
        asked = self.narrowed
        return {
            "child": str(self.child_id),
            "family": self.with_family,
            "kinds": sorted(asked.kinds),
            "since": asked.since and asked.since.isoformat(),
            "until": asked.until and asked.until.isoformat(),
            "category": asked.category,
            "significant": asked.significant,
            "named": self.category,
            "nameless": self.nameless,
        }


def _wanted(order: Mapping[str, Any]) -> Wanted:
    since, until = (date.fromisoformat(order[name]) if order[name] else None for name in ("since", "until"))
    narrowed = Narrowed(frozenset(order["kinds"]), since, until, order["category"], order["significant"])
    return Wanted(UUID(order["child"]), order["family"], narrowed, order["named"], order["nameless"])


@dataclass(frozen=True)
class Told:
    """The children it tells of: whose it is, and the others of the family."""

    child: Child
    others: list[Child]

    @property
    def all(self) -> list[Child]:
        return [self.child, *self.others]


def children_told(asks: Asks, child_id: UUID, *, with_family: bool) -> Told:
    """The children it tells of. Raises `Http404` where they do not read that child's concerns."""
    if (child := readable(asks).filter(pk=child_id).first()) is None:
        raise Http404
    return Told(child, family_of(asks, child) if with_family else [])


def title_of(told: Told, wanted: Wanted) -> str:
    """The reference that stands on it."""
    return f"{'Family chronology, from' if wanted.with_family else 'Chronology of'} record {told.child.number}"


def is_long(asks: Asks, told: Told, wanted: Wanted) -> bool:
    """Whether the worker reads it, and not the page. One query."""
    return chronology.number_of(_request(asks), told.all, wanted.narrowed) > AT_ONCE


def on_paper(asks: Asks, told: Told, wanted: Wanted, *, at: datetime) -> OnPaper:
    """All of it."""
    [said] = _read(asks, told, wanted, at=at, size=None)
    return said


def in_pieces(asks: Asks, order: Mapping[str, Any], at: datetime) -> Iterator[OnPaper]:
    """What was ordered, a piece after the other. Raises `Http404` where it is not theirs to read any more."""
    wanted = _wanted(order)
    told = children_told(asks, wanted.child_id, with_family=wanted.with_family)
    return _read(asks, told, wanted, at=at, size=PIECE)


def _read(asks: Asks, told: Told, wanted: Wanted, *, at: datetime, size: int | None) -> Iterator[OnPaper]:
    child, narrowed = told.child, wanted.narrowed
    titles = RolesAlone(child.school_id) if wanted.nameless else Titles(child.school_id)
    out = staff_left_out(titles) if isinstance(titles, RolesAlone) else None
    detail = visible(asks, ChildDetail).filter(pk=child.pk).annotate(is_secret=ADDRESS_IS_SECRET).first()
    about = {
        "child": child,
        "detail": detail,
        "before_acting": before_acting(asks, told.all, today=timezone.localdate(), detail=detail),
        "kinds": [text for key, text in chronology.KINDS.items() if narrowed.takes(key)] if narrowed.kinds else [],
        "category": wanted.category,
        "others": told.others,
        "nameless": wanted.nameless,
        "first": True,
    }
    before, last_year = "", 0
    while True:
        found = chronology.read(
            _request(asks), child, narrowed, before=before, size=size, titles=titles, family=told.others
        )
        found = _nameless(found, out) if out else found
        yield OnPaper(
            "pdf/chronology.html",
            {**about, "found": found, "goes_on": last_year},
            title=title_of(told, wanted),
            school_id=child.school_id,
            own=[each.pk for each in told.all],
            records=concerns_seen(asks, {entry.concern_id for entry in found.entries if entry.concern_id}),
            at=at,
        )
        if not (before := found.older):
            return
        last_year = found.years()[-1][0]


def concerns_seen(asks: Asks, keys: Collection[UUID]) -> set[UUID]:
    """Those of these concerns that the person sees now."""
    return set(visible(asks, Concern).filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()


def _nameless(found: Chronology, out: LeftOut) -> Chronology:
    return replace(found, entries=[_without(entry, out) for entry in found.entries])


def _without(entry: Entry, out: LeftOut) -> Entry:
    pin = replace(entry.pin, said=out(entry.pin.analysis)) if entry.pin else None
    substance = _words_without(entry.substance, out) if entry.substance else None
    return replace(
        entry,
        title=out(entry.title),
        sentence=out(entry.sentence),
        source=out(entry.source),
        pin=pin,
        substance=substance,
    )


def _words_without(whole: Substance, out: LeftOut) -> Substance:
    return Substance(
        told=tuple((name, out(text)) for name, text in whole.told),
        words=out(whole.words),
        marks=tuple((where, out(note)) for where, note in whole.marks),
        beside=tuple(_without(under, out) for under in whole.beside),
    )


def readable(asks: Asks) -> QuerySet[Child]:
    """The children whose concerns the person reads."""
    return children_read(asks.user, visible(asks, Child))


def family_of(asks: Asks, child: Child) -> list[Child]:
    """Brothers, sisters and others who live with the child, as far as the person reads their concerns."""
    if not (keys := family(asks, child)):
        return []
    found = readable(asks).filter(pk__in=keys, school_id=child.school_id)
    return list(found.order_by("-year_group", "sort_name", "pk")[:MOST_OF_A_FAMILY])


def _request(asks: Asks) -> Request:
    """Sources of a chronology ask of a request who it is, and nothing else."""
    return cast(Request, asks)
