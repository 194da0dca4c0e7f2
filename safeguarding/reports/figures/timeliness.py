"""How quickly was a concern read, and decided? Counted are those whose time is up, or that are done.

What is logged after the school closes, or on a day without children, counts for the next school day. Read in time is
what was read by the end of that day, decided in time what was decided, for the first time, by the end of the school day
after it (the day after the trigger is day 1, domain reference 2.5). What is not done, and has time left, is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import (
    BooleanField,
    Count,
    DateTimeField,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce

from safeguarding.concerns.models import Decision
from safeguarding.dates import counted, short_day

from .base import logged
from .days import last_school_weeks, monday_of
from .periods import Period, between
from .registry import Figure, Lists, NoSuchCell, day_of, register
from .values import Cell, Number, Schools, Series, Viewer, counted_by, on_axis, percent

# As many school weeks as the small lines have.
WEEKS = 6
# A holiday may lie between a concern and the school day for which it counts.
_LONGEST_BREAK = timedelta(weeks=11)
_IN_TIME, _LATE = "in-time", "late"
_CELLS = {_IN_TIME: "In time", _LATE: "Late"}


@dataclass(frozen=True)
class _Promise:
    """What is promised of a concern, and by the end of how many school days after the one for which it counts."""

    key: str
    title: str
    done: str
    after: int


READ = _Promise("read-in-time", "Read the same school day", "read", 0)
DECIDED = _Promise("decided-in-time", "Decided in 1 school day", "decided", 1)
_NAMES = [f"{one.done}_{part}" for one in (READ, DECIDED) for part in ("over", "good")]


def read_same_day(viewer: Viewer) -> Number:
    """Concerns of the period that were read on the school day on which they were logged."""
    return _number(viewer, READ)


def decided_in_a_day(viewer: Viewer) -> Number:
    """Concerns of the period that were decided within one school day; the first decision counts."""
    return _number(viewer, DECIDED)


def read_and_decided(viewer: Viewer) -> tuple[Number, Number]:
    """Both of the period, in one query: for a page that shows the two."""
    return _both(viewer, counted_by(_standing(viewer, viewer.period, READ, DECIDED), *_NAMES))


def read_and_decided_by_school(schools: Schools) -> dict[UUID, tuple[Number, Number]]:
    """Both of each of several schools, in one query for all."""
    found = counted_by(_standing(schools, schools.period, READ, DECIDED), "school_id", *_NAMES)
    each: dict[UUID, dict[Any, int]] = {key: {} for key in schools.calendars}
    for (school_id, *key), number in found.items():
        each[school_id][tuple(key)] = number
    return {key: _both(viewer, each[key]) for key, viewer in schools.each().items()}


def _both(viewer: Viewer, found: Mapping[Any, int]) -> tuple[Number, Number]:
    said = []
    for place, promise in ((0, READ), (2, DECIDED)):
        of = sum(number for key, number in found.items() if key[place])
        good = sum(number for key, number in found.items() if key[place] and key[place + 1])
        said.append(_in_words(viewer, promise, good, of))
    return said[0], said[1]


def by_week(viewer: Viewer) -> tuple[Series, Series]:
    """Both, by the week of the school day for which a concern counts: the last six school weeks of the period.

    One query.
    """
    weeks = last_school_weeks(viewer.calendar, viewer.period.last, WEEKS)
    names = {READ: "read", DECIDED: "decided"}
    counts = {
        f"{name}_{what}": Count("pk", filter=Q(**{f"{name}_over": True}) & also)
        for name in names.values()
        for what, also in (("in", Q(**{f"{name}_good": True})), ("of", Q()))
    }
    found: dict[date, list[int]] = {}
    if weeks:
        rows = _standing(viewer, _window(weeks), *names).filter(counts_on__gte=weeks[0])
        listed = rows.order_by().values_list("counts_on").annotate(**counts)
        for day, *numbers in listed:
            week = found.setdefault(monday_of(day), [0, 0, 0, 0])
            for place, number in enumerate(numbers):
                week[place] += number
    return _line(viewer, READ, weeks, found, 0), _line(viewer, DECIDED, weeks, found, 2)


def _line(viewer: Viewer, promise: _Promise, weeks: list[date], found: dict[date, list[int]], at: int) -> Series:
    cells = []
    for monday in weeks:
        good, of = found.get(monday, [0, 0, 0, 0])[at : at + 2]
        behind = viewer.behind(promise.key, monday.isoformat()) if of else ""
        cells.append(Cell(monday.isoformat(), on_axis(monday), good if of else None, behind, of))
    said = ", ".join(f"{cell.label} {f'{cell.percent} per cent' if cell.of else 'none'}" for cell in cells)
    return Series(promise.key, promise.title, tuple(cells), "per cent", says=f"{promise.title}, by week: {said}.")


def _number(viewer: Viewer, promise: _Promise) -> Number:
    number = counted_by(_rows(viewer, promise), "good")
    return _in_words(viewer, promise, number.get(True, 0), sum(number.values()))


def _in_words(viewer: Viewer, promise: _Promise, good: int, of: int) -> Number:
    late = of - good
    notes = [(f"{good} of {of}", "")] if of else [("None to count yet", "")]
    if late:
        notes.append((f"{late} late", viewer.behind(promise.key, _LATE)))
    says = f"{counted(good, 'concern')} of {of} {promise.done} in time, {percent(good, of)} per cent."
    return Number(
        promise.key, promise.title, good, "concerns", viewer.at, says, viewer.behind(promise.key), of, tuple(notes)
    )


def _first_decision(viewer: Viewer) -> Subquery:
    of_concern = viewer.see(Decision).filter(concern=OuterRef("pk")).order_by().values("concern")
    return Subquery(of_concern.annotate(first=Min("decided_at")).values("first"), output_field=DateTimeField())


def _standing(viewer: Viewer, period: Period, *promises: _Promise) -> QuerySet[Any]:
    """The concerns logged in a time, each with the school day for which it counts and, of each promise, whether it can
    be said (`…_over`) and was kept (`…_good`).
    """
    days = viewer.school_days(period)
    found = logged(viewer, period).annotate(counts_on=days.of("logged_at"))
    for one in promises:
        done, until, good, over = (f"{one.done}_{part}" for part in ("when", "until", "good", "over"))
        when = _first_decision(viewer) if one is DECIDED else F("acknowledged_at")
        in_time = Q(**{f"{done}__lt": F(until)})
        found = found.alias(**{done: when, until: days.end_of("logged_at", after=one.after)})
        # Nothing done is neither early nor late: false, and not unknown.
        kept = Coalesce(ExpressionWrapper(in_time, BooleanField()), Value(False))
        found = found.annotate(**{good: kept}).annotate(
            **{over: ExpressionWrapper(Q(**{good: True}) | Q(**{f"{until}__lte": viewer.at}), BooleanField())}
        )
    return found


def _rows(viewer: Viewer, promise: _Promise, period: Period | None = None) -> QuerySet[Any]:
    found = _standing(viewer, period or viewer.period, promise).filter(**{f"{promise.done}_over": True})
    return found.annotate(good=F(f"{promise.done}_good"))


def _window(weeks: list[date]) -> Period:
    """The days of logging that may count for a day of these weeks."""
    return between(weeks[0] - _LONGEST_BREAK, weeks[-1] + timedelta(days=6))


def _behind(promise: _Promise, viewer: Viewer, cell: str) -> QuerySet[Any]:
    if not cell or cell in _CELLS:
        rows = _rows(viewer, promise)
        return rows.filter(good=cell == _IN_TIME) if cell else rows
    if (monday := day_of(cell)) not in last_school_weeks(viewer.calendar, viewer.period.last, WEEKS):
        raise NoSuchCell(cell)
    rows = _rows(viewer, promise, _window([monday]))
    return rows.filter(counts_on__range=(monday, monday + timedelta(days=6)))


def _called(viewer: Viewer, cell: str) -> str:
    return _CELLS[cell] if cell in _CELLS else f"Week of {short_day(day_of(cell), viewer.today)}"


_FROM = "What is logged after the school closes, or on a day without children, counts for the next school day."
register(
    Figure(
        READ.key,
        READ.title,
        Lists.CONCERNS,
        f"Concerns that somebody read by the end of the school day on which they were logged. {_FROM} What is unread "
        "and has time left is not counted yet.",
        partial(_behind, READ),
        _called,
    ),
    Figure(
        DECIDED.key,
        DECIDED.title,
        Lists.CONCERNS,
        "Concerns of which the first decision was recorded by the end of the school day after the one on which they "
        f"were logged. {_FROM} What is undecided and has time left is not counted yet.",
        partial(_behind, DECIDED),
        _called,
    ),
)
