"""What do plans say on the pages of a meeting about a concern, and to the services of meetings?"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import people_with
from safeguarding.accounts.roles import Capability
from safeguarding.audit.protection import who_sees
from safeguarding.concerns.models import Concern, ConcernChild, Meeting
from safeguarding.concerns.permissions import may_decide
from safeguarding.concerns.services.meeting_plans import Offered, Plans, Result
from safeguarding.dates import short_day

from . import codes
from .capabilities import PlanCapability
from .kinds import Area, EpisodeKind
from .models import Episode, Step
from .permissions import children_kept
from .services import meetings

_AGAIN = "Press the button again to save it like this"


class PlansOfChildren(Plans):
    """The plans of the children whom a concern is about."""

    def children(self, user: User, concern: Concern) -> list[Offered]:
        if not may_decide(user, concern):
            return []
        named = in_concern(user, concern.pk)
        kept = children_kept(user, concern.school_id, [one.child.pk for one in named], Area.PROTECTION)
        return [one for one in named if one.child.pk in kept]

    def question(self, user: User, meeting: Meeting, children: Collection[Child]) -> str:
        """Asked where the step that it takes is booked for another day."""
        other = [
            f"{step.title} of {child.full_name} is booked for {short_day(step.booked_on)}"
            for child, step in meetings.booked_otherwise(meeting, children)
            if step.booked_on
        ]
        day = short_day(meetings.day_and_time(meeting)[0])
        return f"{'. '.join(other)}. It moves to {day}, or leave the child out. {_AGAIN}" if other else ""

    def results(self, user: User, meeting: Meeting) -> list[Result]:
        today = timezone.localdate()
        found = [one for one in meetings.steps_of(meeting) if meetings.asks_for_outcome(one) and _is_asked(one)]
        return [_result(step, today) for step in meetings.writable(user, meeting, found)]

    def to_add(self, user: User, meeting: Meeting) -> list[Offered]:
        if (takes := meetings.takes_of(meeting)) is None:
            return []
        offered = self.children(user, meeting.concern)
        some = {child.pk for child in meetings.without_it(meeting, [one.child for one in offered])}
        plans = meetings.open_plans(some, takes)
        return [one for one in offered if one.child.pk in plans]

    def follow(
        self,
        *,
        meeting: Meeting,
        by: User,
        children: Collection[Child] | None = None,
        results: Mapping[UUID, str] | None = None,
        more: Mapping[str, Any] | None = None,
        at: datetime,
    ) -> None:
        meetings.follow(meeting=meeting, by=by, children=children, results=results, more=more, at=at)


def _is_asked(step: Step) -> bool:
    return step.status != Step.Status.SET_ASIDE


def _result(step: Step, today: Any) -> Result:
    list_ = step.of_kind.list_of("outcome")
    offered = [(one.code, one.label) for one in codes.offered(list_, today)]
    must = "outcome" in step.of_kind.required
    return Result(step.child_id, f"What came of it for {step.child.full_name}", offered, must, step.outcome)


def in_concern(user: User, concern_id: UUID) -> list[Offered]:
    """The children in whose plans a meeting about a concern may be a date, as far as the person sees them: first those
    whom it is about, then those who have another part in it and an open plan with such dates.
    """
    named: QuerySet[ConcernChild] = ConcernChild.objects.all().visible_to(user)  # type: ignore[attr-defined]
    plans: QuerySet[Episode] = Episode.objects.all().visible_to(user)  # type: ignore[attr-defined]
    cards: QuerySet[Child] = Child.objects.all().visible_to(user)  # type: ignore[attr-defined]
    rows = meetings.discussed(named.filter(concern=concern_id, child__in=cards), plans).select_related("child")
    offered = [_offered(row) for row in rows.order_by("child__sort_name", "child")]
    return sorted(offered, key=lambda one: bool(one.part))


def _offered(row: ConcernChild) -> Offered:
    is_about = row.role == ConcernChild.Role.WORRIED_ABOUT
    return Offered(row.child, "" if is_about else str(row.get_role_display()))  # type: ignore[arg-type]


@dataclass(frozen=True)
class OfChild:
    """A child of the concern on the page of its meeting: the step that it is in the plan, or the kind of plan that the
    reader may begin with it.
    """

    child: Child
    step: Step | None = None
    begins: EpisodeKind | None = None

    @property
    def outcome(self) -> str:
        return self.step.in_words("outcome") if self.step else ""


def who_does_both(meeting: Meeting) -> list[User]:
    """Who decides on the concern and keeps plans of this area, by role: who can put the meeting into the plans."""
    today = timezone.localdate()
    keeps = people_with(PlanCapability.KEEP_PROTECTION, meeting.school_id, today)
    decides = {one.pk for one in people_with(Capability.DECIDE_CONCERNS, meeting.school_id, today)}
    both = [one for one in keeps if one.pk in decides]
    seen = who_sees(meeting, [one.pk for one in both])
    return [one for one in both if one.pk in seen]
