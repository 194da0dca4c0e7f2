"""Who reads everything that was published, and works out what is hidden: with a solver (HiGHS), and nothing of Harbour.

Numbers are whole and not below what the reader may take them to be at least. Sums are what was printed. Of a list that
hides something, one number at least is below the threshold.
"""

from collections.abc import Hashable, Iterable
from random import Random

import highspy
import numpy as np

Name = Hashable
# No number of a school is larger.
MOST = 1_000
# So many ways in which everything fits together are looked at before each number is asked by itself.
TRIES = 6


class Attacker:
    """Unknown numbers, the sums that are known of them, and how many values each could have."""

    def __init__(self) -> None:
        self._model = highspy.Highs()
        self._model.silent()
        self._model.setOptionValue("threads", 1)
        self._model.setOptionValue("mip_rel_gap", 0.0)
        self._random = Random(27)
        self._seen: dict[int, set[int]] = {}
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
        return self._look({}) is not None

    def narrow(self, names: Iterable[Name]) -> list[Name]:
        """Those of the numbers that could be fewer than three, for all that is known."""
        waiting = list(names)
        for _ in range(TRIES):
            waiting = [name for name in waiting if len(self._seen.get(self._column[name], ())) < 3]
            if not waiting:
                break
            self._look({self._column[name]: self._random.choice((-1, 1)) for name in waiting})
        return [name for name in waiting if not self._has_three_values(self._column[name], name)]

    def _has_three_values(self, column: int, name: Name) -> bool:
        """Whether it can: looks below, between and above the values that are known until three are, or nothing fits."""
        seen = self._seen[column]
        while len(seen) < 3:
            known = sorted(seen)
            gaps = [(self._least[name], known[0] - 1), (known[0] + 1, known[-1] - 1), (known[-1] + 1, MOST)]
            if not any(low <= high and self._fits_within(column, name, low, high) for low, high in gaps):
                return False
        return True

    def _fits_within(self, column: int, name: Name, low: int, high: int) -> bool:
        self._model.changeColBounds(column, low, high)
        found = self._look({})
        self._model.changeColBounds(column, self._least[name], MOST)
        return found is not None

    def _look(self, wanted: dict[int, int]) -> list[int] | None:
        """One way in which all fits together, as low (1) or high (-1) as it goes where that is wanted."""
        for column, sign in wanted.items():
            self._model.changeColCost(column, sign)
        self._model.run()
        status = self._model.getModelStatus()
        assert status in (_SOLVED, *_NOTHING_FITS), self._model.modelStatusToString(status)
        found = [round(one) for one in self._model.getSolution().col_value] if status == _SOLVED else None
        for column in wanted:
            self._model.changeColCost(column, 0)
        for column, value in enumerate(found or ()):
            self._seen.setdefault(column, set()).add(value)
        return found

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
