"""What was added to a date: that it was chased, corrected, where it was to be before, a note."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.models import User
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.plans.models import Step, StepNote
from safeguarding.plans.verbs import PlanVerb

# School days after which an answer may be asked for again.
CHASE_AGAIN = 5


def add_note(
    step: Step, key: UUID, kind: str, text: str, day: date | None, *, by: User, at: datetime, **days: Any
) -> StepNote:
    """One row for each `key`: the same again adds nothing. `days` are those of a corrected date."""
    note, made = StepNote.objects.get_or_create(
        token=key,
        defaults={
            "step": step,
            "episode_id": step.episode_id,
            "child_id": step.child_id,
            "school_id": step.school_id,
            "area": step.area,
            "kind": kind,
            "happened_on": day,
            "text": text.strip(),
            "author": by,
            "written_at": at,
            **days,
        },
    )
    if made:
        record(PlanVerb.CHASE if kind == StepNote.Kind.CHASED else Verb.ADD, note, by=by)
    return note


def wait_for_an_answer(step: Step, day: date) -> None:
    """It was chased on that day, and is to be chased again once the other side has had five school days."""
    if step.chased_on is None or day > step.chased_on:
        step.chased_on = day
        step.chase_again_on = SchoolCalendar.of(step.school_id).school_days_after(day, CHASE_AGAIN)
        step.save(update_fields=["chased_on", "chase_again_on"])
