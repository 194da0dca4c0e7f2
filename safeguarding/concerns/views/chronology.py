"""Show what has happened to a child, or to the children of a family, newest first: on the page, and on paper."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from children.models import Child, ChildDetail
from children.panels import record_frame
from children.people import family, orders_about
from children.permissions import access_to_a_child, may_see_files
from safeguarding.accounts.permissions import may, requires_for_record
from safeguarding.accounts.titles import RolesAlone, Titles
from safeguarding.addresses import address_of
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_one, read_out, visible
from safeguarding.concerns import chronology
from safeguarding.concerns.chronology import Chronology, Entry
from safeguarding.concerns.forms.chronology import Narrow
from safeguarding.concerns.left_out import LeftOut, staff_left_out
from safeguarding.concerns.permissions import children_read
from safeguarding.concerns.services.apart import SHOWS_FILE
from safeguarding.concerns.services.kinds import names_on
from safeguarding.http import Request
from safeguarding.printing.paper import paper
from safeguarding.rendering import Showing

# More children than live in one home: beyond it the eldest are shown, and the page says so.
MOST_OF_A_FAMILY = 12


@requires_for_record("view_concerns", also=access_to_a_child)
def child_chronology(request: Request, child_id: UUID) -> HttpResponse:
    """A page of a child's chronology."""
    return _page(request, read_child(request, child_id), [], "child_chronology", "chronology_paper")


@requires_for_record("view_concerns", also=access_to_a_child)
def family_chronology(request: Request, child_id: UUID) -> HttpResponse:
    """The same of the child with brothers, sisters and whoever lives there: of each whose concerns the reader reads."""
    child = read_child(request, child_id, purpose="family chronology")
    others = _family(request, child)
    read_out(request, others, verb=Verb.VIEW, purpose="family chronology")
    return _page(request, child, others, "family_chronology", "family_paper")


def _page(request: Request, child: Child, others: list[Child], here: str, on_paper: str) -> HttpResponse:
    request.nav = "children"
    today = timezone.localdate()
    form = Narrow(request.GET, names_on(today, child.school_id, asks=request.user, retired=True))
    narrowed, before = form.narrowed(today), request.GET.get("before", "")
    found = chronology.read(request, child, narrowed, before=before, family=others)
    form.count(found.counts, found.significant)
    asked = request.GET.copy()
    is_first = not asked.pop("before", None)
    query = f"?{asked.urlencode()}"
    is_family = here == "family_chronology"
    context = {
        **(frame := record_frame(request, child, "chronology")),
        **_before_you_act(request, child, frame["detail"], others),
        "found": found,
        "form": form,
        "is_first": is_first,
        "newest": "" if is_first else query,
        "older": f"{query}&before={found.older}" if found.older else "",
        "others": others,
        "is_family": is_family,
        "clear_url": address_of(here, child.pk),
        "print_url": address_of(on_paper, child.pk) + query,
        "papers": _papers(request, address_of(on_paper, child.pk)),
        # Marking, and adding, is for the chronology of one child.
        "marked_of": child if not is_family and may(request.user, "decide_concerns", child.school_id) else None,
    }
    # The chronology of a family is the story of each of its children.
    request.showing = Showing(own=frozenset(each.pk for each in (child, *others)), only_own=True)
    return render(request, "concerns/chronology.html", context)


def _papers(request: Request, address: str) -> list[tuple[str, str]]:
    """What can be printed of it, each with its address. The filter is kept."""
    asked = request.GET.copy()
    for name in ("before", "significant", "staff"):
        asked.pop(name, None)
    more = {
        "Everything": {},
        "Significant events only": {"significant": "on"},
        "Everything, without the names of staff": {"staff": "no"},
        "Significant events only, without the names of staff": {"significant": "on", "staff": "no"},
    }
    found = []
    for text, also in more.items():
        query = asked.copy()
        query.update(also)
        found.append((text, f"{address}?{query.urlencode()}"))
    return found


@requires_for_record("view_concerns", also=access_to_a_child)
def chronology_paper(request: Request, child_id: UUID) -> HttpResponse:
    """All entries that the filter asks for, on paper.

    More than are printed at once: back to the page, which says so.
    """
    return _paper(request, child_id, "child_chronology", with_family=False)


@requires_for_record("view_concerns", also=access_to_a_child)
def family_paper(request: Request, child_id: UUID) -> HttpResponse:
    """The same of a family."""
    return _paper(request, child_id, "family_chronology", with_family=True)


def _paper(request: Request, child_id: UUID, page: str, *, with_family: bool) -> HttpResponse:
    now = timezone.now()
    today = timezone.localdate(now)
    if (child := readable(request).filter(pk=child_id).first()) is None:
        raise Http404
    kinds = names_on(today, child.school_id, asks=request.user, retired=True)
    narrowed = Narrow(request.GET, kinds).narrowed(today)
    nameless = request.GET.get("staff") == "no"
    others = _family(request, child) if with_family else []
    if problem := chronology.too_long_for_paper(request, [child, *others], narrowed):
        messages.warning(request, problem)
        return redirect(f"{address_of(page, child_id)}?{request.GET.urlencode()}")
    purpose = _purpose("family" if with_family else "chronology", narrowed.significant, nameless)
    read_out(request, [child, *others], verb=Verb.PRINT, purpose=purpose)
    titles = RolesAlone(child.school_id) if nameless else Titles(child.school_id)
    found = chronology.read(request, child, narrowed, size=None, titles=titles, family=others)
    if isinstance(titles, RolesAlone):
        found = _nameless(found, staff_left_out(titles))
    context = {
        **(frame := record_frame(request, child, "chronology")),
        **_before_you_act(request, child, frame["detail"], others),
        "found": found,
        "kinds": [text for key, text in chronology.KINDS.items() if narrowed.takes(key)] if narrowed.kinds else [],
        "category": dict(kinds).get(narrowed.category, ""),
        "others": others,
        "nameless": nameless,
    }
    title = f"{'Family chronology, from' if with_family else 'Chronology of'} record {child.number}"
    own = [each.pk for each in (child, *others)]
    return paper(request, "pdf/chronology.html", context, title=title, school_id=child.school_id, at=now, own=own)


def _purpose(what: str, significant: bool, nameless: bool) -> str:
    """What was printed, for the record of it."""
    return f"{what}{', significant' if significant else ''}{', no staff names' if nameless else ''}"


def _nameless(found: Chronology, out: LeftOut) -> Chronology:
    return replace(found, entries=[_without(entry, out) for entry in found.entries])


def _without(entry: Entry, out: LeftOut) -> Entry:
    pin = replace(entry.pin, said=out(entry.pin.analysis)) if entry.pin else None
    return replace(entry, title=out(entry.title), sentence=out(entry.sentence), source=out(entry.source), pin=pin)


def read_child(request: Request, child_id: UUID, verb: Verb = Verb.VIEW, purpose: str = "chronology") -> Child:
    """The child, where the person reads its concerns: elsewhere the card alone is theirs, not what happened."""
    assert purpose.startswith(SHOWS_FILE)  # noqa: S101  (who opened a wrong link meanwhile is told by it)
    return read_one(request, Child, verb=verb, purpose=purpose, also=partial(may_see_files, request.user), pk=child_id)


def readable(request: Request) -> QuerySet[Child]:
    """The children whose concerns the person reads."""
    return children_read(request.user, visible(request, Child))


def _family(request: Request, child: Child) -> list[Child]:
    keys = family(request, child)
    if not keys:
        return []
    found = readable(request).filter(pk__in=keys, school_id=child.school_id)
    return list(found.order_by("-year_group", "sort_name", "pk")[:MOST_OF_A_FAMILY])


def _before_you_act(
    request: Request, child: Child, detail: ChildDetail | None, others: Sequence[Child]
) -> dict[str, Any]:
    """What must be known of each of these children before anybody rings or writes to anybody: orders and agreements in
    force today, and of whom nobody may say where they live.
    """
    see, today = partial(visible, request), timezone.localdate()
    details = {child.pk: detail, **(see(ChildDetail).in_bulk([one.pk for one in others]) if others else {})}
    known = [(one, details.get(one.pk)) for one in (child, *others)]
    return {
        "shut_homes": [(one, it.address_confidential_reason) for one, it in known if it and it.address_confidential],
        "orders": [order for order in orders_about(request, child, *others) if order.in_force(today)],
    }


def context_of(request: Request, child: Child, **more: Any) -> dict[str, Any]:
    """What a page below the tab of the chronology needs, beside its own."""
    request.nav = "children"
    return record_frame(request, child, "chronology") | more
