"""How does a step stand on a day: held in time, due, late, and whose duty was it? Asked of the steps of a page."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from safeguarding.dates import counted, short_day
from safeguarding.plans.models import Step


class Stands(StrEnum):
    """Only what the school does is missed, whoever owes it; others the school chases, and again after some days. Of
    what was booked for a day that has passed nobody knows either: somebody has to say whether it was held.
    """

    STILL_MISSING = "still_missing"
    IN_TIME = "in_time"
    HELD_LATE = "held_late"
    HELD = "held"
    MISSED = "missed"
    CHASE = "chase"
    CHASED = "chased"
    ASK = "ask"
    AFTER_REVIEW = "after_review"
    TODAY = "today"
    BOOKED = "booked"
    WAITING = "waiting"
    SET_ASIDE = "set_aside"
    NOT_COUNTED = "not_counted"


@dataclass(frozen=True)
class Standing:
    """How a step stands, in words, and how many days it is, or was, late."""

    how: Stands
    words: str
    days_late: int = 0

    @property
    def is_late(self) -> bool:
        return self.days_late > 0 and self.how != Stands.HELD_LATE


def standing(step: Step, *, today: date, on_roll: bool = True) -> Standing:
    """How the step stands on a day. Of a child who has left nothing is late."""
    if step.status == Step.Status.SET_ASIDE:
        return Standing(Stands.SET_ASIDE, "Set aside")
    if step.not_counted:
        return Standing(Stands.NOT_COUNTED, "Not counted")
    if step.held_on is not None:
        if on_roll and step.is_still_missing:
            how = "away" if step.outcome == "A" else "missing"
            return Standing(Stands.STILL_MISSING, f"Still {how} since {short_day(step.held_on, today)}")
        if step.due_on is None:
            return Standing(Stands.HELD, "Held")
        late = (step.held_on - step.due_on).days
        if late <= 0:
            return Standing(Stands.IN_TIME, "On time")
        return Standing(Stands.HELD_LATE, f"{counted(late, 'day')} late", late)
    late = (today - step.late_after).days if step.late_after and on_roll else 0
    if step.booked_on is not None and step.booked_on < today and on_roll:
        return Standing(Stands.ASK, "Say if it was held", max(late, 0))
    if late > 0:
        if step.is_ours:
            return Standing(Stands.MISSED, f"Missed, {counted(late, 'day')} late", late)
        if step.chased_on and step.chase_again_on and today < step.chase_again_on:
            return Standing(Stands.CHASED, f"Chased {short_day(step.chased_on, today)}", late)
        return Standing(Stands.CHASE, f"{counted(late, 'day')} late: chase", late)
    if step.waits_for_review and step.booked_on is None and on_roll:
        return Standing(Stands.AFTER_REVIEW, "Waits for the review meeting")
    if today in (step.due_on, step.booked_on):
        return Standing(Stands.TODAY, "Today")
    return Standing(Stands.BOOKED, "Booked") if step.booked_on else Standing(Stands.WAITING, "Waiting")
