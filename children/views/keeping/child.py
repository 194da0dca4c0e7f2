"""Change what is known of a child alone, or add an adult, a home, a name, an earlier school, a note about health."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from children.capabilities import ChildCapability
from children.models import Child, Contact, ContactLink
from children.panels import record_frame
from children.people import homes, sharing_an_adult
from children.services import keeping
from safeguarding.accounts.permissions import may, requires_for_record
from safeguarding.audit.reading import read_many, visible
from safeguarding.exceptions import HarbourError, NotAllowed
from safeguarding.http import Request
from safeguarding.unsaved import waits_unsent

from .bound import orders_on, say_bound
from .page import SAVED, asked, child_of, done_before, page, refused
from .parts import CHOICES

SHARED = "Other children have an adult in common with this child. Link those who are brothers or sisters."


@waits_unsent(*(choice.form for choice in CHOICES.values()))
@requires_for_record(ChildCapability.KEEP_CHILDREN)
def keep_child(request: Request, pk: UUID) -> HttpResponseBase:
    """Change one part of a child's record, or add to it; without a part, which parts there are."""
    child, key = child_of(request, pk), request.POST.get("deed", "") or request.GET.get("part", "")
    if (done := done_before(request)) is not None:
        return done
    choice = CHOICES.get(key)
    if choice is None or not choice.is_open(child):
        return _parts(request, child, status=422 if request.method == "POST" else 200)
    if not may(request.user, keeping.needed(choice.part), child.school_id):
        raise NotAllowed(keeping.DECIDERS)
    context, make = _made(request, child, key)
    if request.method != "POST":
        return page(request, context, [make()])
    form = make(request.POST)
    if not form.is_valid():
        return page(request, context, [form], status=422)
    request.again = partial(_again, request, pk, key, form)
    update = choice.do(child, form, request.user)
    if choice.part == keeping.Part.ADULT:
        say_bound(request, child, update)
    if key == "adult" and sharing_an_adult(request, child):
        messages.success(request, f"{SAVED} {SHARED}")
        return redirect("keep_sibling", child.pk)
    messages.success(request, SAVED)
    return redirect("child_people", child.pk)


def _made(request: Request, child: Child, key: str) -> tuple[dict[str, Any], Any]:
    context = record_frame(request, child, "people")
    beside = asked(request, child)
    if key == "adult":
        beside |= {
            "first_free": keeping.next_order(child),
            "homes": list(homes(request, child)),
            "look": partial(_adults_like, request, child),
            "on_record": partial(keeping.on_record, child),
        }
    if key == "home":
        beside |= {"is_first": not homes(request, child).exists()}
    return context, partial(CHOICES[key].form, child=child, detail=context["detail"], deed=key, **beside)


def _again(request: Request, pk: UUID, key: str, form: Any, refusal: HarbourError) -> HttpResponse:
    child = child_of(request, pk)
    context, make = _made(request, child, key)
    return refused(request, child, context, {key: make}, form, refusal)


def _parts(request: Request, child: Child, *, status: int) -> HttpResponse:
    offered = [
        (key, choice.form.title)
        for key, choice in CHOICES.items()
        if choice.is_open(child) and may(request.user, keeping.needed(choice.part), child.school_id)
    ]
    came = asked(request, child).get("typed", {}).get("request", "")
    context = record_frame(request, child, "people") | {"offered": offered, "came": came}
    return render(request, "children/keep_parts.html", context, status=status)


def _adults_like(request: Request, child: Child, person: Mapping[str, Any]) -> Sequence[tuple[Contact, str]]:
    """The adults who may be this one, each with a number and the children of whom it is an adult."""
    found = keeping.adults_like(child, person, by=request.user)
    links = visible(request, ContactLink).filter(contact__in=found, ends_on=None).select_related("child")
    of: dict[UUID, list[str]] = {}
    for link in links.order_by("pk"):
        of.setdefault(link.contact_id, []).append(f"{link.relationship or 'an adult'} of {link.child.full_name}")
    for key, said in orders_on(request, [one.pk for one in found], but=child).items():
        of.setdefault(key, []).extend(said)
    read_many(request, found, purpose="adult alike", about=child)
    return [
        (one, ", ".join(filter(None, (one.full_name, one.mobile or one.telephone or one.email, *of.get(one.pk, ())))))
        for one in found
    ]
