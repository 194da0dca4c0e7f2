"""What do plans put into the pages that every app shares? The tab of a child's record."""

from uuid import UUID

from safeguarding.accounts.permissions import may
from safeguarding.http import Request
from safeguarding.panels import Tab, register

from .capabilities import PlanCapability as C
from .permissions import TAB_AREAS, VIEW


def _reads_at(request: Request, school_id: UUID) -> bool:
    """Whoever reads an area by role, also where the notice does not name that role: the page says so."""
    return any(may(request.user, VIEW[area], school_id) for area in TAB_AREAS)


def _given_at(request: Request, school_id: UUID) -> bool:
    return may(request.user, C.READ_PLANS_GIVEN, school_id)


register(Tab("plans", "Plans and status", "child_plans", may=_reads_at, order=22, given=_given_at))
