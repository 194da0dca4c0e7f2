"""Which steps does the law ask for after a step, and by which day? Pure rules: rows of `data/deadlines.json` and what a
school sets, without a database.

A rule is in force from a day until a day; the one of the day from which is counted holds, so a new rule leaves earlier
dates alone. Of one number the newest holds: what a school sets takes the place of Harbour's own.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.clocks import Due, Unit, age_on, count

from .kinds import Duty
from .phases import Moving

_FILE = Path(__file__).parent / "data" / "deadlines.json"

_NOT_RECORDED = "The day from which this is counted is not recorded here."

# What may happen without being a step: an episode begins; a school is asked whether it can take a child with a plan.
BEGINNING, CONSULTED = "beginning", "consulted"
# A child protection plan begins at the conference that decided on it, though that is a step of the referral.
_BEGINS_AS = {"child_protection": ("initial_conference", "plan")}


class Which(StrEnum):
    """After which of the steps of one kind in an episode: each, the first alone, or the second and every later one."""

    EACH = ""
    FIRST = "first"
    LATER = "later"


@dataclass(frozen=True)
class Rule:
    """After a step (or the beginning) of an episode of some `kinds`, another is due.

    A negative amount counts back from the day for which `after` is booked. An empty `outcome` is any; of several, with
    spaces between, each will do. `counted_from` is an earlier step, or the beginning, from which is counted instead of
    from `after`. The ages are whole years on the due day: from `age_from`, below `age_below`. `less` days are taken off
    in the end.
    """

    code: str
    after: str
    outcome: str
    step: str
    amount: int
    unit: Unit
    age_from: int | None
    age_below: int | None
    duty: Duty
    from_day: date
    until_day: date | None
    source: str
    kinds: tuple[str, ...]
    which: Which = Which.EACH
    counted_from: str = ""
    less: int = 0

    def __post_init__(self) -> None:
        if self.amount == 0 or (self.amount < 0 and self.age_from is not None):
            raise ValueError("A limit is one unit at least; one that counts back has no age from which it applies.")

    def in_force(self, day: date) -> bool:
        """Whether it holds for what happened on a day."""
        return self.from_day <= day and (self.until_day is None or day <= self.until_day)


@dataclass(frozen=True)
class Asked:
    """A step that a rule asks for: the day counted from, None where that step is not recorded, and what came out."""

    rule: Rule
    counted_from: date | None
    due: Due


@cache
def law() -> tuple[Rule, ...]:
    """The rules that hold everywhere (domain reference 2.5 and 12)."""
    return tuple(rule_of(row) for row in json.loads(_FILE.read_text(encoding="utf-8")))


def rule_of(row: Mapping[str, Any]) -> Rule:
    """A rule from its row in the file; what a row leaves out is empty."""
    until = row.get("until_day")
    return Rule(
        code=row["code"],
        after=row["after"],
        outcome=row.get("outcome", ""),
        step=row["step"],
        amount=row["amount"],
        unit=Unit(row["unit"]),
        age_from=row.get("age_from"),
        age_below=row.get("age_below"),
        duty=Duty(row["duty"]),
        from_day=date.fromisoformat(row["from_day"]),
        until_day=date.fromisoformat(until) if until else None,
        source=row["source"],
        kinds=tuple(row["kinds"]),
        which=Which(row.get("which", "")),
        counted_from=row.get("counted_from", ""),
        less=row.get("less", 0),
    )


def due_day(
    rule: Rule, trigger: date, calendar: SchoolCalendar, born: date | None = None, moving: Moving | None = None
) -> Due:
    """The day by which the step is due, or what is missing to say it. Neither where the rule asks nothing of a child of
    that age, or who does not move on from here.

    For a child who is too young on the day, it is the first later one, as many periods on as that takes: a yearly form
    from the age of 4 is due on the first anniversary at which the child is 4.
    """
    if rule.unit is Unit.TRANSFER:
        return moving.due_after(trigger) if moving else Due()
    due, periods = count(trigger, rule.amount, rule.unit, calendar), 1
    if due.day and rule.less:
        return Due(due.day - timedelta(days=rule.less))
    if rule.age_from is None and rule.age_below is None:
        return due
    if born is None:
        return Due(missing="The child’s date of birth is not known.")
    while due.day and rule.age_from is not None and age_on(born, due.day) < rule.age_from:
        periods += 1
        due = count(trigger, rule.amount * periods, rule.unit, calendar)
    too_old = due.day and rule.age_below is not None and age_on(born, due.day) >= rule.age_below
    return Due() if too_old else due


def following(
    kind: str,
    after: str,
    outcome: str,
    day: date,
    rules: Iterable[Rule],
    *,
    nth: int = 1,
    booked: bool = False,
    earlier: Mapping[str, date] | None = None,
) -> tuple[Rule, ...]:
    """The rules that apply after a step of an episode of that kind, or after its beginning, with that outcome.

    `day` is when it was held, `nth` how often a step of its kind was held by then. With `booked` it is the day for
    which it is booked, and the rules are those that count back from it. `earlier` says of steps from which a rule may
    count, and of the beginning, when they were.
    """
    happened = {(after, outcome)} | ({_BEGINS_AS[kind]} if after == BEGINNING and kind in _BEGINS_AS else set())
    which = (Which.EACH, Which.FIRST if nth == 1 else Which.LATER)
    return _newest(
        rule
        for rule in rules
        if kind in rule.kinds
        and any(rule.after == one and (not rule.outcome or said in rule.outcome.split()) for one, said in happened)
        and rule.which in which
        and (rule.amount < 0) == booked
        and rule.in_force((earlier or {}).get(rule.counted_from, day))
    )


def _newest(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Without those of which a later one has the same number and asks for the same."""
    found = [*rules]
    return tuple(
        one
        for one in found
        if not any(_alike(one) == _alike(other) and other.from_day > one.from_day for other in found)
    )


def _alike(rule: Rule) -> tuple[object, ...]:
    return rule.code, rule.after, rule.outcome, rule.which, rule.step, rule.age_from


def asked_after(
    kind: str,
    after: str,
    outcome: str,
    day: date,
    rules: Iterable[Rule],
    calendar: SchoolCalendar,
    *,
    born: date | None = None,
    nth: int = 1,
    booked: bool = False,
    earlier: Mapping[str, date] | None = None,
    moving: Moving | None = None,
) -> tuple[Asked, ...]:
    """The steps that wait from now on, each once, with its day. Of two rules for one step the earlier day holds.

    What is given is as in `following`.
    """
    asked: dict[str, Asked] = {}
    for rule in following(kind, after, outcome, day, rules, nth=nth, booked=booked, earlier=earlier):
        trigger = (earlier or {}).get(rule.counted_from) if rule.counted_from else day
        due = due_day(rule, trigger, calendar, born, moving) if trigger else Due(missing=_NOT_RECORDED)
        if due == Due():
            continue
        there = asked.get(rule.step)
        if there is None or (due.day or date.max) < (there.due.day or date.max):
            asked[rule.step] = Asked(rule, trigger, due)
    return tuple(asked.values())
