"""How is a chart drawn? Places on one scale, worked out here and printed as SVG by the components of charts.

Places across are percentages and places up are pixels, so that a drawing narrows and its text does not. Drawings carry
presentation attributes, which paper reads too; a page has its own colours. What a chart says stands beside it in words
and in a table: a drawing is never the only way.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

# Pixels: how high the drawing is, where its scale ends above and begins below, and where the names stand.
HIGH, TOP, BASE, NAMES = 196, 14, 164, 187
_LEFT, _RIGHT = 8.0, 95.0
SMALL_HIGH, _SMALL_TOP, _SMALL_BASE = 64, 8, 56
# As many names as fit under a chart of half a page.
_MOST_NAMES = 5
_STEPS = (1, 2, 5)
SHADES = 4


def ticks(highest: float, most: int = 4) -> list[int]:
    """The whole numbers beside a scale from 0: steps of 1, 2 or 5 times a power of ten, at most `most` of them above 0,
    the last at or above `highest`. A scale of nothing goes to 1.
    """
    highest = max(ceil(highest), 1)
    unit = 1
    while True:
        for step in (unit * one for one in _STEPS):
            if step * most >= highest:
                return list(range(0, ceil(highest / step) * step + 1, step))
        unit *= 10


@dataclass(frozen=True)
class Tick:
    """A line of the scale: its number, how high it lies, and where its number is written."""

    text: str
    y: str
    text_y: str


@dataclass(frozen=True)
class Mark:
    """A value of a line: its place. `x2` and `y2` are those of the next one, where a line leads there."""

    x: str
    y: str
    x2: str = ""
    y2: str = ""


@dataclass(frozen=True)
class Line:
    """A line with its gaps, by the marks of its values; `newest` is the last of them, with its number."""

    kind: str
    marks: tuple[Mark, ...]
    newest: str = ""


@dataclass(frozen=True)
class Lines:
    """A chart of lines: its scale, its lines, the names under it with their places, and its gaps."""

    ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]
    names: tuple[tuple[str, str], ...]
    high: int = HIGH
    base: int = BASE
    names_y: int = NAMES
    left: str = f"{_LEFT}%"
    right: str = f"{_RIGHT}%"


@dataclass(frozen=True)
class Small:
    """A small line of percentages: from which number up it is drawn, its line, and the height of a target."""

    line: Line
    lowest: int
    target: str
    high: int = SMALL_HIGH
    top: int = _SMALL_TOP
    base: int = _SMALL_BASE


def lines(names: Sequence[str], series: Sequence[Sequence[int | None]], kinds: Sequence[str]) -> Lines:
    """Lines over the same names; None is a gap. `kinds` says how each is drawn: the first stands before the others."""
    scale = ticks(max((value for line in series for value in line if value is not None), default=0))
    across = _across(len(names))

    def up(value: float) -> float:
        return BASE - (BASE - TOP) * value / scale[-1]

    drawn = [_line(kind, values, across, up) for kind, values in zip(kinds, series, strict=True)]
    shown = _named(len(names))
    return Lines(
        tuple(Tick(str(one), f"{up(one):.1f}", f"{up(one) + 4:.1f}") for one in scale),
        tuple(drawn),
        tuple((names[n], _percent(across[n])) for n in shown),
    )


def small(values: Sequence[int | None], target: int | None = None) -> Small:
    """A small line of percentages, drawn from a round number below its lowest up to 100."""
    held = [value for value in (*values, target) if value is not None]
    lowest = max((min(held) - 5) // 25 * 25, 0) if held else 0

    def up(value: float) -> float:
        return _SMALL_BASE - (_SMALL_BASE - _SMALL_TOP) * (value - lowest) / (100 - lowest)

    across = _across(len(values), 14.0, 96.0)
    return Small(_line("now", values, across, up), lowest, f"{up(target):.1f}" if target is not None else "")


def widths(values: Sequence[int]) -> list[str]:
    """How wide each bar is, of the widest."""
    most = max(values, default=0)
    return [f"{value * 100 / most:.1f}%" if most else "0%" for value in values]


def shade(value: int, highest: int) -> int:
    """How dark a cell of a heat table is: 0 for nothing, up to `SHADES` for the highest."""
    return ceil(value * SHADES / highest) if highest else 0


def _line(kind: str, values: Sequence[int | None], across: Sequence[float], up: Callable[[float], float]) -> Line:
    places = [(x, value) for x, value in zip(across, values, strict=True)]
    marks = []
    for (x, value), (x2, after) in pairwise([*places, (0.0, None)]):
        if value is not None:
            onwards = (_percent(x2), f"{up(after):.1f}") if after is not None else ("", "")
            marks.append(Mark(_percent(x), f"{up(value):.1f}", *onwards))
    held = [value for value in values if value is not None]
    return Line(kind, tuple(marks), str(held[-1]) if held else "")


def _across(number: int, left: float = _LEFT + 2, right: float = _RIGHT - 3) -> list[float]:
    return [left + (right - left) * n / max(number - 1, 1) for n in range(number)]


def _named(number: int) -> list[int]:
    """Which names are written: the first and the last, and a few between that stand evenly."""
    if number <= _MOST_NAMES:
        return list(range(number))
    step = ceil((number - 1) / (_MOST_NAMES - 1))
    found = list(range(0, number - step // 2 - 1, step))
    return [*found, number - 1]


def _percent(place: float) -> str:
    return f"{place:.2f}%"
