"""What is counted for a report, before anything is hidden: plain tables, groups, and what is known of cohorts."""

from collections.abc import Mapping
from dataclasses import dataclass

from . import cells


@dataclass(frozen=True)
class Line:
    """A row of a plain table: its code, its words, how many, of how many; `column` where there are several."""

    row: str
    label: str
    value: int | None
    of: int | None = None
    column: str = ""
    unit: str = cells.CONCERNS


@dataclass(frozen=True)
class Plain:
    section: str
    table: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Groups:
    """Numbers of one list of groups, by code; `titles` has every group in order. `total` is shown as it is."""

    section: str
    table: str
    titles: Mapping[str, str]
    numbers: Mapping[str, int]
    unit: str
    total: Line | None = None
    # Where it is made of each term and the report is that of the year's last: the table of its sum.
    year_table: str = ""


@dataclass(frozen=True)
class Register:
    """Sessions attended, those that were possible, and of how many children a register is held."""

    attended: int = 0
    possible: int = 0
    children: int = 0

    def __add__(self, other: "Register") -> "Register":
        return Register(self.attended + other.attended, self.possible + other.possible, self.children + other.children)

    @property
    def rate(self) -> int | None:
        """Per cent in tenths; None where no register is held."""
        return per_100(self.attended, self.possible)


@dataclass(frozen=True)
class Cohorts:
    """What is counted of groups of children: how many, how often in a concern, and sessions attended in per cent."""

    children: Groups
    in_concerns: Groups
    registers: Mapping[str, Register]
    whole: Register


def per_100(part: int, whole: int) -> int | None:
    """In tenths, rounded down; None where there is nothing to count."""
    return part * 1000 // whole if whole else None
