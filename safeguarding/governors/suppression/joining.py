"""Which small groups of one list are joined, so that none of them can be told from the others?

Groups below the threshold are joined, and with them the smallest others, until all joined are at least the threshold
and each of them could be one of at least three numbers. What is joined is shown as one sum.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

# A hidden number can be at least so many.
VALUES = 3
LEAST_THRESHOLD = 3


@dataclass(frozen=True)
class Settings:
    """What the school chose: below which number a group is small (5, at least 3), and whether none is hidden too."""

    threshold: int = 5
    hide_zero: bool = False

    def __post_init__(self) -> None:
        if self.threshold < LEAST_THRESHOLD:
            raise ValueError(f"The threshold is at least {LEAST_THRESHOLD}.")

    def is_small(self, number: int) -> bool:
        return number < self.threshold and (self.hide_zero or number > 0)

    def least(self, name: object, may_be_zero: Collection[object]) -> int:
        """The least that a reader has to think a hidden number to be: 1 where they know that none would be shown."""
        return 0 if self.hide_zero or name in may_be_zero else 1


@dataclass(frozen=True)
class Joined:
    """A list of groups as it may be shown: those that stand by themselves, those that are joined, and their sum."""

    shown: Mapping[str, int]
    members: frozenset[str] = frozenset()
    together: int = 0


def join(
    numbers: Mapping[str, int],
    settings: Settings,
    *,
    always: Collection[str] = (),
    may_be_zero: Collection[str] = (),
) -> Joined | None:
    """The list with its small groups joined; None where no group would be left by itself.

    `always` are joined, however many they are. Of `may_be_zero` nobody knows that they are not none: an earlier version
    hid them.
    """
    hidden = {name for name, number in numbers.items() if settings.is_small(number) or name in always}
    while hidden and not _is_enough(numbers, hidden, settings, may_be_zero):
        others = [name for name, number in numbers.items() if name not in hidden and number]
        if not others:
            return None
        hidden.add(min(others, key=lambda name: (numbers[name], name)))
    shown = {name: number for name, number in numbers.items() if name not in hidden}
    if not any(shown.values()):
        return None if hidden or settings.hide_zero else Joined(shown)
    return Joined(shown, frozenset(hidden), sum(numbers[name] for name in hidden))


def _is_enough(
    numbers: Mapping[str, int], hidden: Collection[str], settings: Settings, may_be_zero: Collection[str]
) -> bool:
    """Whether the joined are as many as the threshold, and each could be one of `VALUES` numbers."""
    together = sum(numbers[name] for name in hidden)
    room = together - sum(settings.least(name, may_be_zero) for name in hidden)
    return len(hidden) > 1 and together >= settings.threshold and room >= VALUES - 1
