"""Until when did a placement of a looked-after child last? It ends where the next begins."""

from datetime import date

from django.db.models import Q

from safeguarding.accounts.models import User
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.plans.models import Step


def end_last_placement(placement: Step, *, by: User) -> None:
    """The placement before this one ends with it, and this one where a later one is there already."""
    placements = Step.objects.filter(episode=placement.episode, kind="placement", status=Step.Status.HELD)
    next_ = placements.filter(held_on__gt=placement.held_on).order_by("held_on", "pk").first()
    if next_ and placement.held_to is None:
        _until(placement, next_.held_on)
    until = Q(held_to=None) | (Q(held_to=next_.held_on) if next_ else Q())
    former = placements.filter(until, held_on__lte=placement.held_on).select_for_update(of=("self",))
    for one in former.exclude(pk=placement.pk):
        _until(one, placement.held_on)
        record(Verb.CHANGE, one, by=by)


def _until(placement: Step, day: date | None) -> None:
    placement.held_to = day
    placement.revision += 1
    placement.save(update_fields=["held_to", "revision"])
