"""Say of a row that it was true until a day, or that it never was."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from children.models import ChildUpdate
from safeguarding.accounts.models import User
from safeguarding.dates import full_day
from safeguarding.exceptions import BadInput, OutOfTurn

from .recording import GONE, Changes, Told, Way, day_of, done_before, keep_update, lock


@transaction.atomic
def end_row(
    row: Any,
    part: str,
    *,
    is_correction: bool,
    told: Told,
    by: User,
    at: datetime | None = None,
    before: Callable[[Any], None] = lambda row: None,
) -> ChildUpdate:
    """End a dated row of a child on `told.on`, its last day; or correct it: never true, it stays on the record, marked.

    `before` raises for what must not end. Raises `OutOfTurn` where it has ended already, `NotAllowed`, `BadInput`.
    """
    at = at or timezone.now()
    if done := done_before(told, by=by):
        return done
    card = lock(row.child, part, by=by)
    locked = type(row)._default_manager.select_for_update().filter(pk=row.pk, child=card, ends_on=None).first()
    if locked is None:
        raise OutOfTurn(GONE)
    before(locked)
    changes = mark_ended(locked, is_correction=is_correction, told=told, at=at)
    way = Way.CORRECTED if is_correction else Way.ENDED
    on = None if is_correction else locked.ends_on
    return keep_update(card, part, way, changes, told=told, by=by, at=at, row=locked, on=on)


def mark_ended(row: Any, *, is_correction: bool, told: Told, at: datetime) -> Changes:
    """Write it into a row that is locked; the caller keeps the update."""
    last, starts = day_of(told, at), getattr(row, "starts_on", None)
    if is_correction:
        row.ends_on, row.corrected_at = max(timezone.localdate(at), starts or timezone.localdate(at)), at
        row.save(update_fields=["ends_on", "corrected_at"])
        return {"ends_on": (None, row.ends_on), "corrected_at": (None, at)}
    if starts and last < starts:
        raise BadInput(f"The last day must be {full_day(starts)}, the first day, or later.")
    row.ends_on = last
    row.save(update_fields=["ends_on"])
    return {"ends_on": (None, last)}
