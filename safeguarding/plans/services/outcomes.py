"""What follows from a decision is done by one press: the plan ends, another one begins, a step waits.

The authority decided; nothing here happens by itself. Until somebody has said what follows, a line on the plan and on
Today asks for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import uuid5

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.exceptions import BadInput, ChangedSince, OutOfTurn
from safeguarding.plans.kinds import Outcome
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.models.bases import Follows
from safeguarding.plans.permissions import ensure_keeps_record

from .episodes import begin_episode, end_episode
from .follow_ups import follows_from, set_state
from .steps import add_step

F = Follows
_MOVED = "What follows from this has been said already. Open it again to see how it stands."
_CHANGED = "Somebody changed this while you were writing. Look at it below, then save again."


@dataclass(frozen=True)
class Ends:
    """The plan ends: its last day, and why."""

    on: date | None
    reason: str


@dataclass(frozen=True)
class Begins:
    """Another plan begins: its first day, the authority, and what its kind requires."""

    on: date | None
    authority: str
    columns: Mapping[str, Any] = field(default_factory=dict)


def plan_of(decided: Step | Episode) -> Episode:
    """The plan in which it was decided."""
    return decided if isinstance(decided, Episode) else decided.episode


@transaction.atomic
def carry_out(
    *,
    decided: Step | Episode,
    seen: int,
    by: User,
    ends: Ends | None = None,
    begins: Begins | None = None,
    at: datetime | None = None,
) -> Episode | None:
    """What the table says of this decision (`kinds/outcomes.py`), as somebody has filled it in. Returns the plan that
    began. The same again changes nothing.

    Raises `NotAllowed`, `BadInput`, `ChangedSince`, `OutOfTurn`.
    """
    at = at or timezone.now()
    ensure_keeps_record(by, decided)
    now = _locked(decided)
    if now.follows == F.DONE:
        return None
    found = _still_follows(now, seen)
    if found.ends is not None and plan_of(now).status == Episode.Status.OPEN and ends is None:
        raise BadInput("Say on which day the plan ended, and why.")
    if found.waits:
        _let_wait(now, found.waits, by=by, at=at)
    begun = _begin(now, found, begins, by=by, at=at) if found.begins and begins else None
    plan = Episode.objects.get(pk=plan_of(now).pk)
    if found.ends is not None and ends and plan.status == Episode.Status.OPEN:
        end_episode(episode=plan, seen=plan.revision, ends_on=ends.on, end_reason=ends.reason, by=by, at=at)
    set_state(_locked(decided), F.DONE, by=by)
    return begun


@transaction.atomic
def leave_it(*, decided: Step | Episode, seen: int, is_appeal: bool, by: User) -> None:
    """Nothing follows, or there is an appeal and the plan stays open until that is decided. The same again changes
    nothing.

    Raises `NotAllowed`, `BadInput`, `ChangedSince`, `OutOfTurn`.
    """
    ensure_keeps_record(by, decided)
    now, state = _locked(decided), F.APPEAL if is_appeal else F.NOT
    if now.follows == state:
        return
    found = _still_follows(now, seen)
    if is_appeal and not found.may_be_appealed:
        raise BadInput("Against this decision there is no appeal.")
    set_state(now, state, by=by)


def _locked(decided: Step | Episode) -> Step | Episode:
    Episode.objects.select_for_update(of=("self",)).get(pk=plan_of(decided).pk)
    if isinstance(decided, Episode):
        return Episode.objects.select_for_update(of=("self",)).get(pk=decided.pk)
    return Step.objects.select_for_update(of=("self",)).select_related("episode").get(pk=decided.pk)


def _still_follows(now: Step | Episode, seen: int) -> Outcome:
    found = follows_from(now)
    if found is None or now.follows not in (F.WAITS, F.APPEAL):
        raise OutOfTurn(_MOVED)
    if now.revision != seen:
        raise ChangedSince(_CHANGED)
    return found


def _let_wait(now: Step | Episode, kind: str, *, by: User, at: datetime) -> None:
    """A step without a day waits, where none of its kind does."""
    plan = plan_of(now)
    if not Step.objects.filter(episode=plan, kind=kind, status=Step.Status.WAITING).exists():
        waits = add_step(episode=plan, token=uuid5(now.pk, f"follows/{kind}"), kind=kind, by=by, at=at)
        if isinstance(now, Step):
            # From whom that one is hidden, what waits because of it is too.
            waits.after = now
            waits.save(update_fields=["after"])


def _begin(now: Step | Episode, found: Outcome, begins: Begins, *, by: User, at: datetime) -> Episode:
    """It comes from the same concern and referral: who may not see those sees nothing of it either."""
    plan = plan_of(now)
    return begin_episode(
        child=plan.child,
        token=uuid5(now.pk, f"follows/{found.begins}"),
        kind=found.begins,
        starts_on=begins.on,
        authority=begins.authority,
        known_by="meeting" if isinstance(now, Step) else plan.known_by,
        columns={**found.columns, **begins.columns},
        continues=plan,
        decided_by=now if isinstance(now, Step) else None,
        by=by,
        at=at,
    )
