"""What becomes of the meetings of a plan that was entered in error? They are free for another plan, until it is put
back.
"""

from safeguarding.accounts.models import User
from safeguarding.plans.models import Episode, Step

from .dates import set_fields


def free_meetings(episode: Episode, *, by: User) -> None:
    """The meetings about concerns that are dates of this plan may go into another plan of the child. The link stays:
    from whom a concern is hidden, its meeting stays hidden.
    """
    for step in Step.objects.filter(episode=episode, met_for__isnull=False).order_by("pk"):
        set_fields(step, {"met_for": None}, by=by)


def take_meetings_back(episode: Episode, *, by: User) -> None:
    """They are dates of this plan again, where they have not gone into another one."""
    free = Step.objects.filter(episode=episode, meeting__isnull=False, met_for=None).order_by("pk")
    taken = Step.objects.filter(meeting__in=free.values("meeting"), met_for=episode.child_id)
    gone = set(taken.values_list("meeting_id", flat=True))
    for step in free:
        if step.meeting_id not in gone:
            set_fields(step, {"met_for": step.child_id}, by=by)
