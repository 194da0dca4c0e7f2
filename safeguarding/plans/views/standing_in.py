"""The children whose plans somebody keeps standing in, on their home page and beside the worklist."""

from typing import Any

from django.db.models import Count

from children.models import Child
from safeguarding.audit.reading import read_many, visible
from safeguarding.http import Request
from safeguarding.plans.models import Step
from safeguarding.plans.permissions import children_kept_for
from safeguarding.plans.services import work

# More than nobody of a school's keepers may see.
MOST = 50


def panel(request: Request, record: Any = None) -> dict[str, Any] | None:
    """Each with how many of the dates are late; no panel for who stands in for nobody."""
    kept_for = children_kept_for(request.user)
    if not kept_for:
        return None
    rows = visible(request, Child).filter(pk__in=kept_for, school_id=request.held.school_id).order_by("sort_name", "pk")
    children = read_many(request, rows[:MOST], purpose="standing in")
    late = work.late(visible(request, Step), request.held.school_id).filter(child__in=[child.pk for child in children])
    numbers = dict(late.order_by().values_list("child").annotate(n=Count("pk")))
    return {"kept_for": [(child, numbers.get(child.pk, 0)) for child in children]} if children else None
