"""How does a number stand to what the school has set itself for it? In words, never by colour alone."""

from dataclasses import dataclass
from enum import StrEnum


class Stands(StrEnum):
    """How a number stands to what the school has set itself."""

    MET = "met"
    MISSED = "missed"
    NOTHING = "nothing to count yet"


@dataclass(frozen=True)
class Aim:
    """What the school has set itself for a number, and how that stands. `is_share`: at least so many per cent; else at
    most so many.
    """

    value: int
    is_share: bool
    stands: Stands

    @property
    def is_missed(self) -> bool:
        return self.stands is Stands.MISSED

    @property
    def says(self) -> str:
        """Target 95%: missed; Target 0: met; Target 3 at most: met."""
        return f"Target {aim_in_words(self.value, is_share=self.is_share)}: {self.stands}"


def aim_in_words(value: int, *, is_share: bool) -> str:
    """95%; 3 at most; 0."""
    return f"{value}%" if is_share else f"{value} at most" if value else "0"


def aimed(value: int, *, number: int, of: int | None) -> Aim:
    """How a number stands to a target; a number with `of` is a share of so many."""
    if of is None:
        return Aim(value, False, Stands.MET if number <= value else Stands.MISSED)
    if not of:
        return Aim(value, True, Stands.NOTHING)
    # As the share is shown, which is rounded down: 94.9 per cent is no 95.
    return Aim(value, True, Stands.MET if number * 100 >= value * of else Stands.MISSED)
