"""Which children went missing and are not back? They stand before all dates: on Today, in the worklist and the diary,
on first pages.
"""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone

from safeguarding.audit.reading import read_many, visible
from safeguarding.http import Request
from safeguarding.once import once
from safeguarding.plans.models import Step
from safeguarding.plans.permissions import children_kept_for
from safeguarding.plans.services import work
from safeguarding.plans.wording import Stand, stand

from .decision_lines import areas_kept_by_role

# More than a school has at once.
MOST = 50


@dataclass(frozen=True)
class Missing:
    """A child who is still missing: the absence, since when, and whether the reader may say that the child is back."""

    step: Step
    stands: Stand
    keeps: bool


def missing_children(request: Request) -> list[Missing]:
    """Those of the school whom the reader may see, the longest first: one query, once a page."""
    return once(("still missing", request.held.school_id), lambda: _read(request))


def _read(request: Request) -> list[Missing]:
    rows = work.still_missing(visible(request, Step), request.held.school_id).select_related("child", "episode")
    found = list(rows[:MOST])
    if not found:
        return []
    read_many(request, found, purpose="children still missing")
    areas, kept_for, today = areas_kept_by_role(request), children_kept_for(request.user), timezone.localdate()
    return [
        Missing(step, stand(step, today=today, on_roll=True), step.area in areas or step.child_id in kept_for)
        for step in found
    ]


def lines(request: Request) -> dict[str, Any] | None:
    """For Today; no lines where no child is missing."""
    found = missing_children(request)
    whole = ("Plans and dates", reverse("plans"))
    return {"missing": found, "number": len(found), "hot": True, "all": whole} if found else None
