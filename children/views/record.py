"""A child's record: the way to its first tab, and the tab "People"."""

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from children.before_acting import lines_around
from children.capabilities import ChildCapability
from children.models import Child, ChildMerge
from children.panels import record_frame
from children.people import around, health, homes, past, siblings_linked
from children.permissions import (
    access_to_a_child,
    children_open_to,
    may_record_safeguard,
    may_see_addresses,
    may_see_details,
    may_see_record,
)
from safeguarding.accounts.permissions import may, requires_for_record
from safeguarding.audit.context import with_errors
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.http import Request
from safeguarding.panels import fill, tabs


@require_GET
@requires_for_record(ChildCapability.VIEW_CHILD_DETAILS, also=access_to_a_child)
def child(request: Request, pk: UUID) -> HttpResponseBase:
    """To the first tab of the record that this person may open."""
    found = visible(request, Child).filter(pk=pk).first()
    # Who works at two schools may see the card alone at one of them: then there is no tab.
    if found is None or not may_see_record(request.user, found):
        raise Http404
    there = tabs(request, pk, found.school_id, given=pk in children_open_to(request.user))
    return redirect(there[0]["url"])


@require_GET
@requires_for_record(ChildCapability.VIEW_CHILD_DETAILS, also=access_to_a_child)
def people(request: Request, pk: UUID) -> HttpResponse:
    """Who the child is, who decides for the child, what courts have ordered, where the child lives."""
    return _people(request, pk, asked_for_address=False)


@require_POST
@requires_for_record(ChildCapability.VIEW_ADDRESSES)
def address(request: Request, pk: UUID) -> HttpResponse:
    """The same page with an address on it that must not be given to anyone. Who asked for it is recorded."""
    return _people(request, pk, asked_for_address=True)


def _people(request: Request, pk: UUID, *, asked_for_address: bool) -> HttpResponse:
    request.nav = "children"
    found = read_one(request, Child, purpose="people", pk=pk)
    frame = record_frame(request, found, "people")
    if frame["detail"] is None:
        raise Http404
    confidential = frame["detail"].is_secret
    may_see = may_see_addresses(request.user, found.school_id)
    shown = may_see and (asked_for_address or not confidential)
    with with_errors("all"):
        known = around(request, found, today=timezone.localdate())
    lived_in = read_many(request, homes(request, found), purpose="address", about=found) if shown else []
    for person in known.adults:
        person.lives_here = person.contact.household_id in {home.household_id for home in lived_in}
    context = frame | {
        "around": known,
        "decides": fill("decides", request, found),
        "before_acting": lines_around(found, known, in_secret_home=confidential),
        "may_record_safeguard": may_record_safeguard(request.user, found.school_id),
        "siblings": [
            (other, how, may_see_record(request.user, other), link)
            for other, how, link in siblings_linked(request, found, known.links)
        ],
        "health": health(request, found),
        "keeps": may(request.user, ChildCapability.KEEP_CHILDREN, found.school_id),
        "may_see_addresses": may_see,
        "addresses_shown": shown,
        "parts": [one for one in known.merges if one.status == ChildMerge.Status.MERGED],
        "asked": next((one for one in known.merges if one.status == ChildMerge.Status.ASKED), None),
        "keeps_list": may_see_details(request.user, found.school_id),
        "homes": lived_in,
    }
    return render(request, "children/people.html", context)


@require_GET
@requires_for_record(ChildCapability.VIEW_CHILD_DETAILS, also=access_to_a_child)
def child_past(request: Request, pk: UUID) -> HttpResponse:
    """What was true until a day, what was entered wrongly and corrected, and who told the school of each change."""
    request.nav = "children"
    found = read_one(request, Child, purpose="past", pk=pk)
    frame = record_frame(request, found, "people")
    if frame["detail"] is None:
        raise Http404
    with_homes = may_see_addresses(request.user, found.school_id) and not frame["detail"].is_secret
    with with_errors("all"):
        was = past(request, found, with_homes=with_homes, today=timezone.localdate())
    read_many(
        request, [*was.adults, *was.homes, *was.health, *was.safeguards, *was.updates], purpose="past", about=found
    )
    keeps = may(request.user, ChildCapability.KEEP_CHILDREN, found.school_id)
    return render(request, "children/past.html", frame | {"past": was, "with_homes": with_homes, "keeps": keeps})
