"""What does a record say about a child, and what is wrong with it? One CSV record in, one `Parsed` out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from children.models import ImportRow
from children.names import fold

from . import values
from .date_orders import DateOrders
from .formats import FIELDS, MAY_BE_TWICE, Format
from .problems import Problem, Severity, worst_first
from .reading import Record
from .values import MEND, Notes

Facts = dict[str, Any]
_NAMES = ("surname", "forename", "middle_names", "known_surname", "known_forename", "former_surname")
_DATES = ("date_of_birth", "entered_on")
_ADULT = {"contact_relationship": "relationship", "contact_mobile": "mobile", "contact_email": "email"}


@dataclass(slots=True)
class Parsed:
    """One child as a file describes it.

    `kind` is empty for a row that can be compared; facts hold only what the file says.
    """

    number: int
    facts: Facts
    problems: list[Problem] = field(default_factory=list)
    kind: str = ""

    @property
    def who(self) -> str:
        """By whom the row is known where its UPN does not say, or empty where name or date of birth is missing."""
        return who_key(self.facts.get("forename", ""), self.facts.get("surname", ""), self.facts.get("date_of_birth"))


def who_key(forename: str, surname: str, born: object) -> str:
    """Folded name and date of birth, as rows and held children are matched by them; empty where either is missing."""
    named = who_name(forename, surname)
    # A letter can fold into several: what is stored has an end.
    return f"{named[:310]}|{born}" if named and born else ""


def who_name(forename: str, surname: str) -> str:
    """A name as rows and held children are compared by it."""
    return fold(f"{forename} {surname}")


class RowReader:
    """Reads the records of one file: what each column means is worked out once."""

    def __init__(self, headings: Sequence[str], columns: Mapping[str, str], product: Format, *, today: date) -> None:
        self._width = len(headings)
        self._first = headings[0]
        self._cells = [(n, heading, columns[heading]) for n, heading in enumerate(headings) if heading in columns]
        self._heading = {meaning: heading for _, heading, meaning in self._cells}
        # Where a file has both, Sex is read after Gender and stands.
        self._cells.sort(key=lambda cell: cell[2] in MAY_BE_TWICE and fold(cell[1]) == FIELDS[cell[2]].label.lower())
        self._blank = product.blank
        self._month_first, self._orders = product.month_first, DateOrders()
        birth = values.dates(month_first=product.month_first, born=True, today=today)
        self._readers: dict[str, Callable[[str, Notes], Any]] = {
            "upn": values.pupil_number,
            "date_of_birth": birth,
            "entered_on": values.dates(month_first=product.month_first),
            "sex": values.sex,
            "year_group": values.year_group,
            "class_name": values.class_name,
            "ethnicity": values.coded("ethnicity"),
            "first_language": values.coded("language"),
            "sen_provision": values.coded("sen"),
            "in_care": values.yes_no,
            "contact_responsibility": values.yes_no,
            **dict.fromkeys(_NAMES, values.name),
        }

    def parse(self, records: Iterator[Record]) -> Iterator[Parsed]:
        """Each record as a `Parsed`, in order."""
        for record in records:
            yield self.parse_one(record)

    def parse_one(self, record: Record) -> Parsed:
        """One record as facts and problems."""
        notes = Notes()
        if skipped := self._is_no_child(record, notes):
            return skipped
        self._check_width(record, notes)
        facts = {name: value for name, value in self._values(record, notes) if value is not None}
        tidy_names(facts)
        _tidy_address(facts, notes, self._heading)
        _tidy_adults(facts)
        require(facts, notes, self._heading)
        return Parsed(record.number, facts, worst_first(notes.problems), kind_of(notes.problems))

    def dates_that_contradict(self) -> list[dict[str, Any]]:
        """Columns whose dates contradict each other, or the way in which they are read, after the last row."""
        return self._orders.contradicting(month_first=self._month_first)

    def _is_no_child(self, record: Record, notes: Notes) -> Parsed | None:
        """A total or a note under the list: one cell filled, or none that a child has."""
        filled = [values.clean(cell) for cell in record.cells if cell.strip()]
        if len(filled) != 1 or self._width < 3:
            return None
        notes.note(
            Severity.WARN, "no_child", f"{values.shown(filled[0])} is not a child. The row was skipped.", self._first
        )
        return Parsed(record.number, {}, notes.problems, ImportRow.Kind.SKIPPED)

    def _check_width(self, record: Record, notes: Notes) -> None:
        given = len(record.cells)
        if given < self._width:
            notes.note(
                Severity.HOLD,
                "short_row",
                f"The row has {given} cells where the headings have {self._width}: the rest is missing. {MEND}",
                "",
            )
        elif any(cell.strip() for cell in record.cells[self._width :]):
            notes.note(
                Severity.HOLD,
                "long_row",
                f"The row has {given} cells where the headings have {self._width}: cells may have moved. {MEND}",
                "",
            )

    def _values(self, record: Record, notes: Notes) -> Iterator[tuple[str, Any]]:
        cells = record.cells
        for n, heading, meaning in self._cells:
            if n >= len(cells):
                continue
            text = values.clean(cells[n], lines=meaning in ("address", "address_line"))
            if not text and meaning in self._blank:
                text = self._blank[meaning]
            notes.column = heading
            if meaning in _DATES:
                self._orders.add(heading, text)
            limit = FIELDS[meaning].max_length
            if limit and len(text) > limit:
                notes.note(
                    Severity.REJECT,
                    "too_long",
                    f"The cell has {len(text)} characters; {FIELDS[meaning].label} has at most {limit}. {MEND}",
                )
                continue
            yield meaning, self._readers.get(meaning, values.text)(text, notes)
        notes.column = ""


def kind_of(problems: Sequence[Problem]) -> str:
    """What the problems alone make of a row: rejected, held, or nothing yet."""
    severities = {problem.severity for problem in problems}
    if Severity.REJECT in severities:
        return ImportRow.Kind.REJECTED
    return ImportRow.Kind.HELD if severities & {Severity.HOLD, Severity.ASK} else ""


def tidy_names(facts: Facts) -> None:
    """A known name that is the legal one is no second name."""
    for known, legal in (("known_forename", "forename"), ("known_surname", "surname")):
        if known in facts and (facts[known] == facts.get(legal) or values.lost_letters(facts[known], facts.get(legal))):
            facts[known] = ""
    if former := facts.pop("former_surname", ""):
        facts["called"] = [{"forename": facts.get("forename", ""), "surname": former, "kind": "former"}]


def _tidy_address(facts: Facts, notes: Notes, headings: Mapping[str, str]) -> None:
    """The cells of an address become one; "Address withheld" is no address but a reason not to give one."""
    whole, line = facts.pop("address", ""), facts.pop("address_line", "")
    town, county, postcode = (facts.pop(part, "") for part in ("town", "county", "postcode"))
    if fold(whole or line) in values.WITHHELD:
        facts["address_confidential"] = True
        column = headings.get("address") or headings.get("address_line", "")
        notes.note(
            Severity.WARN,
            "withheld",
            "The address is withheld. Harbour marks it as confidential and keeps no address.",
            column,
        )
        return
    if (found := values.address(whole or line, town, county, postcode)) is not None:
        facts["address"] = found


def _tidy_adults(facts: Facts) -> None:
    """The cells about adults become a list, in the order in which they are rung."""
    extra = {ours: facts.pop(theirs) for theirs, ours in _ADULT.items() if theirs in facts}
    responsible = facts.pop("contact_responsibility", None)
    named = [(facts.pop("contact_name", ""), "")]
    named += [(facts.pop("mother_name", ""), "Mother"), (facts.pop("father_name", ""), "Father")]
    adults: list[Facts] = []
    for name, relationship in named:
        if not name:
            continue
        adult: Facts = values.person(name) | {"order": len(adults) + 1}
        if relationship:
            adult["relationship"] = relationship
        if not adults:
            adult |= extra
            if responsible is not None:
                adult["responsibility"] = responsible
        adults.append(adult)
    if adults:
        facts["adults"] = adults


def require(facts: Facts, notes: Notes, headings: Mapping[str, str]) -> None:
    """A row needs a forename, a surname, a date of birth and a UPN; without one it waits, it is not lost."""
    codes = {problem.code for problem in notes.problems}
    if "short_row" in codes:
        return
    for name, code in (("surname", "no_surname"), ("forename", "no_forename")):
        if name not in facts and "too_long" not in codes:
            notes.note(
                Severity.HOLD,
                code,
                f"{FIELDS[name].label} is missing. Enter it in your own system and export again.",
                headings.get(name, ""),
            )
    if "date_of_birth" not in facts and not codes & {"no_date", "impossible_date", "future_birth"}:
        notes.note(
            Severity.HOLD,
            "no_birth",
            "Date of birth is missing. Enter it in your own system and export again.",
            headings.get("date_of_birth", ""),
        )
