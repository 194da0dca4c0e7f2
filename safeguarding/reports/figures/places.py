"""Where and when was it seen? By place, hour and weekday, as the account says. Each may be unknown."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay

from safeguarding.concerns.models import Account

from .base import logged
from .registry import Figure, Lists, NoSuchCell, register
from .values import Cell, Grid, Series, Viewer, counted_by

_UNKNOWN = "none"
_DAYS = {
    "1": "Mon", "2": "Tue", "3": "Wed", "4": "Thu", "5": "Fri", "weekend": "Sat, Sun", _UNKNOWN: "Day not known",
}  # fmt: skip
_IN_FULL = {"1": "Monday", "2": "Tuesday", "3": "Wednesday", "4": "Thursday", "5": "Friday", "weekend": "weekend"}
# From an hour until another.
_HOURS = {
    "0-8": ("Before 9am", 0, 9),
    "9-10": ("9am to 11am", 9, 11),
    "11-12": ("11am to 1pm", 11, 13),
    "13-14": ("1pm to 3pm", 13, 15),
    "15-23": ("After 3pm", 15, 24),
}
_BANDS = {code: words for code, (words, *_) in _HOURS.items()} | {_UNKNOWN: "Time not known"}
_PLACES = {place.value: str(place.label) for place in Account.Place} | {_UNKNOWN: "Place not known"}


def where_and_when(viewer: Viewer) -> tuple[Grid, Grid]:
    """Concerns of the period by place and weekday, and by hour and weekday. One query for both."""
    found = counted_by(_seen(viewer), "place", "weekday", "hour")
    places: Counter[tuple[str, str]] = Counter()
    hours: Counter[tuple[str, str]] = Counter()
    for (place, weekday, hour), number in found.items():
        day = _day_of(weekday)
        places[place or _UNKNOWN, day] += number
        hours[_band_of(hour), day] += number
    return (
        _grid(viewer, "by-place", "Where", _PLACES, places, busiest_first=True),
        _grid(viewer, "by-hour", "When", _BANDS, hours),
    )


def _grid(
    viewer: Viewer, key: str, title: str, rows: Mapping[str, str], found: Counter[tuple[str, str]], *,
    busiest_first: bool = False,
) -> Grid:  # fmt: skip
    days = [day for day in _DAYS if any(found[row, day] for row in rows)]
    lines = []
    for row, words in rows.items():
        cells = tuple(
            Cell(f"{row}.{day}", _DAYS[day], found[row, day], viewer.behind(key, f"{row}.{day}")) for day in days
        )
        line = Series(key, words, cells, "concerns", viewer.behind(key, row))
        if line.total:
            lines.append(line)
    if busiest_first:
        lines.sort(key=lambda line: (line.title == rows[_UNKNOWN], -line.total))
    return Grid(key, title, tuple(_DAYS[day] for day in days), tuple(lines), "concerns", _most(rows, found))


def _most(rows: Mapping[str, str], found: Counter[tuple[str, str]]) -> str:
    """Most often: Playground on a Tuesday, 7. Nothing where all is unknown, or nothing stands out."""
    known = {key: n for key, n in found.items() if n > 1 and _UNKNOWN not in key}
    if not known:
        return ""
    highest = max(known.values())
    most = [f"{rows[row]} on a {_IN_FULL[day]}" for (row, day), n in known.items() if n == highest]
    if len(most) == 1:
        return f"Most often: {most[0]}, {highest}."
    return f"Most often, {highest} each: {'; '.join(most[:3])}."


def _seen(viewer: Viewer) -> QuerySet[Any]:
    """Concerns of the period with what their account says; a day and hour in London, as it was written down."""
    return logged(viewer).annotate(
        place=F("account__place"),
        weekday=ExtractIsoWeekDay("account__observed_on"),
        hour=ExtractHour("account__observed_at"),
    )


def _day_of(weekday: int | None) -> str:
    return _UNKNOWN if weekday is None else "weekend" if weekday > 5 else str(weekday)


def _band_of(hour: int | None) -> str:
    if hour is None:
        return _UNKNOWN
    return next(code for code, (_, first, before) in _HOURS.items() if first <= hour < before)


def _place(found: QuerySet[Any], code: str) -> QuerySet[Any]:
    return found.filter(Q(place="") | Q(place=None)) if code == _UNKNOWN else found.filter(place=code)


def _hour(found: QuerySet[Any], code: str) -> QuerySet[Any]:
    if code == _UNKNOWN:
        return found.filter(hour=None)
    _, first, before = _HOURS[code]
    return found.filter(hour__gte=first, hour__lt=before)


def _rows(
    known: Mapping[str, str], narrow: Callable[[QuerySet[Any], str], QuerySet[Any]]
) -> Callable[[Viewer, str], QuerySet[Any]]:
    def behind(viewer: Viewer, cell: str) -> QuerySet[Any]:
        found = _seen(viewer)
        if not cell:
            return found
        row, day = _parts(cell, known)
        found = narrow(found, row)
        if day == _UNKNOWN:
            return found.filter(weekday=None)
        if day == "weekend":
            return found.filter(weekday__gt=5)
        return found.filter(weekday=int(day)) if day else found

    return behind


def _called(known: Mapping[str, str]) -> Callable[[Viewer, str], str]:
    def called(viewer: Viewer, cell: str) -> str:
        row, day = _parts(cell, known)
        return ", ".join(filter(None, (known[row], _IN_FULL.get(day, _DAYS.get(day, "")))))

    return called


def _parts(cell: str, known: Mapping[str, str]) -> tuple[str, str]:
    row, _, day = cell.partition(".")
    if row not in known or (day and day not in _DAYS):
        raise NoSuchCell(cell)
    return row, day


register(
    Figure(
        "by-place",
        "Where it was seen",
        Lists.CONCERNS,
        "Concerns logged in this time, by the place and the weekday that the account gives.",
        _rows(_PLACES, _place),
        _called(_PLACES),
    ),
    Figure(
        "by-hour",
        "When it was seen",
        Lists.CONCERNS,
        "Concerns logged in this time, by the hour and the weekday that the account gives.",
        _rows(_BANDS, _hour),
        _called(_BANDS),
    ),
)
