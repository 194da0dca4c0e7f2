"""The page "Plans and dates": what waits at the school, whose duty it is, and which children have which status."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from children.models import ChildDetail
from safeguarding.accounts.permissions import requires
from safeguarding.audit.reading import read_many, visible
from safeguarding.http import Request
from safeguarding.keys import record_of
from safeguarding.panels import fill
from safeguarding.plans.capabilities import PlanCapability as C
from safeguarding.plans.forms.worklist import MINE, NOBODYS, WorklistForm
from safeguarding.plans.models import Designation, Step
from safeguarding.plans.permissions import (
    at_schools_named,
    children_kept_for,
    keeps_plans_standing_in,
    not_named,
    reads_at,
)
from safeguarding.plans.services import work
from safeguarding.plans.wording import Stand, limit_of, stand

from . import by_status, standing_in
from .missing_children import missing_children

PAGE = 50
# More children of one status than a school has.
MOST = 200


@dataclass(frozen=True)
class Row:
    """A date in the worklist: how it stands, and how long there was."""

    step: Step
    stands: Stand
    limit: str
    plan: str


@require_GET
@requires(C.VIEW_PLAN_BADGES, also=keeps_plans_standing_in)
def plans(request: Request) -> HttpResponse:
    """Everything that waits, the earliest day first, or the children of one status; beside it how many have each."""
    request.nav = "plans"
    school_id, badges = request.held.school_id, visible(request, Designation)
    counted = work.statuses(badges, school_id)
    lacking = _lacking(request, badges)
    status = next((one for one in counted if one[0] == request.GET.get("status")), None)
    shown = _of_status(request, badges, status[0], lacking) if status else _dates(request, lacking)
    missing = missing_children(request)
    nothing = not (counted or missing or shown.get("rows") or shown.get("narrowed"))
    context = shown | {
        "status": status,
        "statuses": counted,
        "lacking": lacking,
        "missing": missing,
        "actions": fill("plans_actions", request),
        "not_named": nothing and not_named(request.user, school_id),
        **(standing_in.panel(request) or {}),
    }
    return render(request, "plans/worklist.html", context)


def _dates(request: Request, lacking: list[ChildDetail]) -> dict[str, Any]:
    waits = work.waiting(visible(request, Step), request.held.school_id)
    form = WorklistForm(request.GET, owners=_owners(waits))
    chosen = form.chosen()
    found = _after(work.by_day(_narrowed(waits, chosen, request.user.pk)), request.GET.get("after", ""))[: PAGE + 1]
    rows = list(found)
    _read(request, rows[:PAGE], lacking, "dates of plans")
    return {
        "form": form,
        "rows": [_row(step, timezone.localdate()) for step in rows[:PAGE]],
        "narrowed": bool(chosen),
        "older": _address(request, after=_place(rows[PAGE - 1])) if len(rows) > PAGE else "",
        "first": _address(request) if "after" in request.GET else "",
    }


def _of_status(
    request: Request, badges: QuerySet[Designation], kind: str, lacking: list[ChildDetail]
) -> dict[str, Any]:
    children = list(work.with_status(badges, request.held.school_id, kind)[:MOST])
    _read(request, children, lacking, "children of a status")
    # Pastoral staff see badges, and open no plan by their role.
    all_open, kept_for = reads_at(request.user, request.held.school_id), children_kept_for(request.user)
    told = by_status.told(request, [one.child_id for one in children])
    return {
        "children": [(one, all_open or one.child_id in kept_for, told.get(one.child_id)) for one in children],
        "tells": bool(told),
    }


def _read(request: Request, shown: Sequence[Any], lacking: Sequence[Any], purpose: str) -> None:
    """What the page names is one event."""
    read_many(request, [*shown, *lacking], purpose=purpose)


def _row(step: Step, today: date) -> Row:
    # Only of children on roll.
    stands = stand(step, today=today, on_roll=True)
    return Row(step, stands, limit_of(step.rule), step.episode.title)


def _owners(waits: QuerySet[Step]) -> list[tuple[str, str]]:
    """Who sees to something that waits, by name."""
    people = waits.exclude(owner=None).values_list("owner", "owner__first_name", "owner__last_name").distinct()
    return [(str(key), f"{first} {last}") for key, first, last in people.order_by("owner__last_name", "owner")]


def _narrowed(waits: QuerySet[Step], chosen: dict[str, Any], me: UUID) -> QuerySet[Step]:
    if "duty" in chosen:
        waits = waits.filter(work.done_by(chosen["duty"]))
    if "plan" in chosen:
        waits = waits.filter(episode__kind=chosen["plan"])
    if owner := chosen.get("owner"):
        waits = waits.filter(owner=None if owner == NOBODYS else me if owner == MINE else owner)
    if "late" in chosen:
        waits = waits.filter(work.past(work.Today()))
    return waits


def _after(steps: QuerySet[Step], place: str) -> QuerySet[Step]:
    """Those behind the place where the last page ended; from the first one for anything that is no place."""
    steps = steps.select_related("child", "owner", "rule", "episode")
    written, _, key = place.partition("_")
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return steps
    last = record_of(key)
    return steps.filter(Q(day__gt=day) | Q(day=day, pk__gt=last)) if last else steps


def _place(step: Any) -> str:
    return f"{step.day.isoformat()}_{step.pk}"


def _address(request: Request, **more: str) -> str:
    kept = {name: value for name, value in request.GET.items() if name in ("duty", "plan", "owner", "late") and value}
    return f"{reverse('plans')}?{urlencode(kept | more)}"


def _lacking(request: Request, badges: QuerySet[Designation]) -> list[ChildDetail]:
    """For those who read who is looked after: to others every one of them would seem to lack a record."""
    details = visible(request, ChildDetail).filter(at_schools_named(request.user.pk, C.VIEW_CARE))
    return list(work.without_a_plan(details, badges, request.held.school_id)[:MOST])
