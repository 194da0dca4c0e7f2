"""How are the numbers of a report built? Counted by a system read, suppressed, and given as cells.

Built twice with nothing changed between gives the same. `build` runs in a process that may sign for a task of the
machine: the worker. What earlier reports showed and hid is a part of what it is asked.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import count
from uuid import UUID

from django.utils.module_loading import import_string

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.audit.context import system_task
from safeguarding.checks import Found
from safeguarding.dates import as_day, school_year, start_of
from safeguarding.reports.figures.periods import Period, between

from . import cells, own_work, sections
from .cells import BuiltCell, Earlier, Term
from .kinds import GROUPS, PHASES, group_of, kinds_of
from .past import Past
from .records import TASK
from .sections import Groups, Line, Plain, Register
from .suppression import Joined, Settings, TermJoined, TwoWay, join, sum_of, suppressed, too_narrow
from .system import Whole, whole


def build(
    school_id: UUID,
    *,
    term: Term,
    as_at: datetime,
    threshold: int = 5,
    hide_zero: bool = False,
    earlier: Sequence[Earlier] = (),
    checked: Sequence[Found] = (),
) -> list[BuiltCell]:
    """Every cell of the report of a term, suppressed, in order.

    `earlier` is every report of the school that was ever published, the oldest first. `checked` is what the checks of
    records found for who asks: the machine may not look at them. Raises `ImproperlyConfigured` in a process that may
    not sign for the machine, and `ValueError` for a threshold below 3.
    """
    settings = Settings(threshold, hide_zero)
    found = [*_machine(school_id, as_at), *checked]
    with system_task(TASK):
        viewer = whole(school_id, at=as_at, period=_period(term))
        return list(_Building(viewer, term, settings, Past(term, tuple(earlier))).all(found))


def _period(term: Term) -> Period:
    return between(term.first, term.last)


def _machine(school_id: UUID, at: datetime) -> list[Found]:
    """What the machine found when it last looked at itself."""
    try:
        latest = import_string("safeguarding.self_check.services.stored.latest")
    except ImportError:
        return []
    return [one.found for one in latest(school_id, at=at).values()]


def _targets(school_id: UUID, term: Term, at: datetime) -> dict[str, int]:
    """The school's own targets at the end of the term, by figure, in per cent."""
    try:
        targets_of = import_string("safeguarding.reports.services.targets.targets_of")
        in_force = import_string("safeguarding.reports.services.targets.in_force")
    except ImportError:
        return {}
    return dict(in_force(targets_of([school_id])[school_id], min(at, start_of(term.last))))


class _Building:
    """The report of one term while it is made: who counts, of which term, by which settings, after which reports."""

    def __init__(self, viewer: Whole, term: Term, settings: Settings, past: Past) -> None:
        self.viewer, self.term, self.settings, self.past = viewer, term, settings, past
        self._order = count()

    def all(self, checked: Iterable[Found]) -> Iterator[BuiltCell]:
        viewer = self.viewer
        kinds = kinds_of(viewer.school_id, as_day(viewer.at))
        yield from self._plain(sections.volume(viewer))
        yield from self._groups(sections.categories(viewer, kinds))
        if self.term.is_last:
            yield from self._by_phase(kinds)
        targets = _targets(viewer.school_id, self.term, viewer.at)
        yield from self._plain(sections.timeliness(viewer, targets))
        yield from self._cohorts()
        yield from self._groups(sections.agencies(viewer))
        yield from self._groups(sections.outcomes(viewer))
        yield from self._staff()
        for own in (own_work.shares, own_work.requests, own_work.destroyed):
            yield from self._plain(own(viewer))
        yield from self._plain(own_work.checks(checked))
        yield from self._plain(sections.last_terms_actions(viewer))

    # --- as it is

    def _plain(self, plain: Plain) -> Iterator[BuiltCell]:
        for line in plain.lines:
            yield self._line(plain.section, plain.table, line)

    def _line(self, section: str, table: str, line: Line) -> BuiltCell:
        return self._cell(section, table, line.row, line.label, line.value, line.unit, column=line.column, of=line.of)

    def _staff(self) -> Iterator[BuiltCell]:
        try:
            import_string("safeguarding.training.services.standing.standing")
        except ImportError:
            return
        yield from self._plain(own_work.staff(self.viewer))

    # --- groups of children, and of what happened to them

    def _groups(self, groups: Groups) -> Iterator[BuiltCell]:
        joined = self._join(groups)
        yield from self._one_way(groups, groups.table, joined)
        yield from self._year(groups, joined)

    def _join(self, groups: Groups) -> Joined | None:
        """What may be shown of a list: nothing where an earlier version of this report showed nothing."""
        before = self.past.hidden(groups.section, groups.table)
        if self.past.left_out(groups.section, groups.table):
            return None
        return join(groups.numbers, self.settings, always=before, may_be_zero=before)

    def _one_way(
        self, groups: Groups, table: str, joined: Joined | None, *, total: Line | None = None
    ) -> Iterator[BuiltCell]:
        total = total or groups.total
        if joined is None:
            yield self._left_out(groups.section, table)
        else:
            add = partial(self._cell, groups.section, table, unit=groups.unit, column=self._main(groups.section, table))
            for code, title in groups.titles.items():
                if code in joined.members:
                    yield add(code, title, None, hidden=True)
                elif code in joined.shown:
                    yield add(code, title, joined.shown[code])
            if joined.members:
                yield add(cells.OTHER, cells.OTHER_TITLE, joined.together)
        if total is not None and (joined is not None or groups.section != "categories"):
            yield self._line(groups.section, table, total)

    def _main(self, section: str, table: str) -> str:
        return cells.table_of(section, table).main

    def _year(self, groups: Groups, joined: Joined | None) -> Iterator[BuiltCell]:
        """The sum of the terms, in the report of the last of them."""
        if not (groups.year_table and self.term.is_last):
            return
        table = groups.year_table
        terms = self.past.terms_of_year()
        if terms is None or not self._is_whole_year(terms):
            yield self._left_out(groups.section, table, cells.NO_YEAR_SAYS)
            return
        told = [one.joined(groups.section, groups.table) for one in terms]
        before = self.past.hidden(groups.section, table)
        year = (
            None
            if self.past.left_out(groups.section, table)
            else sum_of([*told, joined], hide_zero=self.settings.hide_zero, always=before)
        )
        totals = [one.total(groups.section, groups.table) for one in terms]
        total = None
        if groups.total is not None and None not in totals:
            number = sum(one or 0 for one in totals) + (groups.total.value or 0)
            total = Line(cells.TOTAL, groups.total.label, number, column=self._main(groups.section, table))
        titles = {code: title for one in terms for code, title in one.titles(groups.section, groups.table).items()}
        whole_list = Groups(
            groups.section,
            table,
            {**groups.titles, **{c: t for c, t in titles.items() if c not in groups.titles}},
            {},
            groups.unit,
            total,
        )
        yield from self._one_way(whole_list, table, year)

    def _is_whole_year(self, terms: Sequence[object]) -> bool:
        """Whether every term before this one, of its school year, has a report: as many as the calendar has."""
        from safeguarding.clocks import terms_of

        year = school_year(self.term.last)
        known = terms_of(SchoolCalendar.of(self.viewer.school_id))
        before = [one for one in known if school_year(one.last) == year and one.last < self.term.last]
        return len(terms) >= max(len(before), 1)

    # --- children who may need more

    def _cohorts(self) -> Iterator[BuiltCell]:
        found = sections.cohorts(self.viewer)
        children, times = self._join(found.children), self._join(found.in_concerns)
        yield from self._one_way(found.children, "children", children)
        yield from self._one_way(found.in_concerns, "in-concerns", times)
        yield from self._rates(found, children, times)
        yield from self._year(found.in_concerns, times)
        yield from self._attended(found, children)

    def _rates(self, found: sections.Cohorts, children: Joined | None, times: Joined | None) -> Iterator[BuiltCell]:
        """How often for each 100 children, where both numbers are shown."""
        if times is None:
            return
        add = partial(self._cell, "cohorts", "in-concerns", unit=cells.PER_100, column=cells.RATE)
        for code, number in times.shown.items():
            whole = children.shown.get(code) if children else None
            if whole:
                yield add(code, found.children.titles[code], sections.per_100(number, whole))
            elif number:
                yield add(code, found.children.titles[code], None, hidden=True)
        school, of = found.in_concerns.total, found.children.total
        if school and of:
            yield add(cells.TOTAL, school.label, sections.per_100(school.value or 0, of.value or 0))

    def _attended(self, found: sections.Cohorts, children: Joined | None) -> Iterator[BuiltCell]:
        add = partial(self._cell, "attendance", "sessions", unit=cells.ATTENDED)
        if children is None:
            yield self._left_out("attendance", "sessions")
        else:
            registers = {code: found.registers[code] for code in children.shown}
            titles = dict(found.children.titles)
            for code in titles:
                if code in children.members:
                    yield add(code, titles[code], None, hidden=True)
                elif children.shown[code]:
                    yield self._register(code, titles[code], registers[code])
            if children.members:
                joined = sum((found.registers[code] for code in sorted(children.members)), Register())
                yield self._register(cells.OTHER, cells.OTHER_TITLE, joined)
        yield add(cells.TOTAL, "Whole school", found.whole.rate)

    def _register(self, code: str, title: str, register: Register) -> BuiltCell:
        few = 0 < register.children < self.settings.threshold
        value = None if few else register.rate
        return self._cell("attendance", "sessions", code, title, value, cells.ATTENDED, hidden=few)

    # --- the table of two ways

    def _by_phase(self, kinds: Mapping[str, str]) -> Iterator[BuiltCell]:
        section, table = "categories", "by-phase"
        terms = self.past.terms_of_year()
        if terms is None or not self._is_whole_year(terms):
            yield self._left_out(section, table, cells.NO_YEAR_SAYS)
            return
        periods = [_period(one.term) for one in terms] + [_period(self.term)]
        counted = sections.by_group_and_phase(self.viewer, periods)
        groups = [g for g in GROUPS if any(row == g for row, _ in counted)]
        phases = [p for p in PHASES if any(column == p for _, column in counted)]
        numbers = {(g, p): counted.get((g, p), 0) for g in groups for p in phases}
        found = None if self.past.left_out(section, table) else self._two_way(numbers, self._hid(kinds))
        if found is None:
            yield self._left_out(section, table)
            return
        yield from self._cells_of(found, groups, phases)

    def _hid(self, kinds: Mapping[str, str]) -> list[TermJoined]:
        """What each term of the year joined, of its kinds: this one and those before."""
        found = []
        for one in self.past.terms_of_year() or ():
            now = sections.by_kind(self.viewer, _period(one.term))
            found.append(
                _term_joined(now, kinds, one.joined("categories", "term"), one.hid_before("categories", "term"))
            )
        own = sections.categories(self.viewer, kinds)
        before = self.past.hidden("categories", "term")
        found.append(_term_joined(own.numbers, kinds, self._join(own), before))
        return found

    def _two_way(self, numbers: Mapping[tuple[str, str], int], terms: list[TermJoined]) -> TwoWay | None:
        """The table, with groups joined whose total would tell what a term hid."""
        groups = {row for row, _ in numbers}
        of = {kind: group_of(kind) for one in terms for kind in one.hidden}
        before, forced = self.past.before_of_two_way("categories", "by-phase"), set[str]()
        while True:
            found = suppressed(numbers, self.settings, cells.OTHER, join_rows=forced, before=before)
            if found is None or not (narrow := too_narrow(terms, of, found.joined_rows, self.settings)):
                return found
            more = (narrow & groups) - found.joined_rows
            if not more:
                left = [row for row in found.rows if row != cells.OTHER]
                more = {min(left, key=lambda row: found.rows[row])}
            forced |= more

    def _cells_of(self, found: TwoWay, groups: list[str], phases: list[str]) -> Iterator[BuiltCell]:
        add = partial(self._cell, "categories", "by-phase", unit=cells.CONCERNS)
        rows = [(row, GROUPS[row]) for row in groups if row not in found.joined_rows]
        rows += [(cells.OTHER, cells.OTHER_TITLE)] if found.joined_rows else []
        columns = [(one, PHASES[one]) for one in phases if one not in found.joined_columns]
        columns += [(cells.OTHER, cells.OTHER_COLUMN)] if found.joined_columns else []
        for row, title in rows:
            for column, words in columns:
                hidden = (row, column) in found.hidden
                yield add(row, title, None if hidden else found.numbers[row, column], column=words, hidden=hidden)
            yield add(row, title, found.rows[row], column=cells.ALL_COLUMN)
        for row in groups:
            if row in found.joined_rows:
                yield add(row, GROUPS[row], None, column=cells.ALL_COLUMN, hidden=True)
        for column, words in columns:
            yield add(cells.TOTAL, "All", found.columns[column], column=words)
        for column in phases:
            if column in found.joined_columns:
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


def _term_joined(
    numbers: Mapping[str, int], kinds: Mapping[str, str], joined: Joined | None, before: Iterable[str]
) -> TermJoined:
    """What a term hid, as its records are now: of a term whose list was left out, every kind."""
    if joined is None:
        return TermJoined({kind: numbers.get(kind, 0) for kind in kinds}, frozenset(kinds))
    return TermJoined({kind: numbers.get(kind, 0) for kind in joined.members}, frozenset(before))
