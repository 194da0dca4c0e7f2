"""The list of children, the search, and the list under a field while a name is typed."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from children.badges import badges_known_to, badges_of, having
from children.capabilities import ChildCapability
from children.counting import counted
from children.forms.lists import LEFT, FindForm, NarrowForm
from children.models import BY_NAME, Child
from children.services import find_children
from safeguarding.accounts.permissions import may, requires
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import bulk
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, visible
from safeguarding.http import Request
from safeguarding.paging import PAGE, counts_of_page

# More children than any school has: all of them are counted.
MOST = 1_000_000


@require_GET
@requires(ChildCapability.VIEW_CHILD_DETAILS)
def children(request: Request) -> HttpResponse:
    """Children of the school by name, fifty at a time, narrowed by class, year and badge."""
    request.nav = "children"
    school = visible(request, Child).filter(school=request.held.school_id)
    rooms, years = _classes_and_years(school)
    form = NarrowForm(request.GET, rooms=rooms, years=years, badges=badges_known_to(request))
    rows, counts = _narrowed(request, school, form), counts_of_page()
    counts.ask("children listed", rows, MOST)
    page, more = _page(rows, request.GET.get("after", ""))
    chosen = request.GET.copy()
    chosen["after"] = str(page[-1].pk) if more else ""
    shown = read_many(request, page)
    badges = badges_of(request, [child.pk for child in shown])
    for child in shown:
        child.badges = badges[child.pk]
    said = counted(request, [child.pk for child in shown])
    context = {
        "form": form,
        "find": FindForm(),
        "rows": [(child, said.get(child.pk, "")) for child in shown],
        # Lazy: the menu, which is printed first, is counted in the same query.
        "count": lambda: counts["children listed"],
        "narrowed": any(form.cleaned_data.values()) if form.is_valid() else False,
        "older": f"?{chosen.urlencode()}" if more else "",
        "newest": "?" if request.GET.get("after") else "",
        "may_import": may(request.user, ChildCapability.KEEP_CHILDREN, request.held.school_id),
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


def _classes_and_years(rows: QuerySet[Child]) -> tuple[list[str], list[int]]:
    """The classes and the years that children on roll are in."""
    found = list(rows.filter(left_on=None).order_by("class_name").values_list("class_name", "year_group").distinct())
    return [*dict.fromkeys(room for room, _ in found if room)], sorted({year for _, year in found if year is not None})


def _narrowed(request: Request, rows: QuerySet[Child], form: NarrowForm) -> QuerySet[Child]:
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = rows.filter(left_on__isnull=chosen.get("who") != LEFT)
    if chosen.get("room"):
        rows = rows.filter(class_name=chosen["room"])
    if chosen.get("year"):
        rows = rows.filter(year_group=chosen["year"])
    if badge := chosen.get("badge"):
        rows = rows.filter(having(request, badge))
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
