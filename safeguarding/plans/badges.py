"""Which badges do plans put beside the name of a child? That of each plan that is open, for those who may see it."""

from typing import Any

from django.db.models import Case, QuerySet, TextField, Value, When

from children.badges import Badging
from safeguarding.accounts.permissions import may
from safeguarding.audit.by_keys import Asks
from safeguarding.audit.reading import visible
from safeguarding.http import Request

from .capabilities import PlanCapability as C
from .kinds import EPISODES, Area
from .models import Designation
from .services.badging import standing_badges

_BADGED = {key: kind for key, kind in EPISODES.items() if kind.badge}


def _rows(request: Asks) -> QuerySet[Any, Any]:
    badges = (When(kind=key, then=Value(kind.badge)) for key, kind in _BADGED.items())
    now = standing_badges(visible(request, Designation))
    return now.annotate(badge=Case(*badges, output_field=TextField())).values_list("child_id", "badge")


def _known_to(request: Request) -> set[str]:
    """By their role. That of an adoption is offered to nobody else."""
    opens = {area: C.VIEW_ADOPTION if area == Area.ADOPTION else C.VIEW_PLAN_BADGES for area in Area}
    areas = {area for area in Area if may(request.user, opens[area], request.held.school_id)}
    return {kind.badge for kind in _BADGED.values() if kind.area in areas}


BADGING = Badging(rows=_rows, known_to=_known_to)
