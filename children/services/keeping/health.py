"""Write down what to know about a child's health; say that it is over, or was never so. Never overwritten."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from children.models import Child, ChildUpdate, HealthNote
from safeguarding.accounts.models import User
from safeguarding.exceptions import BadInput

from .ending import end_row
from .recording import Part, Told, Way, day_of, done_before, keep_update, lock

MOST = 2_000


@transaction.atomic
def add_health(*, child: Child, words: str, told: Told, by: User, at: datetime | None = None) -> ChildUpdate:
    """Add one thing to know, from `told.on`. Raises `NotAllowed`, `BadInput`, `OutOfTurn`."""
    at = at or timezone.now()
    if done := done_before(told, by=by):
        return done
    card = lock(child, Part.HEALTH, by=by)
    words = words.strip()
    if not words:
        raise BadInput("Enter what to know about the child’s health.")
    if len(words) > MOST:
        raise BadInput(f"What to know must be {MOST:,} characters or fewer.")
    day = day_of(told, at)
    made = HealthNote(school_id=card.school_id, child=card, words=words, starts_on=day, recorded_at=at)
    made.save(force_insert=True)
    return keep_update(card, Part.HEALTH, Way.ADDED, {"words": (None, None)}, told=told, by=by, at=at, row=made, on=day)


@transaction.atomic
def end_health(
    *, note: HealthNote, is_correction: bool, told: Told, by: User, at: datetime | None = None
) -> ChildUpdate:
    """It is over since the day after `told.on`, or was never so. Raises `NotAllowed`, `BadInput`, `OutOfTurn`."""
    return end_row(note, Part.HEALTH, is_correction=is_correction, told=told, by=by, at=at)
