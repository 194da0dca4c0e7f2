"""How do counted numbers become the cells of a report? Suppressed, after what earlier reports showed.

`Counted` is everything that was counted for one report. `assembled` reads nothing else, so a proof can give it schools
that were never there (`tests/unit/governors/`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count

from . import cells
from .cells import BuiltCell
from .kinds import GROUPS, PHASES, group_of
from .past import Past
from .suppression import Joined, Settings, TermJoined, TwoWay, join, sum_of, suppressed, too_narrow
from .tables import Cohorts, Groups, Line, Plain, Register, per_100


@dataclass(frozen=True)
class Year:
    """What the report of a year's last term counts of the whole year.

    `by_phase` has concerns by group of kinds and phase, of all its terms; `kinds` those of each term before this one,
    by kind, as they are now. `is_whole`: each of those terms has a report that stands.
    """

    by_phase: Mapping[tuple[str, str], int] = field(default_factory=dict)
    kinds: Sequence[Mapping[str, int]] = ()
    is_whole: bool = False


@dataclass(frozen=True)
class Counted:
    """Everything that was counted for a report. `plain` are tables that are shown as they are."""

    categories: Groups
    cohorts: Cohorts
    referrals: tuple[Groups, ...]
    plain: tuple[Plain, ...] = ()
    year: Year | None = None


def assembled(counted: Counted, settings: Settings, past: Past) -> list[BuiltCell]:
    """The cells of the report, in the order of its sections."""
    made = list(_Assembly(counted, settings, past).all())
    place = {key: number for number, key in enumerate(cells.SECTIONS)}
    made.sort(key=lambda one: (place[one.section], one.order))
    return [replace(one, order=number) for number, one in enumerate(made)]


class _Assembly:
    """One report while it is put together: of what was counted, by which settings, after which reports."""

    def __init__(self, counted: Counted, settings: Settings, past: Past) -> None:
        self.counted, self.settings, self.past = counted, settings, past
        self._order = count()

    def all(self) -> Iterator[BuiltCell]:
        for plain in self.counted.plain:
            for line in plain.lines:
                yield self._line(plain.section, plain.table, line)
        yield from self._groups(self.counted.categories)
        if self.counted.year is not None:
            yield from self._by_phase(self.counted.year)
        yield from self._cohorts(self.counted.cohorts)
        for groups in self.counted.referrals:
            yield from self._groups(groups)

    def _line(self, section: str, table: str, line: Line) -> BuiltCell:
        return self._cell(section, table, line.row, line.label, line.value, line.unit, column=line.column, of=line.of)

    # --- groups of children, and of what happened to them

    def _groups(self, groups: Groups) -> Iterator[BuiltCell]:
        joined = self._join(groups)
        yield from self._one_way(groups, joined)
        yield from self._year(groups, joined)

    def _join(self, groups: Groups) -> Joined | None:
        """What may be shown of a list: nothing where an earlier version of this report showed nothing."""
        before = self.past.hidden(groups.section, groups.table)
        if self.past.left_out(groups.section, groups.table):
            return None
        return join(groups.numbers, self.settings, always=before, may_be_zero=before)

    def _one_way(self, groups: Groups, joined: Joined | None) -> Iterator[BuiltCell]:
        section, table = groups.section, groups.table
        if joined is None:
            yield self._left_out(section, table)
        else:
            add = partial(self._cell, section, table, unit=groups.unit, column=cells.table_of(section, table).main)
            for code, title in groups.titles.items():
                if code in joined.members:
                    yield add(code, title, None, hidden=True)
                elif code in joined.shown:
                    yield add(code, title, joined.shown[code])
            if joined.members:
                yield add(cells.OTHER, cells.OTHER_TITLE, joined.together)
        if groups.total is not None:
            yield self._line(section, table, groups.total)

    def _year(self, groups: Groups, joined: Joined | None) -> Iterator[BuiltCell]:
        """The sum of the terms, in the report of the last of them."""
        if not groups.year_table or self.counted.year is None:
            return
        section, table = groups.section, groups.year_table
        terms = self.past.terms_of_year()
        if terms is None or not self.counted.year.is_whole:
            yield self._left_out(section, table, cells.NO_YEAR_SAYS)
            return
        told = [*(one.joined(section, groups.table) for one in terms), joined]
        year = None
        if not self.past.left_out(section, table):
            before = self.past.hidden(section, table)
            year = sum_of(told, hide_zero=self.settings.hide_zero, always=before)
        titles = dict(groups.titles)
        for one in terms:
            titles |= {code: title for code, title in one.titles(section, groups.table).items() if code not in titles}
        total = self._total_of_year(groups, [one.total(section, groups.table) for one in terms])
        yield from self._one_way(Groups(section, table, titles, {}, groups.unit, total), year)

    def _total_of_year(self, groups: Groups, terms: Sequence[int | None]) -> Line | None:
        if groups.total is None or None in terms:
            return None
        number = sum(one or 0 for one in terms) + (groups.total.value or 0)
        main = cells.table_of(groups.section, groups.year_table).main
        return replace(groups.total, value=number, column=main)

    # --- children who may need more

    def _cohorts(self, found: Cohorts) -> Iterator[BuiltCell]:
        children, times = self._join(found.children), self._join(found.in_concerns)
        yield from self._one_way(found.children, children)
        yield from self._one_way(found.in_concerns, times)
        yield from self._rates(found, children, times)
        yield from self._year(found.in_concerns, times)
        yield from self._attended(found, children)

    def _rates(self, found: Cohorts, children: Joined | None, times: Joined | None) -> Iterator[BuiltCell]:
        """How often for each 100 children, where both numbers are shown."""
        if times is None:
            return
        add = partial(self._cell, "cohorts", "in-concerns", unit=cells.PER_100, column=cells.RATE)
        for code in (code for code in found.in_concerns.titles if code in times.shown):
            whole = children.shown.get(code) if children else None
            title = found.in_concerns.titles[code]
            if whole is None:
                yield add(code, title, None, hidden=True)
            else:
                yield add(code, title, per_100(times.shown[code], whole))
        school, of = found.in_concerns.total, found.children.total
        if school and of:
            yield add(cells.TOTAL, school.label, per_100(school.value or 0, of.value or 0))

    def _attended(self, found: Cohorts, children: Joined | None) -> Iterator[BuiltCell]:
        add = partial(self._cell, "attendance", "sessions", unit=cells.ATTENDED)
        if 0 < found.whole.children < self.settings.threshold:
            # What is called the whole school is these few.
            yield self._left_out("attendance", "sessions")
            return
        if children is None:
            yield self._left_out("attendance", "sessions")
        else:
            for code, title in found.children.titles.items():
                if code in children.members:
                    yield add(code, title, None, hidden=True)
                elif children.shown[code]:
                    yield self._register(code, title, found.registers[code])
            if children.members:
                joined = sum((found.registers[code] for code in sorted(children.members)), Register())
                yield self._register(cells.OTHER, cells.OTHER_TITLE, joined)
        yield add(cells.TOTAL, "Whole school", found.whole.rate)

    def _register(self, code: str, title: str, register: Register) -> BuiltCell:
        few = 0 < register.children < self.settings.threshold
        value = None if few else register.rate
        return self._cell("attendance", "sessions", code, title, value, cells.ATTENDED, hidden=few)

    # --- the table of two ways

    def _by_phase(self, year: Year) -> Iterator[BuiltCell]:
        section, table = "categories", "by-phase"
        if self.past.terms_of_year() is None or not year.is_whole:
            yield self._left_out(section, table, cells.NO_YEAR_SAYS)
            return
        found = None if self.past.left_out(section, table) else self._two_way(year)
        if found is None:
            yield self._left_out(section, table)
            return
        yield from self._cells_of(found)

    def _two_way(self, year: Year) -> TwoWay | None:
        """The table, with groups joined whose total would tell what a term hid."""
        terms = self._hid(year)
        of = {kind: group_of(kind) for one in terms for kind in one.hidden}
        before, forced = self.past.before_of_two_way("categories", "by-phase"), set[str]()
        while True:
            found = suppressed(year.by_phase, self.settings, cells.OTHER, join_rows=forced, before=before)
            if found is None or not (narrow := too_narrow(terms, of, found.joined_rows, self.settings)):
                return found
            standing = [row for row in found.rows if row != cells.OTHER]
            more = narrow & set(standing)
            # Joined ones are narrow still: they need another beside them.
            forced |= more or {min(standing, key=lambda row: (found.rows[row], row))}

    def _hid(self, year: Year) -> list[TermJoined]:
        """What each term of the year joined of its kinds, as they are now: those before, and this one."""
        kinds, own = self.counted.categories.titles, self.counted.categories
        terms = self.past.terms_of_year() or ()
        found = [
            _term_joined(numbers, kinds, one.joined("categories", "term"))
            for one, numbers in zip(terms, year.kinds, strict=True)
        ]
        return [*found, _term_joined(own.numbers, kinds, self._join(own))]

    def _cells_of(self, found: TwoWay) -> Iterator[BuiltCell]:
        add = partial(self._cell, "categories", "by-phase", unit=cells.CONCERNS)
        rows = _lines(found.rows, GROUPS, cells.OTHER_TITLE)
        columns = _lines(found.columns, PHASES, cells.OTHER_COLUMN)
        for row, title in rows:
            for column, words in columns:
                hidden = (row, column) in found.hidden
                yield add(row, title, None if hidden else found.numbers[row, column], column=words, hidden=hidden)
            yield add(row, title, found.rows[row], column=cells.ALL_COLUMN)
        for row in sorted(found.joined_rows):
            yield add(row, GROUPS[row], None, column=cells.ALL_COLUMN, hidden=True)
        for column, words in columns:
            yield add(cells.TOTAL, "All", found.columns[column], column=words)
        for column in sorted(found.joined_columns):
            yield add(cells.TOTAL, "All", None, column=PHASES[column], hidden=True)
        yield add(cells.TOTAL, "All", sum(found.rows.values()), column=cells.ALL_COLUMN)

    # --- cells

    def _cell(
        self,
        section: str,
        table: str,
        row: str,
        label: str,
        value: int | None,
        unit: str,
        *,
        column: str = "",
        of: int | None = None,
        hidden: bool = False,
    ) -> BuiltCell:
        return BuiltCell(section, table, row, column, label, value, of, unit, hidden, next(self._order))

    def _left_out(self, section: str, table: str, says: str = cells.LEFT_OUT_SAYS) -> BuiltCell:
        return self._cell(section, table, cells.LEFT_OUT, says, None, "", hidden=True)


def _term_joined(numbers: Mapping[str, int], kinds: Mapping[str, str], joined: Joined | None) -> TermJoined:
    """What a term hid, as its records are now: of a term whose list was left out, every kind.

    What an earlier version hid as more than none is thought to be that still, whatever a correction hides.
    """
    if joined is None:
        return TermJoined({kind: numbers.get(kind, 0) for kind in kinds}, frozenset(kinds))
    return TermJoined({kind: numbers.get(kind, 0) for kind in joined.members})


def _lines(there: Mapping[str, int], titles: Mapping[str, str], together: str) -> list[tuple[str, str]]:
    """The rows, or columns, of the table in their order, and last what is joined."""
    found = [(code, title) for code, title in titles.items() if code in there]
    return [*found, *([(cells.OTHER, together)] if cells.OTHER in there else [])]
