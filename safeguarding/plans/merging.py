"""What becomes of a meeting in the plans of both records when they become one? The second is not counted."""

from django.db.models import Count
from django.utils import timezone

from children.models import Child
from children.services.merging import when_merged
from safeguarding.accounts.models import User
from safeguarding.audit.context import door

from .models import Step
from .permissions import may_keep
from .services.dates import Counting
from .services.meetings import wait_for_keepers
from .services.order import put_in_order


@when_merged
@door("counting")
def count_meetings_once(child: Child, by: User) -> None:
    """Rows have come to a record, or have gone back: of steps that are one meeting the first is counted.

    Where whoever merges keeps no plans, the meeting waits for somebody who does (`services/meetings.py`).
    """
    met = Step.objects.filter(child=child, met_for__isnull=False)
    twins = met.values("meeting").annotate(times=Count("pk")).filter(times__gt=1).values("meeting")
    steps = met.filter(meeting__in=twins) | met.filter(not_counted=Step.Uncounted.SAME_MEETING)
    found = list(steps.select_related("episode", "episode__child").order_by("pk"))
    for episode in {step.episode_id: step.episode for step in found}.values():
        if may_keep(by, episode):
            put_in_order(Counting(episode, by), at=timezone.now())
    wait_for_keepers({step.meeting_id for step in found if not may_keep(by, step)}, by=by)
