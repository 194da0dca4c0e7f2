"""What does everything that a school published tell an attacker? Cells become numbers and sums."""

from collections.abc import Iterator

from safeguarding.governors.cells import BuiltCell

from .attacker import Attacker, Name
from .schools import AGENCIES, COHORTS, GROUP_OF, KINDS, Published, School

# Section and table of a term; its codes, its main column, whether its total is its sum, and the table of its year.
LISTS = (
    ("categories", "term", KINDS, "", True, "year"),
    ("referrals", "agencies", AGENCIES, "", True, "agencies-year"),
    ("cohorts", "children", COHORTS, "", False, ""),
    ("cohorts", "in-concerns", COHORTS, "Number", False, "in-concerns-year"),
)
TOGETHER, ALL, OUT = "together", "all", "left-out"
WORDS = {
    "ks1": "Nursery to key stage 1",
    "ks2": "Key stage 2",
    "ks3": "Key stage 3",
    "ks4": "Key stage 4",
    "ks5": "Key stage 5",
}


class Reader:
    """Everything that was published, and which hidden numbers there are in it."""

    def __init__(self, school: School) -> None:
        self.school = school
        # What is of one list shares no number with another: each is worked out by itself.
        self.attackers = {(section, table): Attacker() for section, table, *_ in LISTS}
        self.hidden = {at: dict[Name, str]() for at in self.attackers}
        for place, report in enumerate(school.published):
            before = [one for one in school.published[:place] if one.term == report.term]
            for section, table, codes, main, is_sum, year in LISTS:
                self._list(report, before, section, table, codes, main, is_sum)
                if year:
                    self._year(report, section, table, year, codes)
            self._two_way(report, before)

    # --- lists

    def _list(
        self,
        report: Published,
        before: list[Published],
        section: str,
        table: str,
        codes: tuple[str, ...],
        main: str,
        is_sum: bool,
    ) -> None:
        attacker, hidden = self.attackers[section, table], self.hidden[section, table]
        rows = {one.row: one for one in _cells(report, section, table) if one.column == main or one.row == OUT}
        state = report.states[report.term]
        names = {code: (section, table, report.term, state, code) for code in codes}
        if is_sum and ALL in rows:
            attacker.equal(names.values(), rows[ALL].value or 0)
        if OUT in rows:
            return
        were = {
            one.row
            for earlier in before
            for one in _cells(earlier, section, table)
            if one.hidden and one.column == main and one.row != OUT
        }
        for code in codes:
            if rows[code].hidden:
                least = 0 if code in were else _lowest(report)
                hidden[attacker.number(names[code], least)] = f"{section} {table} {code}"
            else:
                attacker.equal([names[code]], rows[code].value or 0)
        gone = [names[code] for code in codes if rows[code].hidden]
        if gone:
            attacker.equal(gone, rows[TOGETHER].value or 0)
            if not before:
                attacker.one_is_below(gone, report.settings.threshold)

    def _year(self, report: Published, section: str, table: str, year: str, codes: tuple[str, ...]) -> None:
        rows = {one.row: one for one in _cells(report, section, year)}
        if not rows or OUT in rows:
            return

        attacker = self.attackers[section, table]

        def over(code: str) -> list[Name]:
            return [(section, table, term, state, code) for term, state in enumerate(report.states)]

        for code in codes:
            if not rows[code].hidden:
                attacker.equal(over(code), rows[code].value or 0)
        gone = [name for code in codes if rows[code].hidden for name in over(code)]
        if gone:
            attacker.equal(gone, rows[TOGETHER].value or 0)

    # --- the table of two ways

    def _two_way(self, report: Published, before: list[Published]) -> None:
        grid = {(one.row, one.column): one for one in _cells(report, "categories", "by-phase")}
        if not grid or any(row == OUT for row, _ in grid):
            return
        groups, phases = sorted(set(GROUP_OF.values()) | {"rest"}), self.school.phases
        joined_rows = {row for (row, column), one in grid.items() if one.hidden and column == "All"}
        joined_columns = {column for (row, column), one in grid.items() if one.hidden and row == ALL}
        rows = {row: [row] for row in groups if row not in joined_rows}
        rows |= {TOGETHER: sorted(joined_rows)} if joined_rows else {}
        columns = {WORDS[phase]: [phase] for phase in phases if WORDS[phase] not in joined_columns}
        if joined_columns:
            columns["Others together"] = [phase for phase in phases if WORDS[phase] in joined_columns]
        attacker, hides = self.attackers["categories", "term"], self.hidden["categories", "term"]
        unknown = {(g, p): attacker.number(("phase", report.states, g, p)) for g in groups for p in phases}
        self._tie_to_terms(report, groups, unknown)
        were = {
            (one.row, one.column)
            for earlier in before
            for one in _cells(earlier, "categories", "by-phase")
            if one.hidden and one.row not in (ALL, OUT) and one.column != "All"
        }
        small: list[Name] = []
        for row, members in rows.items():
            attacker.equal([unknown[g, p] for g in members for p in phases], grid[row, "All"].value or 0)
            for column, parts in columns.items():
                cell, of = grid[row, column], [unknown[g, p] for g in members for p in parts]
                if not cell.hidden:
                    attacker.equal(of, cell.value or 0)
                    continue
                least = 0 if before and were else _lowest(report)
                spot = ("spot", report.states, tuple(members), tuple(parts))
                name = attacker.sum_of(spot, of, least)
                hides[name] = f"cell {row} {column}"
                small.append(name)
        for column, parts in columns.items():
            attacker.equal([unknown[g, p] for g in groups for p in parts], grid[ALL, column].value or 0)
        if small and not before:
            attacker.one_is_below(small, report.settings.threshold)
        for group in self._not_told(report, joined_rows):
            name = attacker.sum_of(("row", report.states, group), [unknown[group, p] for p in phases])
            hides[name] = f"row {group}"
        for phase in phases:
            if WORDS[phase] in joined_columns:
                name = attacker.sum_of(("column", report.states, phase), [unknown[g, phase] for g in groups])
                hides[name] = f"column {phase}"

    def _tie_to_terms(self, report: Published, groups: list[str], unknown: dict[tuple[str, str], Name]) -> None:
        """A group of kinds over the phases is the same as over the terms."""
        for group in groups:
            terms = [
                ("categories", "term", term, state, kind)
                for term, state in enumerate(report.states)
                for kind in KINDS
                if GROUP_OF[kind] == group
            ]
            self.attackers["categories", "term"].same([unknown[group, phase] for phase in self.school.phases], terms)

    def _not_told(self, report: Published, joined: set[str]) -> Iterator[str]:
        """Joined groups of which a kind, in some term, was never shown: of others the lists of kinds tell the sum."""
        for group in joined:
            kinds = [kind for kind in KINDS if GROUP_OF[kind] == group]
            for term, state in enumerate(report.states):
                shown = {
                    one.row
                    for other in self.school.published
                    if (other.term, other.states[term]) == (term, state)
                    for one in _cells(other, "categories", "term")
                    if not one.hidden
                }
                if not set(kinds) <= shown:
                    yield group
                    break


def _lowest(report: Published) -> int:
    """What a hidden number is at least: where none is shown as none, it is one."""
    return 0 if report.settings.hide_zero else 1


def _cells(report: Published, section: str, table: str) -> list[BuiltCell]:
    return [one for one in report.cells if (one.section, one.table) == (section, table)]


def narrowed(school: School) -> list[str]:
    """The hidden numbers of all that a school published that can be narrowed to fewer than three; best, none."""
    reader = Reader(school)
    found = []
    for at, hidden in reader.hidden.items():
        if hidden:
            assert reader.attackers[at].is_possible()
            found += [hidden[name] for name in reader.attackers[at].narrow(hidden)]
    return found
