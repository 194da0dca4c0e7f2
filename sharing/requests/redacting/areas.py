"""Which of the areas on a page does one touch, and which hold it? A page may have tens of thousands of words.

Comparing each with each costs with the square of their number. So for each of the four edges a set of areas is kept as
the bits of an integer, and a question is four sets met.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import accumulate
from operator import or_

from .marks import Area


class _Edges:
    """One of the four edges of each area: whose lies before a value, and whose behind it."""

    def __init__(self, values: Sequence[int]) -> None:
        at: defaultdict[int, list[int]] = defaultdict(list)
        for number, value in enumerate(values):
            at[value].append(number)
        self.values = sorted(at)
        self.before = list(accumulate((set_of(at[value]) for value in self.values), or_, initial=0))

    def below(self, value: int) -> int:
        return self.before[bisect_left(self.values, value)]

    def up_to(self, value: int) -> int:
        return self.before[bisect_right(self.values, value)]


class Areas:
    """Some areas of a page. A set of them is an integer whose bits are their numbers; `each` gives the numbers."""

    def __init__(self, areas: Sequence[Area]) -> None:
        self.all = (1 << len(areas)) - 1
        self._x0, self._y0, self._x1, self._y1 = (_Edges([area[edge] for area in areas]) for edge in range(4))

    def touching(self, one: Area) -> int:
        """Those that `one` touches, as `Area.touches` says."""
        begun = self._x0.below(one.x1) & self._y0.below(one.y1)
        return begun & ~(self._x1.up_to(one.x0) | self._y1.up_to(one.y0))

    def holding(self, one: Area) -> int:
        """Those that hold `one`, as `Area.holds` says."""
        begun = self._x0.up_to(one.x0) & self._y0.up_to(one.y0)
        return begun & ~(self._x1.below(one.x1) | self._y1.below(one.y1))


def set_of(numbers: Sequence[int]) -> int:
    """A set of these numbers, which rise."""
    bits = bytearray(numbers[-1] // 8 + 1 if numbers else 0)
    for number in numbers:
        bits[number // 8] |= 1 << number % 8
    return int.from_bytes(bits, "little")


def each(numbers: int) -> Iterator[int]:
    """The numbers of a set, the lowest first."""
    while numbers:
        lowest = numbers & -numbers
        yield lowest.bit_length() - 1
        numbers ^= lowest
