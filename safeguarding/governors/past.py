"""What did earlier reports show and hide? A new one hides no less, and a year is the sum of what its terms showed."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from safeguarding.dates import school_year

from .cells import (
    ALL_COLUMN,
    LEFT_OUT,
    LEFT_OUT_SAYS,
    OTHER,
    OTHER_COLUMN,
    TOTAL,
    BuiltCell,
    Earlier,
    Term,
    of_table,
    table_of,
)
from .kinds import PHASES
from .suppression import Joined
from .suppression.two_way import Before

_PHASE = {title: code for code, title in PHASES.items()} | {OTHER_COLUMN: OTHER}


@dataclass(frozen=True)
class OfTerm:
    """The newest report of another term that stands, and the versions before it."""

    newest: Earlier
    before: tuple[Earlier, ...]

    @property
    def term(self) -> Term:
        return self.newest.term

    def joined(self, section: str, table: str) -> Joined | None:
        """A one-way list as it was published; None where it was left out."""
        rows = _main_cells(self.newest, section, table)
        if not rows or any(one.row == LEFT_OUT for one in rows):
            return None
        shown = {one.row: one.value or 0 for one in rows if not one.hidden and one.row not in (OTHER, TOTAL)}
        together = sum(one.value or 0 for one in rows if one.row == OTHER)
        return Joined(shown, frozenset(one.row for one in rows if one.hidden), together)

    def total(self, section: str, table: str) -> int | None:
        rows = _main_cells(self.newest, section, table)
        return next((one.value for one in rows if one.row == TOTAL), None)

    def titles(self, section: str, table: str) -> dict[str, str]:
        rows = _main_cells(self.newest, section, table)
        return {one.row: one.label for one in rows if one.row not in (OTHER, TOTAL, LEFT_OUT)}


@dataclass(frozen=True)
class Past:
    """Everything that was published before a report of `term` is built, the oldest first."""

    term: Term
    reports: tuple[Earlier, ...] = ()

    @cached_property
    def versions(self) -> tuple[Earlier, ...]:
        """Earlier versions of this very report."""
        return tuple(one for one in self.reports if _is_same(one.term, self.term))

    def hidden(self, section: str, table: str) -> frozenset[str]:
        """The rows of a list that an earlier version joined."""
        return _hidden_rows(self.versions, section, table)

    def left_out(self, section: str, table: str) -> bool:
        """Whether an earlier version left the table out because of its small numbers."""
        return any(
            cell.row == LEFT_OUT and cell.label == LEFT_OUT_SAYS
            for one in self.versions
            for cell in of_table(one.cells, section, table)
        )

    def terms_of_year(self) -> list[OfTerm] | None:
        """The other terms of the school year that ended before this one; None where one of them has no report that
        stands any more.
        """
        year = school_year(self.term.last)
        of: dict[tuple[object, object], list[Earlier]] = {}
        for one in self.reports:
            if school_year(one.term.last) == year and one.term.last < self.term.last:
                of.setdefault((one.term.first, one.term.last), []).append(one)
        found = []
        for versions in sorted(of.values(), key=lambda some: some[0].term.first):
            standing = [one for one in versions if one.stands]
            if not standing:
                return None
            newest = standing[-1]
            found.append(OfTerm(newest, tuple(one for one in versions if one is not newest)))
        return found

    def before_of_two_way(self, section: str, table: str) -> Before:
        """What earlier versions hid of a table of two ways."""
        rows, columns, spots = set[str](), set[str](), set[tuple[str, str]]()
        for cell in self._hidden_cells(section, table):
            if cell.row == TOTAL:
                columns.add(_PHASE[cell.column])
            elif cell.column == ALL_COLUMN:
                rows.add(cell.row)
            elif cell.row != LEFT_OUT:
                spots.add((cell.row, _PHASE[cell.column]))
        return Before(frozenset(rows), frozenset(columns), frozenset(spots))

    def _hidden_cells(self, section: str, table: str) -> Iterator[BuiltCell]:
        for one in self.versions:
            yield from (cell for cell in of_table(one.cells, section, table) if cell.hidden)


def _is_same(one: Term, other: Term) -> bool:
    return (one.first, one.last) == (other.first, other.last)


def _main_cells(report: Earlier, section: str, table: str) -> list[BuiltCell]:
    main = table_of(section, table).main
    return [one for one in of_table(report.cells, section, table) if one.column == main or one.row == LEFT_OUT]


def _hidden_rows(reports: tuple[Earlier, ...], section: str, table: str) -> frozenset[str]:
    return frozenset(
        one.row
        for report in reports
        for one in _main_cells(report, section, table)
        if one.hidden and one.row != LEFT_OUT
    )
