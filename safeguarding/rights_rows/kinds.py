"""How is it said of a table that its rows give or take rights, and who may write them?"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Change:
    """Columns that may change together, where `where` holds: SQL over the rows `OLD` and `NEW`, and `me`."""

    columns: tuple[str, ...]
    where: str


def change(where: str, *columns: str) -> Change:
    """A change of `columns` that is allowed where the SQL `where` holds."""
    return Change(columns, where)


@dataclass(frozen=True)
class Guarded:
    """Rows that decide what somebody sees.

    `add` is SQL over `NEW` and `me`, the key of who asks (null: nobody): who may add such a row. Of a `closed` table no
    other column than those of `changes` is ever changed; of an open one the others are none of the guard's business.
    Several changes may name one column: one of them has to hold. `remove` is SQL over `OLD` and `me`: who may delete a
    row of a table from which the web process deletes; empty where that is none of the guard's business.
    """

    word: str
    add: str
    changes: tuple[Change, ...] = ()
    closed: bool = True
    remove: str = ""

    def columns(self) -> dict[str, list[str]]:
        """Under which conditions each column may change: {column: [SQL]}."""
        found: dict[str, list[str]] = {}
        for one in self.changes:
            for column in one.columns:
                found.setdefault(column, []).append(one.where)
        return found


@dataclass(frozen=True)
class Neither:
    """Facts read the table, and nobody sees more or less by a row of it: `because` says why."""

    because: str
    word: str = field(default="neither", init=False)


Said = Mapping[str, Guarded | Neither]


def gives(add: str, *changes: Change, closed: bool = True, remove: str = "") -> Guarded:
    """Somebody sees or may do more by such a row."""
    return Guarded("gives", add, changes, closed, remove)


def takes(add: str, *changes: Change, closed: bool = True) -> Guarded:
    """Somebody sees less by such a row, until it ends."""
    return Guarded("takes", add, changes, closed)
