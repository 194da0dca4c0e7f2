"""Show what has happened to a child, newest first: on the page, and on paper with the same filter."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from children.models import Child, ContactRestriction
from children.panels import record_frame
from children.people import orders_about
from children.permissions import access_to_a_child
from safeguarding.accounts.permissions import requires_for_record
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_one, visible
from safeguarding.concerns import chronology
from safeguarding.concerns.forms.chronology import Narrow
from safeguarding.concerns.permissions import children_read
from safeguarding.http import Request
from safeguarding.pdf import paper


@requires_for_record("view_concerns", also=access_to_a_child)
def child_chronology(request: Request, child_id: UUID) -> HttpResponse:
    """A page of a child's chronology."""
    request.nav = "children"
    child = _child(request, child_id, Verb.VIEW)
    form = Narrow(request.GET)
    found = chronology.read(request, child, form.narrowed(timezone.localdate()), before=request.GET.get("before", ""))
    form.count(found.counts)
    asked = request.GET.copy()
    is_first = not asked.pop("before", None)
    here = f"?{asked.urlencode()}"
    context = {
        **record_frame(request, child, "chronology"),
        "orders": _orders(request, child),
        "found": found,
        "form": form,
        "is_first": is_first,
        "newest": "" if is_first else here,
        "older": f"{here}&before={found.older}" if found.older else "",
        "print_url": reverse("chronology_paper", args=[child.pk]) + here,
    }
    return render(request, "concerns/chronology.html", context)


@requires_for_record("view_concerns", also=access_to_a_child)
def chronology_paper(request: Request, child_id: UUID) -> HttpResponse:
    """All entries that the filter asks for, on paper. More than are printed at once: back to the page, which says so."""
    now = timezone.now()
    narrowed = Narrow(request.GET).narrowed(timezone.localdate(now))
    child = _readable(request).filter(pk=child_id).first()
    if child is not None and (problem := chronology.too_long_for_paper(request, child, narrowed)):
        messages.warning(request, problem)
        return redirect(f"{reverse('child_chronology', args=[child_id])}?{request.GET.urlencode()}")
    child = _child(request, child_id, Verb.PRINT)
    found = chronology.read(request, child, narrowed, size=None)
    context = {
        **record_frame(request, child, "chronology"),
        "orders": _orders(request, child),
        "found": found,
        "kinds": [text for key, text in chronology.KINDS.items() if narrowed.takes(key)] if narrowed.kinds else [],
    }
    return paper(
        request,
        "pdf/chronology.html",
        context,
        title=f"Chronology of record {child.number}",
        school_id=child.school_id,
        at=now,
    )


def _child(request: Request, child_id: UUID, verb: Verb) -> Child:
    """The child, where the person reads its concerns: elsewhere the card alone is theirs, not what happened."""
    return read_one(request, _readable(request), verb=verb, purpose="chronology", pk=child_id)


def _readable(request: Request) -> QuerySet[Child]:
    return children_read(request.user, visible(request, Child))


def _orders(request: Request, child: Child) -> list[ContactRestriction]:
    """What must be known before anybody rings or writes to anybody: orders and agreements in force today."""
    today = timezone.localdate()
    return [order for order in orders_about(child, partial(visible, request)) if order.in_force(today)]
