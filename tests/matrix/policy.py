"""What does `docs/policy.yaml` say of one cell: this person, this page, this method, this record?

The file says at its head how it is read; this does that and knows nothing of the roles or rules of the code.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parents[2] / "docs" / "policy.yaml"
# Answers that turn somebody away. Each must leave everything as it was.
REFUSALS = frozenset({"not_there", "not_allowed", "sign_in", "closed", "damaged"})
# Those that leave an event. A page of which half arrived turns nobody away.
RECORDED = REFUSALS - {"damaged"} | {"refused"}
SIGNED_OUT = ("public", "leaver")
METHODS = ("GET", "POST")


@dataclass(frozen=True)
class Cell:
    """One question: `record` is empty for a page without one."""

    page: str
    method: str
    person: str
    record: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.page} {self.record or '-'} by {self.person}"


@dataclass(frozen=True)
class Policy:
    """The file, as it was read."""

    said: dict[str, Any]

    @cached_property
    def people(self) -> list[str]:
        return list(self.said["people"])

    @cached_property
    def records(self) -> list[str]:
        return list(self.said["records"])

    @cached_property
    def pages(self) -> dict[str, dict[str, Any]]:
        return self.said["pages"]  # type: ignore[no-any-return]

    def names(self, listed: Any) -> list[str]:
        """The people or records of a list, its groups written out."""
        if listed == "all":
            return [*self.people, *self.records]
        groups = self.said["groups"]
        return [name for one in listed for name in (self.names(groups[one]) if one in groups else [one])]

    @cached_property
    def _seen(self) -> dict[tuple[str, str], frozenset[str]]:
        """Person and record to the parts of it that the person may see."""
        seen: dict[tuple[str, str], set[str]] = {}
        for line in self.said["sees"]:
            for person in self.names(line["who"]):
                for record in self.names(line["of"]):
                    seen.setdefault((person, record), set()).update(line["parts"])
        for line in self.said["never"]:
            for person in self.names(line["who"]):
                for record in self.names(line["of"]):
                    parts = seen.get((person, record), set())
                    parts -= parts if line["parts"] == "all" else set(line["parts"])
        return {pair: frozenset(parts) for pair, parts in seen.items()}

    def sees(self, person: str, record: str) -> frozenset[str]:
        return self._seen.get((person, record), frozenset())

    def cells(self, keys: dict[str, dict[str, Any]]) -> Iterator[Cell]:
        """Every cell that there is.

        `keys` of a record are what fills addresses: a page is asked about those that have its key.
        """
        for page, entry in self.pages.items():
            for method in METHODS:
                for person in self.people:
                    if "of" in entry:
                        for record in self.records:
                            if all(keys[record].get(kind) is not None for kind in kinds_of(entry)):
                                yield Cell(page, method, person, record)
                    else:
                        yield Cell(page, method, person)

    def expected(self, cell: Cell) -> str:
        """The answer, in a word of the file."""
        entry = self.pages[cell.page]
        asked: str = entry[cell.method]
        if cell.person in SIGNED_OUT:
            return str(entry.get("signed_out", {}).get(cell.method) or self._signed_out(entry, cell))
        for line in entry.get("but", ()):
            about = cell.record in self.names(line["of"]) if "of" in line and line["of"] != "all" else True
            if cell.method in line and cell.person in self.names(line["who"]) and about:
                return str(line[cell.method])
        if asked == "closed":
            return asked
        if cell.person not in self.names(self.said["doors"][entry["door"]]["who"]):
            return "not_allowed"
        return str(entry.get("unseen", "not_there")) if self._is_unseen(entry, cell) else asked

    def _is_unseen(self, entry: dict[str, Any], cell: Cell) -> bool:
        needs = entry.get("needs", "any")
        return bool(cell.record) and needs != "any" and needs not in self.sees(cell.person, cell.record)

    def is_hidden(self, cell: Cell) -> bool:
        """Whether the record must seem not to be there: answered in the words of a number that was never issued."""
        entry = self.pages[cell.page]
        told = self.expected(cell) == entry.get("unseen", "not_there")
        return cell.person not in SIGNED_OUT and told and self._is_unseen(entry, cell) and "never_issued" not in entry

    def _signed_out(self, entry: dict[str, Any], cell: Cell) -> str:
        let_in = cell.person in self.names(self.said["doors"][entry["door"]]["who"])
        return str(entry[cell.method]) if let_in else "sign_in"

    def shows(self, cell: Cell) -> frozenset[str]:
        return frozenset(self.pages[cell.page].get("shows", ()))

    def is_shown(self, page: str) -> bool:
        """Whether anybody is answered by the page itself."""
        entry = self.pages[page]
        lines = (entry, entry.get("signed_out", {}), *entry.get("but", ()))
        return any(line.get(method) == "shown" for line in lines for method in METHODS)

    def queries(self, page: str) -> int | None:
        """How often the page may ask the database at most; None where its line does not say."""
        return self.pages[page].get("queries")

    def allows(self, cell: Cell, places: set[tuple[str, str]]) -> bool:
        """Whether a canary that stands at these places, each a record and a part of it, may be in the answer."""
        shown = self.shows(cell)
        return any(part in shown and part in self.sees(cell.person, record) for record, part in places)

    def is_not_yet(self, cell: Cell) -> bool:
        """Whether the file says that Harbour does not answer this cell as it should."""
        door = self.pages[cell.page]["door"]
        return cell.person not in SIGNED_OUT and any(
            cell.person in self.names(line["who"])
            and (cell.page in line.get("pages", ()) or door in line.get("doors", ()))
            and line.get("method", cell.method) == cell.method
            for line in self.said.get("not_yet") or ()
        )


def kinds_of(entry: dict[str, Any]) -> list[str]:
    """Which keys of a record fill the address of a page, in their order."""
    of = entry.get("of", [])
    return [of] if isinstance(of, str) else of


def read() -> Policy:
    # libyaml reads the table in a tenth of the time, in each process of the tests.
    return Policy(yaml.load(FILE.read_text(), Loader=yaml.CSafeLoader))
