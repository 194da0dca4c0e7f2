"""Which note of concern was written about whom, by whom and when? Decided from the data and a seed, before any row
exists.

The last year follows `assignments.json`. The years before it use the same notes for other children who were of the
right age then, with more of them about children who have a history, as in a real school.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from safeguarding.accounts.calendar import LONDON
from safeguarding.dates import school_year
from safeguarding.demo.days import Days
from safeguarding.demo.source import Entry

# Notes of each year before the last, newest first. Staff have learned to log more.
EARLIER = (220, 180)
# The newest days belong to the desk (`desk.py`), whose concerns are numbered after these.
QUIET = timedelta(days=14)
_PLACES = ("the small hall", "the library corner", "the sensory room", "the back field", "the canal path")
_HOURS = {
    "midday": (time(12, 5), 60),
    "club": (time(15, 40), 90),
    "coach": (time(14, 0), 150),
    "lead": (time(8, 0), 200),
    "headteacher": (time(8, 30), 420),
}
_VOICES = {
    "ta": ("ta",),
    "teacher": ("teacher",),
    "midday": ("midday",),
    "office": ("office",),
    "pastoral": ("pastoral", "senco"),
    "attendance": ("attendance", "office"),
    "senco": ("senco",),
    "coach": ("coach", "ta"),
    "club": ("ta", "coach"),
    "lead": ("dsl", "deputy_dsl"),
    "headteacher": ("head",),
    "designated_teacher": ("designated_teacher",),
}


@dataclass(frozen=True)
class Story:
    """One note: the vignette, its people, and the two moments (aware, in London) at which it was seen and written."""

    vignette: Entry
    child: Entry
    other: Entry | None
    sibling: Entry | None
    parent: Entry
    colleague: Entry
    reporter: Entry
    class_name: str
    place: str
    observed: datetime
    recorded: datetime


class Cast:
    """The children and staff of one school, and what they were on a day."""

    def __init__(self, children: Sequence[Entry], staff: Sequence[Entry], days: Days) -> None:
        self.children = children
        self.staff = staff
        self.days = days
        self.by_id = {entry["id"]: entry for entry in (*children, *staff)}
        self._roll = {
            entry["id"]: (days.of(entry["entry_date"]), days.of(entry.get("leaving_date")), _first_year(entry, days))
            for entry in children
        }

    def on_roll(self, child: Entry, day: date) -> bool:
        entered, left, _ = self._roll[child["id"]]
        return entered is not None and entered <= day and (left is None or left >= day)

    def year_on(self, child: Entry, day: date) -> int:
        """The year group of a child on a day: 0 is Reception."""
        return school_year(day) - self._roll[child["id"]][2]

    def class_on(self, child: Entry, day: date) -> str:
        """The class then: the letter stays, the year moves. A school that names its classes keeps the name."""
        name = child.get("class") or f"0{'AB'[int(child['id'][1:]) % 2]}"
        if not re.fullmatch(r"[R\d][A-Z]", name):
            return str(name)
        year = self.year_on(child, day)
        return f"{year or 'R'}{name[-1]}"

    def siblings_on(self, child: Entry, day: date) -> list[Entry]:
        known = [self.by_id[key] for key in child.get("sibling_ids", ()) if key in self.by_id]
        return [s for s in known if self.on_roll(s, day)]

    def colleagues_on(self, jobs: Sequence[str], day: date, child: Entry) -> list[Entry]:
        """Staff with one of `jobs` who were there on a day, without the parents of `child`; the first job that anybody
        has.
        """
        there = [
            s
            for s in self.staff
            if date.fromisoformat(s["start_date"]) <= day and child["id"] not in s["own_children_at_school"]
        ]
        for job in jobs:
            if found := [s for s in there if s["role_key"] == job]:
                return found
        return there


def _first_year(child: Entry, days: Days) -> int:
    """The year in which the child would begin Reception, in the school year of the demo."""
    born = date.fromisoformat(child["dob"])
    return school_year(born) + 5 + days.years_later


def placed(cast: Cast, vignettes: Sequence[Entry], assignments: Sequence[Entry], chance: Random) -> list[Story]:
    """The stories of the last year, as the data places them, spread evenly over its school days."""
    by_id = {v["id"]: v for v in vignettes}
    wanted = sorted(
        (a for a in assignments if a["vignette_id"] in by_id), key=lambda a: (a["observed_at"], a["vignette_id"])
    )
    days = cast.days.between(cast.days.today - timedelta(days=364), cast.days.today - QUIET)
    found = []
    for n, entry in enumerate(wanted):
        child = cast.by_id[entry["pupil_id"]]
        day = _while_on_roll(cast, child, days, int((n + chance.random()) / len(wanted) * len(days)), chance)
        observed, recorded = (datetime.fromisoformat(entry[key]) for key in ("observed_at", "recorded_at"))
        seen = datetime.combine(day, observed.time(), LONDON)
        written = seen + min(recorded - observed, timedelta(days=2))
        reporter = cast.by_id[entry["reporter_id"]]
        if date.fromisoformat(reporter["start_date"]) > day:
            reporter = chance.choice(cast.colleagues_on(_VOICES[by_id[entry["vignette_id"]]["voice"]], day, child))
        found.append(
            Story(
                vignette=by_id[entry["vignette_id"]],
                child=child,
                other=cast.by_id.get(entry["other_child_id"] or ""),
                sibling=cast.by_id.get(entry["sibling_id"] or ""),
                parent=_parent(child, by_id[entry["vignette_id"]], entry["parent_contact_id"]),
                colleague=cast.by_id[entry["staff_id"]],
                reporter=reporter,
                class_name=cast.class_on(child, day),
                place=entry["place"],
                observed=seen,
                recorded=_in_order(cast, seen, written),
            )
        )
    return found


def earlier(
    cast: Cast, vignettes: Sequence[Entry], count: int, first: date, last: date, chance: Random
) -> Iterator[Story]:
    """Up to `count` stories between two days, about children who fit the notes then.

    A note that is true of one child only is not told again.
    """
    days = cast.days.between(first, last)
    told: Counter[str] = Counter()
    again = [v for v in vignettes if not v.get("once")]
    chosen = chance.sample(again, min(count, len(again)))
    for n, vignette in enumerate(chosen):
        day = days[int((n + chance.random()) / len(chosen) * len(days))]
        fitting = [c for c in cast.children if told[c["id"]] < 5 and _fits(cast, vignette, c, day)]
        if not fitting:
            continue
        weights = [(4 if c.get("flags") else 1) + 2 * told[c["id"]] for c in fitting]
        child = chance.choices(fitting, weights)[0]
        told[child["id"]] += 1
        yield _invented(cast, vignette, child, day, chance)


def _fits(cast: Cast, vignette: Entry, child: Entry, day: date) -> bool:
    low, high = vignette["years"]
    return (
        cast.on_roll(child, day)
        and low <= cast.year_on(child, day) <= high
        and vignette["sex"] in (None, child["sex"])
        and ("sibling" not in vignette["roles"] or bool(cast.siblings_on(child, day)))
        and any(_is_parent(a) for a in child["adults"])
    )


def _invented(cast: Cast, vignette: Entry, child: Entry, day: date, chance: Random) -> Story:
    begins, minutes = _HOURS.get(vignette["voice"], (time(8, 45), 390))
    seen = datetime.combine(day, begins, LONDON) + timedelta(minutes=chance.randrange(minutes))
    lag = timedelta(minutes=chance.randrange(8, 90))
    if chance.random() < 0.06:
        lag += timedelta(days=1)
    class_name = cast.class_on(child, day)
    classmates = [
        c for c in cast.children if c is not child and cast.on_roll(c, day) and cast.class_on(c, day) == class_name
    ]
    siblings = cast.siblings_on(child, day)
    reporter = chance.choice(cast.colleagues_on(_VOICES[vignette["voice"]], day, child))
    others = [s for s in cast.colleagues_on(("ta", "teacher", "office"), day, child) if s is not reporter]
    return Story(
        vignette=vignette,
        child=child,
        other=chance.choice(classmates) if classmates else None,
        sibling=chance.choice(siblings) if siblings else None,
        parent=_parent(child, vignette),
        colleague=chance.choice(others or [reporter]),
        reporter=reporter,
        class_name=class_name,
        place=chance.choice(_PLACES),
        observed=seen,
        recorded=_in_order(cast, seen, seen + lag),
    )


def _is_parent(adult: Entry) -> bool:
    return bool(adult.get("pr")) or adult["relationship"] in ("Mother", "Father", "Foster carer")


def _parent(child: Entry, vignette: Entry, key: str | None = None) -> Entry:
    """The adult that the note is about: the one the data names, else a parent who fits."""
    adults = [a for a in child["adults"] if _is_parent(a)] or child["adults"]
    for adult in adults:
        if adult["id"] == key or (key is None and vignette["parent_sex"] in (None, adult["sex"])):
            return adult  # type: ignore[no-any-return]
    return adults[0]  # type: ignore[no-any-return]


def _while_on_roll(cast: Cast, child: Entry, days: list[date], place: int, chance: Random) -> date:
    """The day at `place` of `days`, or another of them when the child was not on roll yet."""
    if cast.on_roll(child, days[place]):
        return days[place]
    possible = [day for day in days if cast.on_roll(child, day)]
    return chance.choice(possible) if possible else days[-1]


def _in_order(cast: Cast, seen: datetime, written: datetime) -> datetime:
    """When it was written: on a school day, and never before it was seen."""
    day = cast.days.on_or_after(written.date())
    if day == written.date():
        return max(seen, written)
    return datetime.combine(day, time(8, 40), LONDON)
