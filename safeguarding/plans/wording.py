"""How is a date of a plan told: how it stands with its colour and what to do, how long there was, counted from what?

That it is late, and whose duty it was, says `services/standing.py`.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.text import capfirst

from safeguarding.clocks import Unit
from safeguarding.dates import counted, day_of_year, short_day
from safeguarding.plans.kinds import STEPS, decision_on
from safeguarding.plans.models import DeadlineRule, Episode, Step
from safeguarding.plans.services.rules import in_words
from safeguarding.plans.services.standing import Stands, standing

# From so many days before it is due, a date that nobody has booked is worth a look.
SOON = timedelta(days=7)
_TONES = {
    Stands.STILL_MISSING: "bad",
    Stands.IN_TIME: "ok",
    Stands.HELD: "ok",
    Stands.HELD_LATE: "warn",
    Stands.MISSED: "bad",
    Stands.CHASE: "warn",
    Stands.CHASED: "warn",
    Stands.TODAY: "warn",
    Stands.BOOKED: "info",
    Stands.SET_ASIDE: "line",
    Stands.NOT_COUNTED: "warn",
}


@dataclass(frozen=True)
class Stand:
    """In words, with the tone of a tag; `sub` says what is to be done. `is_late` marks a row red: what the school does
    is late; `is_near` amber: others are late, or its day is near. `is_past`: late, whoever does it.
    """

    says: str
    tone: str
    sub: str = ""
    is_late: bool = False
    is_near: bool = False
    is_past: bool = False


def stand(step: Step, *, today: date, on_roll: bool) -> Stand:
    """How a date stands today."""
    now = standing(step, today=today, on_roll=on_roll)
    tone = _TONES.get(now.how, "")
    if now.how is Stands.STILL_MISSING:
        return Stand(now.words, tone, is_late=True)
    if now.how is Stands.ASK:
        ours = now.is_late and step.is_ours
        tone, sub = "bad" if ours else "warn", _was_booked(step, today)
        return Stand(now.words, tone, sub, is_late=ours, is_near=not ours, is_past=now.is_late)
    if now.is_late:
        ours = now.how is Stands.MISSED
        sub = (
            counted(now.days_late, "day late", "days late") if now.how is Stands.CHASED else _booked_anyway(step, today)
        )
        return Stand(now.words, tone, sub, is_late=ours, is_near=not ours, is_past=True)
    if now.how is Stands.NOT_COUNTED:
        return Stand(now.words, tone, capfirst(step.get_not_counted_display()))
    if now.how is Stands.AFTER_REVIEW:
        return Stand(now.words, tone, step.missing)
    if now.how is Stands.TODAY:
        return Stand(now.words, tone, is_near=True)
    if now.how is Stands.BOOKED and step.booked_on:
        return _booked(step, step.booked_on)
    if now.how is Stands.WAITING:
        return _waits(step, today, on_roll)
    return Stand(now.words, tone)


def _booked_anyway(step: Step, today: date) -> str:
    return f"Booked for {short_day(step.booked_on, today)}" if step.booked_on else ""


def _was_booked(step: Step, today: date) -> str:
    due = f", due {short_day(step.due_on, today)}" if step.due_on and step.due_on < today else ""
    return f"Was booked for {short_day(step.booked_on, today)}{due}" if step.booked_on else ""


def _booked(step: Step, day: date) -> Stand:
    if step.due_on and day > step.due_on:
        return Stand("Booked", "warn", "After the day it is due", is_near=True)
    return Stand("Booked", "info")


def _waits(step: Step, today: date, on_roll: bool) -> Stand:
    if not on_roll:
        return Stand("Not followed", "", "The child has left the school")
    if step.missing:
        return Stand("No day", "warn", step.missing)
    near = bool(step.due_on and step.due_on - today <= SOON)
    return Stand(STEPS[step.kind].not_yet, "warn" if near else "", is_near=near)


def limit_of(rule: DeadlineRule | None) -> str:
    """How long there is; empty where no rule says."""
    return in_words(rule) if rule else ""


def _begun(episode: Episode) -> str:
    """What the dates of the beginning are counted from."""
    decides = decision_on(episode.kind)
    if decides is not None and decides.is_before:
        return STEPS[decides.step].title
    return episode.of_kind.before or f"{episode.of_kind.title} began"


def counted_from(step: Step, episode: Episode) -> str:
    """What it is counted from, with its day: Initial conference, 1 October."""
    if step.rule is None:
        return ""
    if step.rule.counted_from in STEPS:
        what = STEPS[step.rule.counted_from].title
    elif step.after is not None:
        what = step.after.title
    else:
        what = "The school was asked" if step.kind == "consultation" else _begun(episode)
    day = step.counted_from
    if day is None:
        return what
    # The year stands where it is not that of the day that is due.
    same = step.due_on is not None and step.due_on.year == day.year
    return f"{what}, {day_of_year(day) if same else short_day(day)}"


def why_that_day(step: Step, episode: Episode) -> str:
    """The rule in one breath, with what is counted from: 15 working days after the strategy discussion, 18 November.
    Empty where no rule says.
    """
    rule, limit, since = step.rule, limit_of(step.rule), counted_from(step, episode)
    if rule is None or not since or rule.unit == Unit.TRANSFER:
        return limit
    what = since if since[1:2].isupper() else f"{since[:1].lower()}{since[1:]}"
    if rule.amount < 0:
        return f"{limit} the {what}"
    if rule.less or rule.unit == Unit.TERMS:
        return f"{limit}, counted from: {what}"
    return f"{limit} after the {what}" if _is_from_a_step(step, episode) else f"{limit} after: {what}"


def _is_from_a_step(step: Step, episode: Episode) -> bool:
    """Whether its day is counted from a step, and not from what is said of a beginning."""
    decides = decision_on(episode.kind)
    from_the_first = decides is not None and decides.is_before
    return step.after_id is not None or from_the_first or bool(step.rule and step.rule.counted_from in STEPS)
