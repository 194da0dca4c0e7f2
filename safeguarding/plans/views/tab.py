"""The tab "Plans and status" of a child's record."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from children.models import Child, ChildDetail
from children.panels import record_frame
from safeguarding.accounts.permissions import requires_for_record
from safeguarding.audit.context import with_errors
from safeguarding.audit.reading import read_many, read_one
from safeguarding.http import Request
from safeguarding.plans import sdq
from safeguarding.plans.capabilities import PlanCapability
from safeguarding.plans.kinds import EPISODES
from safeguarding.plans.models import Episode
from safeguarding.plans.permissions import TAB_AREAS, areas_kept, areas_read, not_named, stands_in_for_plans

from .own_children import SAID
from .reading import WholeTab, in_error_of, whole_tab


@require_GET
@requires_for_record(PlanCapability.VIEW_PLAN_BADGES, also=stands_in_for_plans)
def child_plans(request: Request, child_id: UUID) -> HttpResponse:
    """What the child is or has, every date of it, and why it is that day."""
    request.nav = "children"
    child = read_one(request, Child, purpose="plans", pk=child_id)
    kept = areas_kept(request.user, child) & {*TAB_AREAS}
    whole = whole_tab(request, child, today=timezone.localdate())
    if not (whole.anything or kept or areas_read(request.user, child) & {*TAB_AREAS}):
        if not_named(request.user, child.school_id):
            frame = record_frame(request, child, "plans")
            return render(request, "plans/not_named.html", frame | {"named": "Plans and status"})
        raise Http404
    wrong = [one for one in _in_error(request, child) if one.area in kept] if kept else []
    read_many(request, [*wrong, *(one.episode for one in whole.open), *whole.ended], purpose="plans", about=child)
    context = record_frame(request, child, "plans") | _shown(whole) | {"keeps": bool(kept), "wrong": wrong}
    context["unopened"] = _unopened(context["detail"], whole, kept)
    return render(request, "plans/child_plans.html", context)


def _in_error(request: Request, child: Child) -> list[Episode]:
    with with_errors("all"):
        return in_error_of(request, child)


def _unopened(detail: ChildDetail | None, whole: WholeTab, kept: Collection[str]) -> list[str]:
    """What the child's details say that no plan here does, by its title, for who keeps plans of its kind."""
    stands = {one.episode.kind for one in whole.open}
    said = [] if detail is None else [kind for kind, (name, value) in SAID.items() if getattr(detail, name) == value]
    return [EPISODES[kind].title for kind in said if kind not in stands and EPISODES[kind].area in kept]


def _shown(whole: WholeTab) -> dict[str, Any]:
    return {
        "whole": whole,
        "plans": [(one, whole.cards.get(one.episode.pk)) for one in whole.open],
        "files": [(file, whole.steps.get(file.step_id)) for file in whole.files],
        # Nothing stands in a column by itself.
        "pairs": bool(whole.scores and whole.cards),
        "chart": [one for one in whole.scores if one.number is not None],
        "bands": sdq.bands(),
    }
