"""What is counted anew in an episode where something in it was corrected: its decision, its order, its dates."""

from datetime import date, datetime

from safeguarding.accounts.models import User
from safeguarding.audit.context import door
from safeguarding.plans.deadlines import BEGINNING
from safeguarding.plans.kinds import decision_on
from safeguarding.plans.models import Episode, Step

from .choosing import choose
from .dates import CONFERENCE, Counting, Trigger, count_again, follow, stop_waiting, trigger_of
from .deciding import decide, link_decided
from .follow_ups import waits_by_hand
from .order import ORDERING, STRATEGY, put_in_order
from .protection import PROTECTION


@door("counting")
def set_going(counting: Counting, held: Step, *, at: datetime) -> None:
    """Something was held: what follows from it by rules waits, and what it decides or puts out of order is said."""
    follow(counting, trigger_of(held), at=at)
    link_decided(held, by=counting.by)
    waits_by_hand(counting.episode, held.kind, by=counting.by)
    decides = decision_on(counting.episode.kind)
    if decides and decides.step == held.kind:
        decide(counting.episode, by=counting.by)
    if held.kind in ORDERING:
        put_in_order(counting, at=at)
    choose(counting, at=at)


@door("counting")
def recount(counting: Counting, corrected: Step | None, *, at: datetime, was: date | None = None) -> None:
    """A day or an outcome was corrected: of a step, or of the beginning (None). `was` is the day from which the dates
    of the beginning were counted before.
    """
    was = was or counting.begun.day
    decide(counting.episode, by=counting.by)
    put_in_order(counting, at=at)
    if corrected is not None:
        corrected.refresh_from_db()
    count_again(counting, corrected, at=at)
    if (begun := counting.begun).day != was:
        if corrected is not None:
            count_again(counting, None, at=at)
        # What the wrong day did not ask for, such as one before the rule: that never waited.
        follow(counting, begun, but=counting.asked(Trigger(BEGINNING, was)), at=at)
    choose(counting, at=at)
    if counting.episode.status != Episode.Status.OPEN:
        stop_waiting(counting.episode, by=counting.by, at=at)


@door("counting")
def recount_conferences(plan: Episode, *, by: User, at: datetime) -> None:
    """A child protection plan has begun or ended, was corrected, entered in error or put back: after a section 47
    enquiry in another plan of the child an initial conference waits, or waits no longer (`services/protection.py`).
    """
    if plan.kind != PROTECTION:
        return
    agreed = Step.objects.filter(child=plan.child_id, kind=STRATEGY, status=Step.Status.HELD, outcome="section_47")
    for step in agreed.filter(episode__status=Episode.Status.OPEN).exclude(episode=plan).select_related("episode"):
        met = Step.objects.filter(episode=step.episode, kind=CONFERENCE, held_on__gte=step.held_on)
        if not met.exists():
            count_again(Counting(step.episode, by), step, at=at)


def recount_decided(step: Step, *, by: User, at: datetime) -> None:
    """A step was corrected by which plans were decided that are not its own: their badge and their dates follow."""
    for plan in Episode.objects.filter(decided_by=step).exclude(pk=step.episode_id).select_related("child"):
        recount(Counting(plan, by), None, at=at)
