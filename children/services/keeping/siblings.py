"""Say that two children are brother or sister; that they are so no more, or never were."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from children.models import Child, ChildUpdate, Sibling
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import may
from safeguarding.accounts.roles import Capability
from safeguarding.audit.protection import may_view
from safeguarding.exceptions import BadInput, OutOfTurn

from .ending import mark_ended
from .for_leads import ForALead
from .recording import GONE, Part, Told, Way, done_before, keep_update, lock, tidy

USUAL = "Brother or sister"
# Of every link: while it stands, something on the record of one child keeps the record of the other.
FOR_A_LEAD = "A safeguarding lead has to end this."


@transaction.atomic
def link_siblings(
    *,
    one: Child,
    other: Child,
    told: Told,
    by: User,
    relationship: str = USUAL,
    at: datetime | None = None,
) -> ChildUpdate:
    """Two children of a school are brother or sister. Raises `BadInput` for a child and itself, children of two
    schools, and two who are linked already; `NotAllowed`, `OutOfTurn`.
    """
    at = at or timezone.now()
    if done := done_before(told, by=by):
        return done
    if one.pk == other.pk:
        raise BadInput("A child is not its own brother or sister. Choose another child.")
    if one.school_id != other.school_id:
        raise BadInput("These children are at different schools. Harbour links brothers and sisters of one school.")
    card = lock(one, Part.SIBLING, by=by, also=[other.pk])
    if not may_view(by, other):
        raise OutOfTurn(GONE)
    first, second = sorted((card.pk, other.pk))
    if Sibling.objects.filter(first=first, second=second, ends_on=None).exists():
        raise BadInput(f"{other.full_name} is recorded as brother or sister of this child already.")
    relationship = tidy(relationship) or USUAL
    if len(relationship) > 60:
        raise BadInput("What they are to each other must be 60 characters or fewer.")
    made = Sibling(school_id=card.school_id, first_id=first, second_id=second, relationship=relationship)
    made.save(force_insert=True)
    changes = {"relationship": ("", relationship)}
    return keep_update(
        card, Part.SIBLING, Way.ADDED, changes, told=told, by=by, at=at, row=made, shared_with=[other.pk]
    )


@transaction.atomic
def link_all(
    *,
    one: Child,
    others: Iterable[Child],
    told: Told,
    by: User,
    relationship: str = USUAL,
    at: datetime | None = None,
) -> None:
    """All of these are brothers or sisters of `one`, or none is linked. Raises as `link_siblings` does."""
    if done_before(told, by=by):
        return
    for n, other in enumerate(others):
        said = replace(told, token=None) if n else told
        link_siblings(one=one, other=other, told=said, by=by, relationship=relationship, at=at)


@transaction.atomic
def end_siblings(
    *, child: Child, link: Sibling, is_correction: bool, told: Told, by: User, at: datetime | None = None
) -> ChildUpdate:
    """They are so no more since the day after `told.on`, or never were. Who decides on concerns says so.

    Raises `ForALead` for anybody else who keeps records, `OutOfTurn`, `NotAllowed`, `BadInput`.
    """
    at = at or timezone.now()
    if done := done_before(told, by=by):
        return done
    other = link.second_id if link.first_id == child.pk else link.first_id
    card = lock(child, Part.SIBLING, by=by, also=[other])
    row = Sibling.objects.visible_to(by).filter(pk=link.pk, ends_on=None).select_for_update().first()
    if row is None or card.pk not in (row.first_id, row.second_id):
        raise OutOfTurn(GONE)
    if not may(by, Capability.DECIDE_CONCERNS, card.school_id):
        raise ForALead(FOR_A_LEAD)
    changes = mark_ended(row, is_correction=is_correction, told=told, at=at)
    way = Way.CORRECTED if is_correction else Way.ENDED
    on = None if is_correction else row.ends_on
    return keep_update(card, Part.SIBLING, way, changes, told=told, by=by, at=at, row=row, on=on, shared_with=[other])
