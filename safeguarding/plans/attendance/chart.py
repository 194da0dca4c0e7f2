"""Where do the bars of attendance stand, week by week? In percentages across, so that text never shrinks, and in pixels
up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from .counting import Span

HEIGHT, BASE, LABEL = 120, 128, 146
_WEEK = timedelta(weeks=1)
# As much of a week's width as its bar takes.
_FILLED = 0.78
# Before a school year is over its bars do not grow wider than so many of them would be.
_FEWEST = 13


@dataclass(frozen=True)
class Piece:
    """A part of a bar: how it is drawn, from where, how high."""

    css: str
    y: str
    height: str


@dataclass(frozen=True)
class Bar:
    """One week: its place and width, and what it is made of from the bottom up."""

    x: str
    width: str
    pieces: list[Piece]
    # Where a month begins, its name stands under the bar.
    month: str


@dataclass(frozen=True)
class Chart:
    """The bars, the heights at which lines are drawn (all sessions, nine in ten, none), and that of the months."""

    bars: list[Bar]
    top: int
    ninety: str
    base: int
    label: int


def chart(weeks: Sequence[Span]) -> Chart:
    """The bars of these weeks. A week without sessions leaves its place empty."""
    bars: list[Bar] = []
    if weeks:
        first, last = weeks[0].first, weeks[-1].first
        wide = max((last - first) // _WEEK + 1, _FEWEST)
        told: date | None = None
        for week in weeks:
            # That of its Friday: a year begins in September, also where its first Monday is one of August.
            month = "" if told and told.month == week.last.month else f"{week.last:%b}"
            told = week.last
            place = (week.first - first) // _WEEK
            bars.append(Bar(_percent(place / wide), _percent(_FILLED / wide), _pieces(week), month))
    return Chart(bars, BASE - HEIGHT, f"{BASE - HEIGHT * 0.9:.1f}", BASE, LABEL)


def _pieces(week: Span) -> list[Piece]:
    sessions, y, found = week.sessions, float(BASE), []
    for css, number in (
        ("attended", sessions.attended),
        ("authorised", sessions.authorised),
        ("unauthorised", sessions.unauthorised),
    ):
        if number:
            height = HEIGHT * number / sessions.possible
            y -= height
            found.append(Piece(css, f"{y:.1f}", f"{height:.1f}"))
    return found


def _percent(part: float) -> str:
    return f"{part * 100:.2f}%"
