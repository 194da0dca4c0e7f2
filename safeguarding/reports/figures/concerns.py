"""How many concerns are open, how many were logged in which week, and of which kind?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from safeguarding.accounts.calendar import LONDON
from safeguarding.concerns.models import Closing, Concern
from safeguarding.concerns.services.kinds import names_on
from safeguarding.dates import counted, school_year, short_day, start_of

from .base import concerns, logged, week_in_london
from .days import monday_of, school_weeks
from .periods import a_year_before, year_of
from .registry import Figure, Lists, NoSuchCell, day_of, one_of, register
from .values import Cell, Number, Schools, Series, Viewer, counted_by, on_axis

_WEEK, _DAY = timedelta(weeks=1), timedelta(days=1)
_THEN, _UNREAD, _HOLIDAYS, _NONE = "a-year-ago", "unread", "holidays", "none"
# So many kinds have a bar; the others stand in the table.
MOST_BARS = 8


# --- open


def open_concerns(viewer: Viewer) -> Number:
    """Concerns that are not closed, now; and how many more or fewer than on this day last year.

    That is said only where concerns were logged here by then. Of those whose record has ended nothing is known.
    """
    return _open_in_words(viewer, concerns(viewer).aggregate(**_counts_of_open(viewer)))


def open_by_school(schools: Schools) -> dict[UUID, Number]:
    """The same of each of several schools, in one query for all."""
    rows = concerns(schools).order_by().values("school_id").annotate(**_counts_of_open(schools))
    found = {row["school_id"]: row for row in rows}
    nothing = {"now": 0, "unread": 0, "then": 0, "since": None}
    return {key: _open_in_words(viewer, found.get(key, nothing)) for key, viewer in schools.each().items()}


def _counts_of_open(viewer: Viewer) -> dict[str, Any]:
    return {
        "now": Count("pk", filter=~Q(status=Concern.Status.CLOSED)),
        "unread": Count("pk", filter=Q(status=Concern.Status.NEW)),
        "then": Count("pk", filter=_open_at(viewer, _a_year_ago(viewer))),
        "since": Min("logged_at"),
    }


def _open_in_words(viewer: Viewer, found: Mapping[str, Any]) -> Number:
    now, known = found["now"], found["since"] is not None and found["since"] <= _a_year_ago(viewer)
    notes = []
    if known:
        notes.append((_more_or_fewer(now, found["then"]), viewer.behind("open", _THEN)))
    if found["unread"]:
        notes.append((f"{found['unread']} unread", viewer.behind("open", _UNREAD)))
    says = f"{counted(now, 'concern is', 'concerns are')} open. {' '.join(f'{text}.' for text, _ in notes)}".strip()
    return Number("open", "Open concerns", now, "concerns", viewer.at, says, viewer.behind("open"), notes=tuple(notes))


def _more_or_fewer(now: int, then: int) -> str:
    if now == then:
        return "As many as this time last year"
    return f"{abs(now - then)} {'more' if now > then else 'fewer'} than this time last year"


def _a_year_ago(viewer: Viewer) -> datetime:
    here = viewer.at.astimezone(LONDON)
    return datetime.combine(a_year_before(here.date()), here.time(), LONDON)


def _open_at(viewer: Viewer, moment: datetime) -> Any:
    """Logged by then, and not closed: or opened again since only afterwards."""
    closings = viewer.see(Closing).filter(concern=OuterRef("pk"), closed_at__lte=moment)
    shut = closings.filter(Q(reopened_at=None) | Q(reopened_at__gt=moment))
    return Q(logged_at__lte=moment) & ~Exists(shut)


def _open_rows(viewer: Viewer, cell: str) -> QuerySet[Concern]:
    if cell == _THEN:
        return concerns(viewer).filter(_open_at(viewer, _a_year_ago(viewer)))
    found = concerns(viewer).exclude(status=Concern.Status.CLOSED)
    return found.filter(status=Concern.Status.NEW) if one_of(cell, {"": "", _UNREAD: _UNREAD}) else found


# --- by week


@dataclass(frozen=True)
class ByWeek:
    """A school year and the one before, and how many were logged in the weeks of this one that have no school day."""

    this: Series
    before: Series
    in_holidays: int
    behind_holidays: str


def by_week(viewer: Viewer) -> ByWeek:
    """Concerns logged in each week of a school year and of the one before, side by side by the number of school week.

    The year is that of the last day of the period. A week without a school day is a gap in both, and no zero. One
    query.
    """
    weeks, before = _weeks(viewer), _weeks_before(viewer)
    asked = _in_weeks(viewer, [*(monday for monday, _ in weeks), *(monday for monday, _ in before)])
    number = counted_by(asked, "week")
    earlier = iter([monday for monday, is_school in before if is_school])
    this, last = [], []
    for monday, is_school in weeks:
        label = on_axis(monday)
        this.append(_week_cell(viewer, monday, label, number.get(monday, 0) if is_school else None))
        then = next(earlier, None) if is_school else None
        last.append(_week_cell(viewer, then, on_axis(then), number.get(then, 0)) if then else Cell("", label, None))
    title, title_before = _year_title(viewer.period.last), _year_title(_last_year(viewer))
    return ByWeek(
        Series("by-week", title, tuple(this), "concerns", says=_says_weeks(this, title)),
        Series("by-week", title_before, tuple(last), "concerns", says=_says_weeks(last, title_before)),
        sum(number.get(monday, 0) for monday, is_school in weeks if not is_school),
        viewer.behind("by-week", _HOLIDAYS),
    )


def _says_weeks(cells: list[Cell], title: str) -> str:
    held = [cell for cell in cells if cell.value is not None]
    if not held:
        return f"{title}: no school week yet."
    most, least = max(held, key=lambda one: one.value or 0), min(held, key=lambda one: one.value or 0)
    newest = held[-1]
    return (
        f"{title}: from {least.value} in the week of {least.label} to {most.value} in the week of {most.label}; "
        f"{newest.value} in the week of {newest.label}."
    )


def _year_title(day: date) -> str:
    year = school_year(day)
    return f"{year}/{(year + 1) % 100:02}"


def _last_year(viewer: Viewer) -> date:
    return year_of(viewer.period.last).first - _DAY


def _weeks(viewer: Viewer) -> list[tuple[date, bool]]:
    """The weeks of the school year of the period, from its first school week to the last day of the period."""
    return _of_year(viewer, year_of(viewer.period.last).first, viewer.period.last)


def _weeks_before(viewer: Viewer) -> list[tuple[date, bool]]:
    last = _last_year(viewer)
    weeks = _of_year(viewer, year_of(last).first, last)
    wanted = sum(is_school for _, is_school in _weeks(viewer))
    found, school = [], 0
    for week in weeks:
        if school == wanted:
            break
        found.append(week)
        school += week[1]
    return found


def _of_year(viewer: Viewer, first: date, last: date) -> list[tuple[date, bool]]:
    weeks = school_weeks(viewer.calendar, first, last)
    while weeks and not weeks[0][1]:
        weeks.pop(0)
    return weeks


def _week_cell(viewer: Viewer, monday: date, label: str, value: int | None) -> Cell:
    behind = viewer.behind("by-week", monday.isoformat()) if value else ""
    return Cell(monday.isoformat(), label, value, behind)


def _in_weeks(viewer: Viewer, mondays: list[date]) -> QuerySet[Concern]:
    found = concerns(viewer).annotate(week=week_in_london("logged_at"))
    if not mondays:
        return found.none()
    # By moments first: that is what the index knows.
    within = found.filter(logged_at__gte=start_of(min(mondays)), logged_at__lt=start_of(max(mondays) + _WEEK))
    return within.filter(week__in=mondays)


def _week_rows(viewer: Viewer, cell: str) -> QuerySet[Concern]:
    weeks = _weeks(viewer)
    if cell == _HOLIDAYS:
        return _in_weeks(viewer, [monday for monday, is_school in weeks if not is_school])
    if not cell:
        return _in_weeks(viewer, [monday for monday, is_school in weeks if is_school])
    if (monday := day_of(cell)) != monday_of(monday):
        raise NoSuchCell(cell)
    return _in_weeks(viewer, [monday])


def _week_called(viewer: Viewer, cell: str) -> str:
    return "In holidays" if cell == _HOLIDAYS else f"Week of {short_day(day_of(cell), viewer.today)}"


# --- by kind


def by_category(viewer: Viewer) -> Series:
    """Concerns of the period by the kind that they have now, the most first. A call may have none yet."""
    number = counted_by(logged(viewer), "category_id", "category__name")
    kept = dict(names_on(viewer.today, viewer.school_id, asks=viewer.user, retired=True))
    cells = [
        Cell(
            code or _NONE, kept.get(code, name) if code else "Not said yet", n, viewer.behind("by-kind", code or _NONE)
        )
        for (code, name), n in number.items()
    ]
    cells.sort(key=lambda cell: (cell.code == _NONE, -(cell.value or 0), cell.label))
    first = f"Most often {cells[0].label}, {cells[0].value}." if cells else "None was logged."
    says = f"{counted(sum(number.values()), 'concern')} of {len(cells)} kinds. {first}"
    return Series("by-kind", "Concerns by main category", tuple(cells), "concerns", viewer.behind("by-kind"), says)


def _kind_rows(viewer: Viewer, cell: str) -> QuerySet[Concern]:
    found = logged(viewer)
    if not cell:
        return found
    return found.filter(category=None) if cell == _NONE else found.filter(category_id=cell)


def _kind_called(viewer: Viewer, cell: str) -> str:
    names = dict(names_on(viewer.today, viewer.school_id, asks=viewer.user, retired=True))
    return one_of(cell, names | {_NONE: "Not said yet"})


register(
    Figure(
        "open",
        "Open concerns",
        Lists.CONCERNS,
        "Concerns that are not closed, whenever they were logged.",
        _open_rows,
        lambda viewer, cell: one_of(cell, {_THEN: f"Open on {short_day(_a_year_ago(viewer))}", _UNREAD: "Unread"}),
        has_period=False,
    ),
    Figure(
        "by-week",
        "Concerns logged each week",
        Lists.CONCERNS,
        "Concerns by the week in which they were logged, from Monday to Sunday.",
        _week_rows,
        _week_called,
    ),
    Figure(
        "by-kind",
        "Concerns by main category",
        Lists.CONCERNS,
        "Concerns logged in this time, by the kind that they have now.",
        _kind_rows,
        _kind_called,
    ),
)
