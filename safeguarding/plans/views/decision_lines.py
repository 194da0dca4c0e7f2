"""Of which decisions has nobody said yet what follows? A line beside Today, and on the first page of who has none."""

from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse

from safeguarding.accounts.permissions import may
from safeguarding.accounts.services import get_school
from safeguarding.audit.reading import read_many, visible
from safeguarding.concerns.models import Meeting
from safeguarding.dates import full_day
from safeguarding.first_pages import Thing, Waiting
from safeguarding.http import Request
from safeguarding.plans.capabilities import PlanCapability as C
from safeguarding.plans.kinds import Area
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.permissions import TAB_AREAS
from safeguarding.plans.services import work

# As many as are named beside Today, where several kinds share a panel; more than a school has.
SHOWN, MOST = 1, 100
SAYS = "Say what follows"


def areas_kept_by_role(request: Request) -> list[Area]:
    """The areas that the person keeps at the school by their role. Plans about needs are kept by leads while the notice
    names no SENCO (`rules.areas_kept`).
    """
    user, school_id = request.user, request.held.school_id
    found: list[Area] = [area for area in TAB_AREAS if may(user, C(f"keep_{area}"), school_id)]
    if may(user, C.KEEP_NEEDS_WITHOUT_SENCO, school_id) and not _names_senco(school_id):
        found.append(Area.NEEDS)
    return found


def _names_senco(school_id: UUID) -> bool:
    return "senco" in get_school(school_id).roles_beyond_notice


def keeps_some(request: Request) -> bool:
    """Whether the person keeps plans of some area at the school by their role."""
    return any(may(request.user, C(f"keep_{area}"), request.held.school_id) for area in TAB_AREAS)


def decisions(request: Request) -> dict[str, Any] | None:
    """The decisions in plans that the reader keeps; no lines where there is none."""
    found = _found(request, areas_kept_by_role(request))
    if not found:
        return None
    read_many(request, found[:SHOWN], purpose="decisions of plans")
    return {"decisions": [(one, *_told(one)) for one in found[:SHOWN]], "number": len(found), "hot": True}


def with_decisions(area: Area, waits: Callable[[Request], Waiting]) -> Callable[[Request], Waiting]:
    """What waits in an area, and before it the decisions of which nobody has said what follows."""

    def found(request: Request) -> Waiting:
        there, some = waits(request), _found(request, [area])
        if not some:
            return there
        read_many(request, some[:SHOWN], purpose="decisions of plans")
        return Waiting((*map(_thing, some[:SHOWN]), *there.things), there.number + len(some), there.nothing)

    return found


def _thing(one: Step | Episode) -> Thing:
    title, address, about = _told(one)
    return Thing(title, address, SAYS, "warn", f"{one.child.full_name} · {about}")


def _found(request: Request, areas: Collection[Area]) -> list[Any]:
    """Steps and plans, those that were decided first at the head: two queries."""
    # What a meeting about a concern decided is said by who may read that.
    open_ = Q(meeting=None) | Q(meeting__in=visible(request, Meeting))
    steps = _waiting(visible(request, Step).filter(open_), request, areas).select_related("child", "episode")
    plans = _waiting(visible(request, Episode), request, areas).select_related("child")
    return [*steps.order_by("held_on", "pk")[:MOST], *plans.order_by("ends_on", "pk")[:MOST]]


def _waiting(rows: QuerySet[Any], request: Request, areas: Collection[Area]) -> QuerySet[Any]:
    return work.to_be_said(rows, request.held.school_id).filter(area__in=areas)


def _told(one: Step | Episode) -> tuple[str, str, str]:
    """What it is, where it is said, and what was decided when."""
    if isinstance(one, Step):
        day = full_day(one.held_on) if one.held_on else ""
        return one.title, reverse("plan_step", args=[one.pk]), f"{one.in_words('outcome')}, {day}"
    day = full_day(one.ends_on) if one.ends_on else ""
    return f"{one.title}: ended", reverse("episode", args=[one.pk]), f"{one.end_label}, {day}"
