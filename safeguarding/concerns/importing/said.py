"""What does one row of an earlier system's export say? One record of the sheet in, one `Said` out."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from children import upn as numbers
from children.importing.reading import Record
from children.importing.values import Notes, clean, dates
from children.names import fold
from safeguarding.dates import LONDON
from safeguarding.letters import normal

from .columns import FIELDS, MORE

# Whatever is earlier is a slip of the finger: nobody's record of a child at school is as old.
EARLIEST = date(1980, 1, 1)
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.]\d{2}(?:\.\d+)?)?\s*([ap])?\.?m?\.?", re.IGNORECASE)
_WITH_TIME = re.compile(rf"(.*?\d)(?:[ T]|, ?)\s*({_TIME.pattern})(?:Z|[+-]00:?00)?", re.IGNORECASE)
_LINES = frozenset({"details", "action", "outcome"})


@dataclass(slots=True)
class Said:
    """A row as it was read. `facts` hold only what it says; `problem` is why it cannot be used, and `column` where that
    stands.

    `child` and `joins` (numbers of the rows whose incident it belongs to) are found later.
    """

    number: int
    facts: dict[str, str]
    more: list[list[str]] = field(default_factory=list)
    problem: str = ""
    column: str = ""
    child: UUID | None = None
    kind: str = ""
    joins: list[int] = field(default_factory=list)
    # Of an entry of another school: who reads it (`Readers`).
    readers: str = ""

    @property
    def says_who(self) -> bool:
        """Whether the row says anything about which child it is about."""
        return any(self.facts.get(name) for name in ("upn", "name", "forename", "surname", "born"))

    @property
    def happened(self) -> tuple[datetime, bool]:
        """When it happened, and whether the time of day is known."""
        at = self.facts.get("at", "")
        moment = datetime.combine(date.fromisoformat(self.facts["on"]), time.fromisoformat(at) if at else time())
        return moment.replace(tzinfo=LONDON), bool(at)

    def as_dict(self) -> dict[str, Any]:
        return {"facts": self.facts, "more": self.more} | ({"readers": self.readers} if self.readers else {})


def names_of(facts: Mapping[str, str]) -> frozenset[str]:
    """The name of a child, folded, in each order in which it may be meant.

    "Ashdown, Rowan", "Rowan Ashdown" and "Ashdown Rowan" are the same child: what else is given has to agree."""
    whole = facts.get("name", "")
    if forename := facts.get("forename", ""):
        surname = facts.get("surname", "")
        return frozenset({fold(f"{forename} {surname}")}) if surname or not whole else frozenset()
    last, comma, first = whole.partition(",")
    if comma:
        return frozenset({fold(f"{first} {last}")}) - {""}
    words = fold(whole).split()
    turned = {" ".join([*words[n:], *words[:n]]) for n in range(len(words))}
    return frozenset(turned)


class Reader:
    """Reads the records of one sheet: what each column means is worked out once."""

    def __init__(
        self,
        headings: Sequence[str],
        columns: Mapping[str, str],
        *,
        month_first: bool,
        today: date,
        may_be_short: bool = False,
    ) -> None:
        """`may_be_short`: a workbook leaves off cells at the end of a row that are empty; a CSV file has them all."""
        self._width = len(headings)
        self._may_be_short = may_be_short
        meanings = [(n, heading, columns.get(heading, "")) for n, heading in enumerate(headings) if heading]
        self._cells = [(n, heading, meaning) for n, heading, meaning in meanings if meaning in FIELDS]
        self._more = [(n, heading) for n, heading, meaning in meanings if meaning == MORE]
        self._heading = {meaning: heading for _, heading, meaning in self._cells}
        self._dates = dates(month_first=month_first)
        self._today = today

    def read(self, records: Iterable[Record]) -> Iterator[Said]:
        return (self.read_one(record) for record in records)

    def read_one(self, record: Record) -> Said:
        cells = record.cells
        said = Said(record.number, {})
        if len(cells) < self._width:
            said.problem = "" if self._may_be_short else "short_row"
            cells = [*cells, *[""] * (self._width - len(cells))]
        elif any(cell.strip() for cell in cells[self._width :]):
            said.problem = "long_row"
        for n, heading, meaning in self._cells:
            text = clean(cells[n], lines=meaning in _LINES)
            if len(text) > FIELDS[meaning].max_length:
                said.problem, said.column = said.problem or "too_long", said.column or heading
                text = text[:60]
            if text:
                said.facts[meaning] = text
        said.more = [[heading, text] for n, heading in self._more if (text := clean(cells[n], lines=True))]
        self._dates_and_numbers(said)
        return said

    def _dates_and_numbers(self, said: Said) -> None:
        facts = said.facts
        for problem, meaning in (
            (self._when(facts), "on"),
            (self._born(facts), "born"),
            (_number(facts), "upn"),
            (self._action_on(facts), "action_on"),
        ):
            if problem and not said.problem:
                said.problem, said.column = problem, self._heading.get(meaning, "")
        if not said.problem and not (facts.get("details") or facts.get("action")):
            said.problem, said.column = "no_words", self._heading.get("details", "")

    def _when(self, facts: dict[str, str]) -> str:
        """The day and the time of an incident, as ISO has them. An action has a day of its own."""
        text, at = facts.pop("on", ""), facts.pop("at", "")
        if not facts.get("details"):
            return ""
        if not text:
            return "no_date"
        if found := _WITH_TIME.fullmatch(text):
            text, at = found[1], at or found[2]
        day = self._day(text)
        if day is None or day < EARLIEST:
            return "bad_date"
        facts["on"] = day.isoformat()
        if day > self._today:
            return "future_date"
        if at and at.strip("0:."):
            moment = _time(at)
            if moment is None:
                return "bad_time"
            facts["at"] = moment
        return ""

    def _born(self, facts: dict[str, str]) -> str:
        text = facts.pop("born", "")
        if not text:
            return ""
        if found := _WITH_TIME.fullmatch(text):
            text = found[1]
        day = self._day(text)
        if day is None or not EARLIEST < day <= self._today:
            return "bad_birth"
        facts["born"] = day.isoformat()
        return ""

    def _action_on(self, facts: dict[str, str]) -> str:
        """The day of an action where it can be read; else as it was written. It orders nothing."""
        if text := facts.get("action_on", ""):
            found = _WITH_TIME.fullmatch(text)
            day = self._day(found[1] if found else text)
            facts["action_on"] = day.isoformat() if day else text
        return ""

    def _day(self, text: str) -> date | None:
        """A date that can be read in one way only."""
        notes = Notes()
        read = self._dates(text, notes)
        return date.fromisoformat(str(read)) if read and not notes.problems else None


def _number(facts: dict[str, str]) -> str:
    """The UPN in capitals. A cell that holds a dash or says that there is none holds none."""
    text = normal("NFKC", facts.pop("upn", "")).replace(" ", "").upper()
    if not text or not any(letter.isalnum() for letter in text) or text in ("NONE", "N/A", "NULL", "UNKNOWN"):
        return ""
    facts["upn"] = text
    return "" if numbers.is_valid(text) else "bad_upn"


def _time(text: str) -> str | None:
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2])
    if half := (found[3] or "").lower():
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None
