"""Which cells of a table with totals are hidden, so that each of them could be at least three numbers?

Small rows and columns are joined first, for their totals are shown. Then cells below the threshold go, and while one of
the hidden can be narrowed, the smallest other cell of its line. A table of which more than half would go is left out.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from .flow import Edge, ranges
from .joining import VALUES, Joined, Settings, join

Spot = tuple[str, str]


@dataclass(frozen=True)
class TwoWay:
    """A table as it may be shown: rows and columns with their totals, what was joined, and which cells are hidden.

    `numbers` are all cells, hidden ones too: `hidden` says which nobody is told.
    """

    rows: Mapping[str, int]
    columns: Mapping[str, int]
    joined_rows: frozenset[str]
    joined_columns: frozenset[str]
    numbers: Mapping[Spot, int]
    hidden: frozenset[Spot]

    @property
    def lost(self) -> tuple[int, int]:
        """How many cells are hidden, of how many."""
        return len(self.hidden), len(self.numbers)


@dataclass(frozen=True)
class Before:
    """What an earlier version of the same table hid: rows and columns that it joined, and cells."""

    rows: frozenset[str] = frozenset()
    columns: frozenset[str] = frozenset()
    cells: frozenset[Spot] = frozenset()


def suppressed(
    numbers: Mapping[Spot, int],
    settings: Settings,
    together: str,
    *,
    join_rows: Collection[str] = (),
    before: Before | None = None,
) -> TwoWay | None:
    """The table as it may be shown; None where too much of it would go.

    `numbers` has every cell, by row and column. `together` is what joined rows, and columns, are called. `join_rows`
    are joined however many they are, as what `before` joined. Zero cells stay where none is shown.
    """
    before = before or Before()
    rows = join(_sums(numbers, 0), settings, always={*join_rows, *before.rows}, may_be_zero=before.rows)
    columns = join(_sums(numbers, 1), settings, always=before.columns, may_be_zero=before.columns)
    if rows is None or columns is None:
        return None
    table = _folded(numbers, rows, columns, together)
    lines = _names(rows, together), _names(columns, together)
    if len(lines[0]) < 2 or len(lines[1]) < 2:
        return None
    # Where a hidden cell is part of a joined one, what that showed less the others would tell it.
    were = {_place(spot, rows, columns, together) for spot in before.cells} & table.keys()
    hidden = _hidden(table, settings, were)
    if hidden is None or 2 * len(hidden) > len(table):
        return None
    return TwoWay(lines[0], lines[1], rows.members, columns.members, table, frozenset(hidden))


def _sums(numbers: Mapping[Spot, int], side: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for spot, number in numbers.items():
        found[spot[side]] = found.get(spot[side], 0) + number
    return found


def _names(lines: Joined, together: str) -> dict[str, int]:
    return dict(lines.shown) | ({together: lines.together} if lines.members else {})


def _folded(numbers: Mapping[Spot, int], rows: Joined, columns: Joined, together: str) -> dict[Spot, int]:
    found: dict[Spot, int] = {}
    for spot, number in numbers.items():
        place = _place(spot, rows, columns, together)
        found[place] = found.get(place, 0) + number
    return found


def _place(spot: Spot, rows: Joined, columns: Joined, together: str) -> Spot:
    row, column = spot
    return together if row in rows.members else row, together if column in columns.members else column


def _hidden(table: Mapping[Spot, int], settings: Settings, always: Collection[Spot]) -> set[Spot] | None:
    """The cells to hide; None where a cell can be narrowed and nothing is left to hide beside it."""
    hidden = {spot for spot, number in table.items() if settings.is_small(number) or spot in always}
    while narrow := _narrowest(table, hidden, settings, always):
        more = _beside(table, hidden, narrow)
        if more is None:
            return None
        hidden.add(more)
    return hidden


def _narrowest(
    table: Mapping[Spot, int], hidden: Collection[Spot], settings: Settings, always: Collection[Spot]
) -> Spot | None:
    """The hidden cell that can be the fewest numbers, if they are fewer than three."""
    edges = [
        Edge(spot, ("row", spot[0]), ("column", spot[1]), table[spot], settings.least(spot, always))
        for spot in sorted(hidden)
    ]
    found = ranges(edges)
    narrow = [(most - least + 1, spot) for spot, (least, most) in found.items() if most - least + 1 < VALUES]
    return min(narrow)[1] if narrow else None  # type: ignore[return-value]


def _beside(table: Mapping[Spot, int], hidden: Collection[Spot], narrow: Spot) -> Spot | None:
    """The smallest other cell of its line: of the line in which fewer are hidden, else of the other.

    A cell that is none stays: it would widen nothing.
    """
    lines: Sequence[list[Spot]] = sorted(
        ([spot for spot in table if spot[side] == narrow[side]] for side in (0, 1)),
        key=lambda line: sum(spot in hidden for spot in line),
    )
    for line in lines:
        free = [spot for spot in line if spot not in hidden and table[spot]]
        if free:
            return min(free, key=lambda spot: (table[spot], spot))
    return None
