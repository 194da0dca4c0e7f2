"""The list of children, the search, and the list under a field while a name is typed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from children.capabilities import ChildCapability
from children.counting import counted
from children.forms.lists import LEFT, FindForm, NarrowForm
from children.models import BY_NAME, Child, ChildDetail
from children.services import find_children
from safeguarding.accounts.permissions import may, requires
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import bulk
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, visible
from safeguarding.http import Request
from safeguarding.paging import PAGE


@require_GET
@requires(ChildCapability.VIEW_CHILD_DETAILS)
def children(request: Request) -> HttpResponse:
    """Children of the school by name, fifty at a time, narrowed by class, year and badge."""
    request.nav = "children"
    school = visible(request, Child).filter(school=request.held.school_id)
    form = NarrowForm(
        request.GET,
        rooms=_values(school, "class_name"),
        years=_values(school.filter(year_group__isnull=False), "year_group"),
    )
    rows = _narrowed(request, school, form)
    page, more = _page(rows, request.GET.get("after", ""))
    chosen = request.GET.copy()
    chosen["after"] = str(page[-1].pk) if more else ""
    shown = read_many(request, page)
    _badge(request, shown)
    said = counted(request, [child.pk for child in shown])
    context = {
        "form": form,
        "find": FindForm(),
        "rows": [(child, said.get(child.pk, "")) for child in shown],
        "count": rows.count(),
        "narrowed": any(form.cleaned_data.values()) if form.is_valid() else False,
        "older": f"?{chosen.urlencode()}" if more else "",
        "newest": "?" if request.GET.get("after") else "",
        "may_import": may(request.user, ChildCapability.IMPORT_CHILDREN, request.held.school_id),
    }
    return render(request, "children/list.html", context)


@require_POST
@requires(ChildCapability.VIEW_CHILD_DETAILS)
def search(request: Request) -> HttpResponse:
    """Children that words fit, those who have left long ago among them."""
    request.nav = "children"
    form = FindForm(request.POST)
    found = []
    if bulk.had_enough(bulk.SEARCHES, by=request.user, school_id=request.held.school_id):
        return render(request, "children/search.html", {"form": form, "problem": bulk.STOP}, status=429)
    if form.is_valid():
        found = find_children(
            by=request.user,
            school=request.held.school_id,
            words=form.cleaned_data["q"],
            today=timezone.localdate(),
            everyone=True,
        )
        read_many(request, [one.child for one in found], verb=Verb.SEARCH, purpose="children")
    context = {"form": form, "found": found, "has_errors": bool(form.errors)}
    return render(request, "children/search.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Capability.FIND_CHILDREN)
def find_child(request: Request) -> HttpResponse:
    """Cards that fit what has been typed so far, as buttons: names, known-as, class and year, nothing else."""
    words = request.POST.get("q", "")[:100]
    if bulk.had_enough(bulk.NAMES, by=request.user, school_id=request.held.school_id):
        return render(request, "children/part_found.html", {"problem": bulk.STOP_NAMES}, status=429)
    found = find_children(by=request.user, school=request.held.school_id, words=words, today=timezone.localdate())
    read_many(request, [one.child for one in found], verb=Verb.SEARCH, purpose="find_child")
    return render(request, "children/part_found.html", {"found": found})


def _values(rows: QuerySet[Child], name: str) -> list[Any]:
    """The classes, or years, that children on roll are in."""
    return [v for v in rows.filter(left_on=None).order_by(name).values_list(name, flat=True).distinct() if v != ""]


def _badge(request: Request, children: Sequence[Child]) -> None:
    """Give each child of a list what must be known of it, where the person may know: one query."""
    found = visible(request, ChildDetail).filter(pk__in=[child.pk for child in children])
    badges = {one.pk: one.badges for one in found.only(*(name for name, _ in ChildDetail.BADGES.values()))}
    for child in children:
        child.badges = badges.get(child.pk, ())


def _narrowed(request: Request, rows: QuerySet[Child], form: NarrowForm) -> QuerySet[Child]:
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = rows.filter(left_on__isnull=chosen.get("who") != LEFT)
    if chosen.get("room"):
        rows = rows.filter(class_name=chosen["room"])
    if chosen.get("year"):
        rows = rows.filter(year_group=chosen["year"])
    if badge := chosen.get("badge"):
        rows = rows.filter(pk__in=visible(request, ChildDetail).filter(ChildDetail.BADGES[badge]).values("pk"))
    return rows


def _page(rows: QuerySet[Child], after: str) -> tuple[Sequence[Child], bool]:
    """Fifty children after the one with this key, and whether there are more. The address names a key, never a name."""
    place = rows.filter(pk=after).first() if _is_key(after) else None
    if place is not None:
        # The first half is what the index can jump to, the second settles children of the same name.
        rows = rows.filter(Q(sort_name__gte=place.sort_name) & ~Q(sort_name=place.sort_name, pk__lte=place.pk))
    found = list(rows.order_by(*BY_NAME)[: PAGE + 1])
    return found[:PAGE], len(found) > PAGE


def _is_key(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
