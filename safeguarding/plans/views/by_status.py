"""What do leads see of each child in a list of one status? The social worker, the next meeting, attendance."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.utils import timezone

from safeguarding.accounts.permissions import may
from safeguarding.audit.reading import visible
from safeguarding.http import Request
from safeguarding.plans.attendance.counting import Sessions
from safeguarding.plans.capabilities import PlanCapability as C
from safeguarding.plans.kinds import STEPS
from safeguarding.plans.models import AttendanceDay, Step
from safeguarding.plans.services import team, work
from safeguarding.plans.services.absence import sessions_of_children
from safeguarding.plans.services.team import Worker

_MEETINGS = [key for key, kind in STEPS.items() if kind.is_meeting]
# More than the children of a list have ahead.
_MOST = 2000


@dataclass(frozen=True)
class Told:
    """What is told of one child, as far as the reader sees it."""

    worker: Worker | None
    meeting: Step | None
    attendance: Sessions | None

    @property
    def is_past(self) -> bool:
        """Whether the day of the meeting has passed: none is booked or due after it."""
        return bool(self.meeting and self.meeting.happens_on and self.meeting.happens_on < timezone.localdate())


def told(request: Request, children: Collection[UUID]) -> Mapping[UUID, Told]:
    """By child, for leads and others who read child protection; nothing for others. Five queries at most."""
    if not children or not may(request.user, C.VIEW_PROTECTION, request.held.school_id):
        return {}
    see = partial(visible, request)
    workers = team.social_workers(see, children)
    sessions = sessions_of_children(see(AttendanceDay).filter(child__in=children), timezone.localdate())
    steps = work.waiting(see(Step)).filter(child__in=children, kind__in=_MEETINGS)
    meetings: dict[UUID, Step] = {}
    past: dict[UUID, Step] = {}
    today = timezone.localdate()
    for step in work.by_day(steps)[:_MOST]:
        if step.happens_on:
            (past if step.happens_on < today else meetings).setdefault(step.child_id, step)
    meetings = past | meetings
    return {key: Told(workers.get(key), meetings.get(key), sessions.get(key)) for key in children}
