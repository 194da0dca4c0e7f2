"""How does a date of a plan stand today, whose move is it, and why is it due on that day? Pure: asked of rows that
somebody has read.

Only the school's own duties are missed; with others the school chases. Of a child who has left nothing is late.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from safeguarding.clocks import Unit
from safeguarding.dates import counted, day_of_year, near_day, short_day
from safeguarding.plans.kinds import STEPS, Duty
from safeguarding.plans.models import DeadlineRule, Episode, Step

SS = Step.Status
# From so many days before it is due, a date that nobody has booked is worth a look.
SOON = timedelta(days=7)
_UNITS = {
    Unit.WORKING_DAYS: "working day",
    Unit.SCHOOL_DAYS: "school day",
    Unit.DAYS: "day",
    Unit.WEEKS: "week",
    Unit.MONTHS: "month",
    Unit.TERMS: "term",
}


@dataclass(frozen=True)
class Standing:
    """In words and colour: `says` with the tone of a tag, `sub` what to do or who. `is_late` marks the row red."""

    says: str
    tone: str = ""
    sub: str = ""
    is_late: bool = False
    is_near: bool = False


def standing(step: Step, *, today: date, on_roll: bool) -> Standing:
    """How a date stands."""
    if step.status == SS.SET_ASIDE:
        return Standing("Set aside", "line")
    if step.status == SS.HELD:
        return _held(step)
    if on_roll and is_late(step, today):
        late = counted((today - step.due_on).days, "day")  # type: ignore[operator]
        booked = f"Booked {short_day(step.booked_on, today)}" if step.booked_on and step.booked_on >= today else ""
        if step.duty == Duty.SCHOOL:
            return Standing("Missed", "bad", booked or f"{late} late", is_late=True)
        return Standing("Late: chase", "bad", booked or f"{late} late", is_late=True)
    if step.booked_on:
        return _booked(step, step.booked_on, today)
    if step.missing:
        return Standing("No day", "warn", step.missing)
    if not on_roll:
        return Standing("Not followed", "", "The child has left the school.")
    if step.due_on and step.due_on - today <= SOON:
        return Standing("Not booked", "warn", f"Due {near_day(step.due_on, today)}", is_near=True)
    return Standing("Not booked")


def is_late(step: Step, today: date) -> bool:
    """Whether its day has passed, and it has not been held."""
    return step.status == SS.WAITING and step.due_on is not None and step.due_on < today


def _held(step: Step) -> Standing:
    if step.due_on is None or step.held_on is None:
        return Standing("Done", "ok")
    if step.held_on <= step.due_on:
        return Standing("On time", "ok")
    return Standing("Done", "ok", f"{counted((step.held_on - step.due_on).days, 'day')} late")


def _booked(step: Step, day: date, today: date) -> Standing:
    if day < today:
        return Standing("Say if it was held", "warn", f"Was booked for {short_day(day, today)}", is_near=True)
    if day == today:
        return Standing("Today", "warn", is_near=True)
    after = bool(step.due_on and day > step.due_on)
    return Standing("Booked", "warn" if after else "info", "After the day it is due" if after else "", is_near=after)


def limit_of(rule: DeadlineRule | None) -> str:
    """How long there is: 15 working days; 2 weeks before."""
    if rule is None:
        return ""
    length = counted(abs(rule.amount), _UNITS[Unit(rule.unit)])
    return f"{length} before" if rule.amount < 0 else length


def counted_from(step: Step, episode: Episode) -> str:
    """What it is counted from, with its day: Initial conference, 1 October."""
    if step.rule is None:
        return ""
    if step.rule.counted_from in STEPS:
        what = STEPS[step.rule.counted_from].title
    elif step.after is not None:
        what = step.after.title
    else:
        what = f"{episode.of_kind.title}, from" if step.kind != "consultation" else "Asked"
    day = step.counted_from
    # The year stands where it is not that of the day that is due.
    if day is None:
        return what.removesuffix(", from")
    told = day_of_year(day) if step.due_on and step.due_on.year == day.year else short_day(day)
    return f"{what} {told}" if what.endswith("from") else f"{what}, {told}"
