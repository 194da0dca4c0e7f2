"""Show what has happened to a child, or to the children of a family, newest first: on the page, and on paper."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from children.before_acting import before_acting
from children.models import Child
from children.panels import record_frame
from children.permissions import access_to_a_child, may_see_files
from safeguarding.accounts.permissions import may, requires_for_record
from safeguarding.addresses import address_of
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_one, read_out
from safeguarding.concerns import chronology
from safeguarding.concerns.chronology import accounts_asked_for, number_of
from safeguarding.concerns.forms.chronology import Narrow
from safeguarding.concerns.services.apart import SHOWS_FILE
from safeguarding.concerns.services.chronology_on_paper import (
    NAME,
    Wanted,
    children_told,
    concerns_seen,
    family_of,
    is_long,
    on_paper,
    title_of,
)
from safeguarding.concerns.services.kinds import names_on
from safeguarding.concerns.services.plain_names import naming_others
from safeguarding.concerns.told import facts_of_concerns
from safeguarding.http import Request
from safeguarding.printing.paper import made_before, put_on_paper, put_on_paper_later
from safeguarding.rendering import Showing

# As many concerns as the page before printing names.
MOST_LISTED = 20


@requires_for_record("view_concerns", also=access_to_a_child)
def child_chronology(request: Request, child_id: UUID) -> HttpResponse:
    """A page of a child's chronology."""
    return _page(request, read_child(request, child_id), [], "child_chronology", "chronology_print")


@requires_for_record("view_concerns", also=access_to_a_child)
def family_chronology(request: Request, child_id: UUID) -> HttpResponse:
    """The same of the child with brothers, sisters and whoever lives there: of each whose concerns the reader reads."""
    child = read_child(request, child_id, purpose="family chronology")
    others = family_of(request, child)
    read_out(request, others, verb=Verb.VIEW, purpose="family chronology")
    return _page(request, child, others, "family_chronology", "family_print")


def _page(request: Request, child: Child, others: list[Child], here: str, printing: str) -> HttpResponse:
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
        "before_acting": before_acting(request, [child, *others], today=today, detail=frame["detail"]),
        "found": found,
        "form": form,
        "is_first": is_first,
        "newest": "" if is_first else query,
        "older": f"{query}&before={found.older}" if found.older else "",
        "others": others,
        "is_family": is_family,
        "clear_url": address_of(here, child.pk),
        "print_url": address_of(printing, child.pk) + query,
        # Marking, and adding, is for the chronology of one child.
        "marked_of": child if not is_family and may(request.user, "decide_concerns", child.school_id) else None,
    }
    # The chronology of a family is the story of each of its children.
    request.showing = Showing(own=frozenset(each.pk for each in (child, *others)), only_own=True)
    return render(request, "concerns/chronology.html", context)


@requires_for_record("view_concerns", also=access_to_a_child)
def chronology_print(request: Request, child_id: UUID) -> HttpResponse:
    """What of a chronology can be printed, and in how many accounts another child is named."""
    child = read_child(request, child_id, purpose="chronology, before it is printed")
    return _print_page(request, child, [], "child_chronology", "chronology_paper")


@requires_for_record("view_concerns", also=access_to_a_child)
def family_print(request: Request, child_id: UUID) -> HttpResponse:
    """The same of a family."""
    child = read_child(request, child_id, purpose="family chronology, before it is printed")
    others = family_of(request, child)
    read_out(request, others, verb=Verb.VIEW, purpose="family chronology, before it is printed")
    return _print_page(request, child, others, "family_chronology", "family_paper")


def _print_page(request: Request, child: Child, others: list[Child], back: str, on_paper: str) -> HttpResponse:
    today, children = timezone.localdate(), [child, *others]
    kinds = names_on(today, child.school_id, asks=request.user, retired=True)
    narrowed = Narrow(request.GET, kinds).narrowed(today)
    accounts = accounts_asked_for(request, children, narrowed)
    naming = naming_others(request, children, accounts)
    numbers = facts_of_concerns("reference_of_concern", naming[:MOST_LISTED])
    asked = request.GET.copy()
    asked.pop("before", None)
    context = {
        **context_of(request, child),
        "others": others,
        "entries": number_of(request, children, narrowed),
        "accounts": len(accounts),
        "naming": len(naming),
        "listed": [(numbers[key], address_of("concern", key)) for key in naming[:MOST_LISTED]],
        "narrowed": not narrowed.is_all,
        "back": f"{address_of(back, child.pk)}?{asked.urlencode()}",
        "papers": _papers(request, address_of(on_paper, child.pk)),
    }
    return render(request, "concerns/chronology_print.html", context)


def _papers(request: Request, address: str) -> list[tuple[str, str, str]]:
    """What can be printed of it: what it is called, what it is for, and its address. The filter is kept."""
    asked = request.GET.copy()
    for name in ("before", "significant", "staff"):
        asked.pop(name, None)
    more = {
        "Everything": ("All entries, each told whole.", {}),
        "Significant events only": (
            "What is marked as significant, each account whole, with what was decided about it.",
            {"significant": "on"},
        ),
        "Everything, without the names of staff": ("In square brackets stands what somebody is.", {"staff": "no"}),
        "Significant events only, without the names of staff": (
            "The same of what is marked as significant.",
            {"significant": "on", "staff": "no"},
        ),
    }
    found = []
    for text, (about, also) in more.items():
        query = asked.copy()
        query.update(also)
        found.append((text, about, f"{address}?{query.urlencode()}"))
    return found


@requires_for_record("view_concerns", also=access_to_a_child)
def chronology_paper(request: Request, child_id: UUID) -> HttpResponse:
    """All entries that the filter asks for, on paper. Where they are many, the worker puts them together."""
    return _paper(request, child_id, with_family=False)


@requires_for_record("view_concerns", also=access_to_a_child)
def family_paper(request: Request, child_id: UUID) -> HttpResponse:
    """The same of a family."""
    return _paper(request, child_id, with_family=True)


def _paper(request: Request, child_id: UUID, *, with_family: bool) -> HttpResponse:
    told = children_told(request, child_id, with_family=with_family)
    school_id, now = told.child.school_id, timezone.now()
    kinds = names_on(timezone.localdate(now), school_id, asks=request.user, retired=True)
    narrowed = Narrow(request.GET, kinds).narrowed(timezone.localdate(now))
    named = dict(kinds).get(narrowed.category, "")
    wanted = Wanted(child_id, with_family, narrowed, named, nameless=request.GET.get("staff") == "no")
    read_out(request, told.all, verb=Verb.PRINT, purpose=wanted.purpose)
    request.of_school = school_id
    if before := made_before(request, lambda keys: concerns_seen(request, keys) == set(keys)):
        return before
    if not is_long(request, told, wanted):
        return put_on_paper(request, on_paper(request, told, wanted, at=now))
    own = [child.pk for child in told.all]
    title = title_of(told, wanted)
    return put_on_paper_later(request, NAME, wanted.order(), title=title, school_id=school_id, own=own)


def read_child(request: Request, child_id: UUID, verb: Verb = Verb.VIEW, purpose: str = "chronology") -> Child:
    """The child, where the person reads its concerns: elsewhere the card alone is theirs, not what happened."""
    assert purpose.startswith(SHOWS_FILE)  # noqa: S101  (who opened a wrong link meanwhile is told by it)
    return read_one(request, Child, verb=verb, purpose=purpose, also=partial(may_see_files, request.user), pk=child_id)


def context_of(request: Request, child: Child, **more: Any) -> dict[str, Any]:
    """What a page below the tab of the chronology needs, beside its own."""
    request.nav = "children"
    return record_frame(request, child, "chronology") | more
