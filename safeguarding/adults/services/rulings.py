"""What follows from where a concern about an adult stands? The LADO's day, references, the personnel record, retention.

Derived, never typed: the guidance decides, and the page says why. Facts: domain reference 1.6, 2.5 (D17) and 4 (R10 to
R11).
"""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from safeguarding.adults.models import AdultNamed, LowLevelEnd, Outcome, StaffConcern, StaffEntry, Threshold
from safeguarding.clocks import add_months
from safeguarding.dates import as_day, full_day
from safeguarding.ending.dates import days_by
from safeguarding.ending.kinds import kinds
from safeguarding.working_days import add_working_days

_FILE = Path(__file__).parent.parent / "data" / "timescales.csv"
K = StaffEntry.Kind
# As retention knows a concern about an adult (`ending.py`).
KIND = "staff_concern"
# These leave the personnel record.
REMOVED = frozenset({Outcome.MALICIOUS, Outcome.FALSE})


@cache
def _timescales() -> list[dict[str, str]]:
    return list(csv.DictReader(_FILE.read_text(encoding="utf-8").splitlines()))


def timescale(rule: str, on: date) -> dict[str, str]:
    """The timescale with this number in the domain reference that is in force on a day, with its source."""
    day = on.isoformat()
    rows = (row for row in _timescales() if row["rule"] == rule and row["valid_from"] <= day)
    return next(row for row in rows if not row["valid_to"] or row["valid_to"] >= day)


@dataclass(frozen=True)
class Lado:
    """When the LADO had to be contacted and when that was done first. `is_late`: not yet, or later than that."""

    due_on: date
    contacted_on: date | None
    is_late: bool
    days: int
    source: str


def lado(concern: StaffConcern, entries: Sequence[StaffEntry], *, today: date) -> Lado | None:
    """How it stands with the LADO; None for what does not meet the harm threshold."""
    if concern.harm_since is None or not concern.is_harm:
        return None
    since = as_day(concern.harm_since)
    rule = timescale("D17", since)
    working = int(rule["working_days"])
    due_on = add_working_days(since, working)
    days = [entry.on or as_day(entry.added_at) for entry in entries if entry.kind == K.LADO]
    contacted = min(days, default=None)
    return Lado(due_on, contacted, (contacted or today) > due_on, working, rule["source"])


@dataclass(frozen=True)
class Ruling:
    """An answer and why. `waits`: something has to be done before it is so."""

    answer: str
    why: str
    waits: bool = False


def reference_ruling(concern: StaffConcern) -> Ruling:
    """Whether it may be given in a reference."""
    if not concern.threshold:
        return Ruling("No", "because it has not been assessed yet.")
    if concern.threshold == Threshold.LOW_LEVEL:
        return Ruling(
            "No",
            "because it is low-level. It would only be if it became part of what met the harm threshold "
            "and was substantiated, or of "
            "misconduct that a reference names anyway.",
        )
    if not concern.outcome:
        return Ruling("No", "because there is no outcome yet.")
    if concern.outcome == Outcome.SUBSTANTIATED:
        return Ruling("Yes", "because it was substantiated: the facts only, without opinion.")
    return Ruling("No", f"because the outcome is “{Outcome(concern.outcome).label}”.")


def personnel_ruling(concern: StaffConcern, entries: Sequence[StaffEntry]) -> Ruling | None:
    """What becomes of it in the adult's personnel record; None while there is no outcome of what may meet the
    threshold.
    """
    if concern.outcome not in Outcome:
        return None
    if concern.outcome not in REMOVED:
        return Ruling(
            "Stays in the personnel record",
            "a clear summary, how it was followed up and resolved, and a copy for the adult where that is appropriate.",
        )
    consent = next((e for e in entries if e.kind == K.KEPT), None)
    removed = next((e for e in entries if e.kind == K.REMOVED), None)
    if consent:
        return Ruling("Stays in the personnel record", f"with the adult’s consent, recorded for {_day(consent)}.")
    if removed:
        return Ruling("Out of the personnel record", f"since {_day(removed)}. The child’s record stays as it is.")
    said = f"because the outcome is “{Outcome(concern.outcome).label}”, unless the adult consents to its being kept."
    return Ruling("Has to leave the personnel record", said, waits=True)


def retention_in_words(concern: StaffConcern, entries: Iterable[StaffEntry]) -> str:
    """Until when it is kept at least, by the facts of retention (`facts.sql`), and by which rule; or what they wait for
    (domain reference 4, R10 to R11). The school may have chosen longer.
    """
    if concern.status != StaffConcern.Status.CLOSED:
        return "It is kept while it is open."
    rules = kinds()[KIND].rules
    days = days_by(list(rules.values()), [concern.pk])
    known = {code: found[concern.pk] for code, fact in rules.items() if concern.pk in (found := days[fact])}
    for code, says in _COUNTS.items():
        if code in known:
            until, why = says(concern, known[code])
            return (
                f"At least until {full_day(until)}, {why} (rule {code} of the retention schedule). Two people end it."
            )
    if concern.outcome in REMOVED and any(entry.kind == K.KEPT for entry in entries):
        return "It is kept with the adult’s consent, and no period runs."
    return _WAITS_FOR_PENSION if concern.is_harm else _WAITS_FOR_LEAVING


def _after_harm(concern: StaffConcern, day: date) -> tuple[date, str]:
    """Ten years after it was raised, or normal pension age: the fact gives the day ten years before the later one."""
    is_pension = day > as_day(concern.raised_at)
    return add_months(day, 120), "normal pension age" if is_pension else "ten years after it was raised"


_COUNTS: dict[str, Callable[[StaffConcern, date], tuple[date, str]]] = {
    "R10b": lambda _, day: (day, "the day of the outcome: nothing against the adult is kept on file"),
    "R10": _after_harm,
    "R11": lambda _, day: (day, "the last day here"),
}
_WAITS_FOR_PENSION = (
    "Until normal pension age, or for ten years after it was raised, whichever is later. No period runs before the day "
    "of pension age is recorded here."
)
_WAITS_FOR_LEAVING = (
    "At least until the adult leaves. For a colleague with an account that is the last day of their last role at this "
    "school; for somebody without one, record the last day here."
)


def employed_elsewhere(adults: Iterable[AdultNamed]) -> bool:
    """Whether one of those whom it is about has an employer or agency that has to be told."""
    return any(one.is_employed_elsewhere for one in adults if one.part == AdultNamed.Part.ABOUT)


def lacking(concern: StaffConcern, entries: Sequence[StaffEntry], *, employed_elsewhere: bool) -> list[str]:
    """What must be on record before it can be closed, as sentences.

    `entries` come in the order in which they were written.
    """
    there = {entry.kind for entry in entries}
    found = []
    if concern.is_harm and K.LADO not in there:
        found.append("Record when the LADO was contacted, and what the LADO advised.")
    # The newest of each counts: one that was put off is decided by a later one.
    decided = {entry.kind: entry.ruling != StaffEntry.Ruling.LATER for entry in entries}
    if concern.is_harm and not (decided.get(K.POLICE) and decided.get(K.DBS)):
        found.append("Record what was decided about the police and the DBS.")
    if employed_elsewhere and K.EMPLOYER not in there:
        found.append("Record when the employer or agency was told.")
    if (ruling := personnel_ruling(concern, entries)) and ruling.waits:
        found.append("Record that it has left the personnel record, or the adult’s consent to keep it.")
    return found


def outcomes_of(concern: StaffConcern) -> list[tuple[str, str]]:
    """The outcomes that may be recorded, as choices."""
    return list(Outcome.choices if concern.is_harm else LowLevelEnd.choices)


def _day(entry: StaffEntry) -> str:
    return full_day(entry.on or entry.added_at)
