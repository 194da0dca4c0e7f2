"""Who reads everything that was published, and works out what is hidden: with a solver (HiGHS), and nothing of Harbour.

Numbers are whole and not below what the reader may take them to be at least. Sums are what was printed. Of a list that
hides something, one number at least is below the threshold.
"""

from collections.abc import Hashable, Iterable

import highspy
import numpy as np

Name = Hashable
# No number of a school is larger.
MOST = 5_000


class Attacker:
    """Unknown numbers, the sums that are known of them, and how many values each could have."""

    def __init__(self) -> None:
        self._model = highspy.Highs()
        self._model.silent()
        self._column: dict[Name, int] = {}
        self._least: dict[Name, int] = {}

    def number(self, name: Name, least: int = 0) -> Name:
        """An unknown number; named again, it is known to be at least the larger."""
        if name not in self._column:
            self._column[name] = self._add_column(0, MOST)
            self._least[name] = 0
        if least > self._least[name]:
            self._least[name] = least
            self._model.changeColBounds(self._column[name], least, MOST)
        return name

    def equal(self, names: Iterable[Name], total: int) -> None:
        """The sum of these numbers was printed."""
        self._add_row([(self.number(name), 1) for name in names], total, total)

    def same(self, some: Iterable[Name], others: Iterable[Name]) -> None:
        """Two sums are one."""
        self._add_row([(self.number(n), 1) for n in some] + [(self.number(n), -1) for n in others], 0, 0)

    def sum_of(self, name: Name, parts: Iterable[Name], least: int = 0) -> Name:
        """A number that is the sum of others."""
        if name not in self._column:
            self.number(name)
            self.same([name], parts)
        return self.number(name, least)

    def one_is_below(self, names: Iterable[Name], threshold: int) -> None:
        """At least one of them is below the threshold: else nothing would have been hidden."""
        switches = []
        for name in names:
            switch = self._add_column(0, 1)
            switches.append((switch, 1))
            # Switched on, the number is below; off, it may be anything.
            self._rows([(self._column[self.number(name)], 1), (switch, MOST)], -1, threshold - 1 + MOST)
        self._rows(switches, 1, len(switches))

    def is_possible(self) -> bool:
        return self._run(0, 0) is not None

    def has_three_values(self, name: Name) -> bool:
        """Whether the number could be one of three at least, for all that is known."""
        column = self._column[name]
        least, most = self._run(column, 1), self._run(column, -1)
        assert least is not None and most is not None
        return most - least >= 2 and self._between(column, name, least + 1, most - 1)

    def _between(self, column: int, name: Name, low: int, high: int) -> bool:
        self._model.changeColBounds(column, low, high)
        found = self._run(column, 1)
        self._model.changeColBounds(column, self._least[name], MOST)
        return found is not None

    def _run(self, column: int, sign: int) -> int | None:
        """The least that a number can be, the most for -1; None where nothing fits together."""
        self._model.changeColCost(column, sign)
        self._model.run()
        status = self._model.getModelStatus()
        value = round(self._model.getSolution().col_value[column]) if status == _SOLVED else None
        self._model.changeColCost(column, 0)
        assert status in (_SOLVED, *_NOTHING_FITS), self._model.modelStatusToString(status)
        return value

    def _add_column(self, low: int, high: int) -> int:
        place = self._model.getNumCol()
        self._model.addVar(low, high)
        self._model.changeColIntegrality(place, highspy.HighsVarType.kInteger)
        return int(place)

    def _add_row(self, parts: list[tuple[Name, int]], low: int, high: int) -> None:
        self._rows([(self._column[name], factor) for name, factor in parts], low, high)

    def _rows(self, parts: list[tuple[int, int]], low: int, high: int) -> None:
        whole: dict[int, int] = {}
        for column, factor in parts:
            whole[column] = whole.get(column, 0) + factor
        columns, factors = np.array(list(whole), dtype=np.int32), np.array(list(whole.values()), dtype=np.float64)
        self._model.addRow(low, high, len(whole), columns, factors)


_SOLVED = highspy.HighsModelStatus.kOptimal
_NOTHING_FITS = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)
