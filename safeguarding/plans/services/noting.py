"""What was added to a date: that it was chased, corrected, where it was to be before, a note."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from safeguarding.accounts.models import User
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.plans.models import Step, StepNote
from safeguarding.plans.verbs import PlanVerb


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
