"""The children of the designated teacher and of the SENCO, on their first page: whose plans they keep, the next date of
each, what is missing. And “Find a child”, by which they begin a record.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial, reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from children.forms.lists import FindForm
from children.models import Child, ChildDetail
from children.services.finding import find_children
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import may, requires, rights
from safeguarding.accounts.services import bulk
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, visible
from safeguarding.http import Request
from safeguarding.plans.capabilities import PlanCapability as C
from safeguarding.plans.kinds import EPISODES, Area
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.permissions import not_named
from safeguarding.plans.services import team, work
from safeguarding.plans.wording import Stand, stand
from safeguarding.templatetags.harbour import BADGES

# More than a school has of either.
MOST, MOST_DATES = 200, 2000
_AREAS = (Area.CARE, Area.NEEDS)
# What the school's own system says of a child, by the kind of plan that has its dates.
SAID = {"looked_after": ChildDetail.BADGES["lac"], "ehcp": ChildDetail.BADGES["ehcp"]}


@dataclass(frozen=True)
class Kept:
    """A child with one plan that is open, or with none where the school's own system says that there is one (`listed`,
    the words of that badge).
    """

    child: Child
    title: str
    gaps: tuple[str, ...]
    next: Step | None = None
    stands: Stand | None = None
    listed: str = ""


def keeps_some(user: User) -> bool:
    """Whether the person keeps plans of looked-after children, or about needs, at some school by their role."""
    return any(rights(user).schools(C(f"keep_{area}")) for area in _AREAS)


def is_coordinator(request: Request) -> bool:
    """The designated teacher and the SENCO: leads, who keep these plans too, have Today."""
    return bool(_areas(request)) and not may(request.user, C.KEEP_PROTECTION, request.held.school_id)


def _areas(request: Request) -> list[Area]:
    return [area for area in _AREAS if may(request.user, C(f"keep_{area}"), request.held.school_id)]


def panel(request: Request, record: Any = None) -> dict[str, Any] | None:
    """The children by name. Seven queries at most, however many there are. Nothing where the school has not named the
    role: *Waiting for you* says so, and an empty list would say that there are none.
    """
    areas, school_id, see = _areas(request), request.held.school_id, partial(visible, request)
    open_ = see(Episode).filter(school=school_id, child__left_on=None, status=Episode.Status.OPEN, area__in=areas)
    plans = list(open_.select_related("child").order_by("child__sort_name", "child", "kind", "pk")[:MOST])
    lacking = _lacking(request, areas, {(plan.child_id, plan.kind) for plan in plans})
    read_many(request, [*plans, *(detail for detail, _ in lacking)], purpose="children with plans")
    dates, gaps = _dates(request, plans), _gaps(request, plans)
    today = timezone.localdate()
    rows = [
        Kept(
            plan.child,
            plan.title,
            gaps[plan.pk],
            step := dates.get(plan.pk),
            stand(step, today=today, on_roll=True) if step else None,
        )
        for plan in plans
    ]
    rows += [
        Kept(detail.child, EPISODES[kind].title, ("plan",), listed=BADGES[EPISODES[kind].badge])
        for detail, kind in lacking
    ]
    if not rows and not_named(request.user, school_id):
        return None
    kept = sorted(rows, key=lambda one: (one.child.sort_name, one.child.pk))
    return {"kept": kept, "opens_list": may(request.user, "view_child_details", school_id)}


def _lacking(
    request: Request, areas: Collection[str], known: Collection[tuple[UUID, str]]
) -> list[tuple[ChildDetail, str]]:
    """Children of whom the school's own system says what no record here does, as far as the reader opens their details:
    their badges from there are shown to nobody else. To others the panel says that there may be more.
    """
    said = {kind: column_and_value for kind, column_and_value in SAID.items() if EPISODES[kind].area in areas}
    some = reduce(or_, (Q(one) for one in said.values()))
    details = visible(request, ChildDetail).filter(some, school=request.held.school_id, child__left_on=None)
    rows = details.select_related("child").order_by("child__sort_name", "pk")[:MOST]
    return [
        (row, kind)
        for row in rows
        for kind, (column, value) in said.items()
        if getattr(row, column) == value and (row.child_id, kind) not in known
    ]


def _dates(request: Request, plans: Iterable[Episode]) -> Mapping[UUID, Step]:
    """Of each plan the date that comes first."""
    rows = work.by_day(work.waiting(visible(request, Step)).filter(episode__in=[plan.pk for plan in plans]))
    found: dict[UUID, Step] = {}
    for step in rows[:MOST_DATES]:
        if step.happens_on:
            found.setdefault(step.episode_id, step)
    return found


def _gaps(request: Request, plans: Collection[Episode]) -> Mapping[UUID, tuple[str, ...]]:
    """What a record of a looked-after child lacks; others lack nothing that is looked for."""
    care = [plan for plan in plans if plan.kind == "looked_after"]
    if not care:
        return {plan.pk: () for plan in plans}
    held = visible(request, Step).filter(
        episode__in=[plan.pk for plan in care], status=Step.Status.HELD, not_counted="", held_to=None
    )
    asked = Q(kind__in=["care_plan", "pep"]) | Q(kind="placement") & ~Q(legal_status="")
    there = {*held.filter(asked).values_list("episode", "kind").distinct()}
    workers = team.social_workers(partial(visible, request), [plan.child_id for plan in care])
    lacks = {
        plan.pk: tuple(
            what
            for what, is_there in (
                ("PEP", (plan.pk, "pep") in there),
                ("legal status", (plan.pk, "placement") in there),
                ("social worker", plan.child_id in workers),
                ("care plan", (plan.pk, "care_plan") in there),
            )
            if not is_there
        )
        for plan in care
    }
    return {plan.pk: lacks.get(plan.pk, ()) for plan in plans}


@requires(C.KEEP_CARE, also=keeps_some)
def find_for_plans(request: Request) -> HttpResponse:
    """Find a child by name, as the form of a concern does, and go on to the plans. No address has what is typed."""
    request.nav = "plans"
    form, school_id = FindForm(request.POST or None), request.held.school_id
    found, is_asked = [], form.is_valid()
    if is_asked and bulk.had_enough(bulk.SEARCHES, by=request.user, school_id=school_id):
        return render(request, "plans/find.html", {"form": form, "problem": bulk.STOP}, status=429)
    if is_asked:
        words, today = form.cleaned_data["q"], timezone.localdate()
        found = find_children(by=request.user, school=school_id, words=words, today=today)
        read_many(request, [one.child for one in found], verb=Verb.SEARCH, purpose="name")
    context = {"form": form, "asked": is_asked, "found": found, "has_errors": bool(form.errors)}
    return render(request, "plans/find.html", context, status=422 if form.errors else 200)
