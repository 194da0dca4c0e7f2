"""Random schools, and what they publish of three terms: first reports, and corrected ones, changed or not."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from random import Random

from safeguarding.governors import cells
from safeguarding.governors.assembling import Counted, Year, assembled
from safeguarding.governors.cells import BuiltCell, Earlier, Term
from safeguarding.governors.kinds import GROUPS, PHASES, group_of
from safeguarding.governors.past import Past
from safeguarding.governors.suppression import Settings
from safeguarding.governors.tables import Cohorts, Groups, Line, Register

TERMS = (
    Term(date(2025, 9, 1), date(2025, 12, 19), "Autumn"),
    Term(date(2025, 12, 20), date(2026, 3, 27), "Spring"),
    Term(date(2026, 3, 28), date(2026, 7, 21), "Summer", is_last=True),
)
KINDS = (
    *("NEG", "PHY", "EMO", "SEX", "DOM", "CCE", "RAD", "VIO", "COC", "ONL", "SHM", "MHH", "HLT", "BEH", "PAR", "ATT"),
    *("CAR", "OTH"),
)
GROUP_OF = {kind: group_of(kind) for kind in KINDS}
AGENCIES = ("social_care", "police", "early_help", "health", "other")
COHORTS = ("looked-after", "child-protection", "child-in-need", "ehcp", "sen-support", "early-help")
PRIMARY, SECONDARY = ("ks1", "ks2"), ("ks3", "ks4", "ks5")
Spot = tuple[str, str]


@dataclass(frozen=True)
class Truth:
    """What happened in one term, as the records have it."""

    concerns: Counter[Spot]
    agencies: Counter[str]
    children: Counter[str]
    times: Counter[str]

    @property
    def kinds(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for (kind, _), number in self.concerns.items():
            found[kind] += number
        return found


@dataclass(frozen=True)
class Published:
    """A report: of which term, of which state of each term's records and by which settings it was made, its cells."""

    term: int
    states: tuple[int, ...]
    settings: Settings
    cells: list[BuiltCell]


@dataclass
class School:
    size: int
    settings: Settings
    phases: tuple[str, ...]
    random: Random
    truths: list[list[Truth]] = field(default_factory=list)
    published: list[Published] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.weights = [self.random.paretovariate(1) for _ in KINDS]
        self.truths = [[self._term()] for _ in TERMS]

    def _term(self) -> Truth:
        number = self.random.randint(self.size // 12, self.size // 2)
        kinds = self.random.choices(KINDS, self.weights, k=number)
        phases = self.random.choices(self.phases, range(1, len(self.phases) + 1), k=number)
        groups = {one: self.random.randint(0, max(self.size // 12, 3)) for one in COHORTS}
        made = self.random.choices(AGENCIES, (8, 3, 4, 1, 1), k=number // 4)
        times = self.random.choices(COHORTS, k=number // 2)
        return Truth(Counter(zip(kinds, phases, strict=True)), Counter(made), Counter(groups), Counter(times))

    def change(self, term: int) -> None:
        """The records of a term change: some concerns go, some come, some get another kind."""
        now = self.truths[term][-1]
        concerns = Counter(now.concerns)
        for spot in self.random.sample(sorted(concerns), min(len(concerns), self.random.randint(1, 3))):
            concerns[spot] -= 1
        for _ in range(self.random.randint(0, 3)):
            concerns[self.random.choice(KINDS), self.random.choice(self.phases)] += 1
        self.truths[term].append(Truth(+concerns, now.agencies, now.children, now.times))

    def ease(self) -> None:
        """The school chooses a lower threshold, and to show none as none."""
        self.settings = Settings(max(self.settings.threshold - 2, 3))

    def publish(self, term: int) -> Published:
        """The report of a term, as its records are now."""
        own, states = self.truths[term][-1], tuple(len(one) - 1 for one in self.truths)
        earlier = tuple(Earlier(TERMS[one.term], tuple(one.cells)) for one in self.published)
        year = self._year() if TERMS[term].is_last else None
        counted = Counted(self._categories(own), self._cohorts(own), (self._agencies(own),), year=year)
        made = Published(term, states, self.settings, assembled(counted, self.settings, Past(TERMS[term], earlier)))
        self.published.append(made)
        return made

    def _year(self) -> Year:
        now = [one[-1] for one in self.truths]
        by_phase = {(group, phase): 0 for group in GROUPS for phase in PHASES if phase in self.phases}
        for truth in now:
            for (kind, phase), number in truth.concerns.items():
                by_phase[GROUP_OF[kind], phase] += number
        return Year(by_phase, [truth.kinds for truth in now[:-1]], is_whole=True)

    @staticmethod
    def _categories(truth: Truth) -> Groups:
        return _groups("categories", "term", KINDS, truth.kinds, cells.CONCERNS, "year")

    @staticmethod
    def _agencies(truth: Truth) -> Groups:
        return _groups("referrals", "agencies", AGENCIES, truth.agencies, cells.REFERRALS, "agencies-year")

    def _cohorts(self, truth: Truth) -> Cohorts:
        children = _groups("cohorts", "children", COHORTS, truth.children, cells.CHILDREN, total=self.size)
        times = _groups("cohorts", "in-concerns", COHORTS, truth.times, cells.TIMES, "in-concerns-year", 999)
        registers = {code: Register(90 * n, 100 * n, n) for code, n in truth.children.items()}
        return Cohorts(children, times, registers, Register(95, 100, self.size))


def _groups(
    section: str,
    table: str,
    codes: tuple[str, ...],
    numbers: Counter[str],
    unit: str,
    year: str = "",
    total: int | None = None,
) -> Groups:
    whole = sum(numbers.values()) if total is None else total
    line = Line(cells.TOTAL, "All", whole, column=cells.table_of(section, table).main, unit=unit)
    return Groups(section, table, {c: c for c in codes}, {c: numbers[c] for c in codes}, unit, line, year)


def year_of_reports(school: School, corrections: list[tuple[int, int, str]]) -> None:
    """Three reports; after the one at a place a corrected one of a term: its records have changed, or the settings."""
    for place in range(len(TERMS)):
        school.publish(place)
        for after, term, what in corrections:
            if after == place and term <= place:
                if what == "records":
                    school.change(term)
                elif what == "settings":
                    school.ease()
                school.publish(term)
