"""What follows from a decision, and has anybody said so? Asked of a step that was held, or of an episode that ended."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from safeguarding.accounts.models import User
from safeguarding.audit.context import door
from safeguarding.audit.services import record
from safeguarding.plans.kinds import ENDED, Outcome, outcome_of
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.models.bases import Follows
from safeguarding.plans.verbs import PlanVerb

F, SS = Follows, Step.Status


def follows_from(decided: Step | Episode) -> Outcome | None:
    """Return what the table says of it; None where nothing follows, or where it is not counted."""
    if isinstance(decided, Episode):
        return outcome_of(decided.kind, ENDED, decided.end_reason) if decided.end_reason else None
    if decided.not_counted or decided.held_on is None:
        return None
    return outcome_of(decided.episode.kind, decided.kind, decided.outcome)


def state_of(decided: Step | Episode) -> str:
    """Where it has come to once it was recorded: what follows waits to be said. In a plan that has ended nothing of it
    waits or ends any more, but another one may begin.
    """
    found = follows_from(decided)
    if found is None:
        return ""
    if isinstance(decided, Step) and _is_over(decided) and not found.begins:
        return ""
    return F.DONE if _is_done(decided, found) else F.WAITS


def _is_done(decided: Step | Episode, found: Outcome) -> bool:
    """Whether it was recorded before anybody said so: the plan that begins, the step that waits from then on."""
    if not isinstance(decided, Step) or (found.ends is not None and not _is_over(decided)):
        return False
    if found.waits:
        steps = Step.objects.filter(episode=decided.episode, kind=found.waits)
        return steps.filter(Q(status=SS.WAITING) | Q(held_on__gte=decided.held_on)).exists()
    return bool(found.begins) and decided_here(decided, found.begins).exists()


def decided_here(step: Step, kind: str) -> QuerySet[Episode]:
    """Plans of a kind that a step has decided: said so, or decided on its day by nothing that is recorded."""
    by_step = Q(decided_by=step) | Q(decided_by=None, decided_on=step.held_on, child=step.episode.child_id)
    return Episode.objects.filter(by_step, kind=kind).exclude(status=Episode.Status.ERROR)


def state_if_held(step: Step, facts: Mapping[str, Any]) -> str:
    """Where it would have come to if the step was held like this."""
    told = Step(pk=step.pk, episode=step.episode, kind=step.kind)
    for name in ("held_on", "outcome", "not_counted"):
        setattr(told, name, facts.get(name, getattr(told, name)))
    return state_of(told)


def set_state(decided: Step | Episode, state: str, *, by: User) -> None:
    """Write where it has come to."""
    if decided.follows == state:
        return
    decided.follows = state
    decided.revision += 1
    decided.save(update_fields=["follows", "revision"])
    record(PlanVerb.FOLLOW, decided, by=by)


@door("counting")
def ended_by_hand(episode: Episode, *, by: User) -> None:
    """The plan has ended: of its decisions that end it nothing waits to be said any more."""
    for step in Step.objects.filter(episode=episode, follows__in=(F.WAITS, F.APPEAL)).select_related("episode"):
        if (found := follows_from(step)) and not found.begins:
            set_state(step, F.DONE, by=by)


@door("counting")
def waits_by_hand(episode: Episode, kind: str, *, by: User) -> None:
    """A step waits or was held: of decisions after which one of its kind waits nothing waits to be said any more."""
    for step in Step.objects.filter(episode=episode, follows=F.WAITS).select_related("episode"):
        if (found := follows_from(step)) and found.waits == kind:
            set_state(step, F.DONE, by=by)


@door("counting")
def begun_by_hand(episode: Episode, *, by: User) -> None:
    """A plan has begun: of decisions that begin one of its kind nothing waits to be said any more."""
    child_id: UUID = episode.child_id
    steps = Step.objects.filter(child=child_id, follows=F.WAITS).select_related("episode")
    ended = Episode.objects.filter(child=child_id, follows=F.WAITS)
    for one in (*steps, *ended):
        found = follows_from(one)
        if found and found.begins == episode.kind and (found.ends is None or _is_over(one)):
            set_state(one, F.DONE, by=by)


def _is_over(decided: Step | Episode) -> bool:
    plan = decided if isinstance(decided, Episode) else decided.episode
    return plan.status != Episode.Status.OPEN
