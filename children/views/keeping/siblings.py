"""Find a brother or sister by name; choosing the child saves the link."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from children.capabilities import ChildCapability
from children.forms.access import ChosenForm
from children.forms.keeping import SiblingForm
from children.models import Child
from children.panels import record_frame
from children.people import sharing_an_adult
from children.services import find_children, keeping
from safeguarding.accounts.permissions import requires_for_record
from safeguarding.accounts.services import bulk
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.exceptions import HarbourError
from safeguarding.http import Request
from safeguarding.unsaved import waits_unsent

from .page import SAVED, asked, child_of, done_before


@waits_unsent(SiblingForm)
@requires_for_record(ChildCapability.KEEP_CHILDREN)
def keep_sibling(request: Request, pk: UUID) -> HttpResponseBase:
    """Say who told the school, find the other child, and choose it."""
    child = child_of(request, pk)
    if (done := done_before(request)) is not None:
        return done
    chosen, links, told = ChosenForm(request.POST), "link" in request.POST, asked(request, child)
    make = partial(SiblingForm, deed="sibling", sharing=sharing_an_adult(request, child), links=links)
    if not links and not chosen.is_valid():
        if request.method == "POST":
            told["typed"] = request.POST.dict() | {"these": request.POST.getlist("these")}
        return _page(request, child, make(**told))
    form = make(request.POST, **told)
    if not form.is_valid():
        return _page(request, child, form)
    if links:
        return _link_all(request, child, form)
    there = visible(request, Child).filter(school=child.school_id)
    other = read_one(request, there, pk=chosen.cleaned_data["add"], purpose="keep")
    request.again = partial(_page, request, child, form)
    said = form.cleaned_data["relationship"]
    keeping.link_siblings(one=child, other=other, relationship=said, told=form.told, by=request.user)
    messages.success(request, SAVED)
    return redirect("child_people", child.pk)


def _link_all(request: Request, child: Child, form: Any) -> HttpResponse:
    """Link the children who were ticked, of those who have an adult in common with this one."""
    others = read_many(request, form.cleaned_data["these"], purpose="keep")
    request.again = partial(_page, request, child, form)
    said = form.cleaned_data["relationship"]
    keeping.link_all(one=child, others=others, relationship=said, told=form.told, by=request.user)
    messages.success(request, SAVED)
    return redirect("child_people", child.pk)


def _page(request: Request, child: Child, form: Any, refusal: HarbourError | None = None) -> HttpResponse:
    words, problem = request.POST.get("q", "").strip()[:100], ""
    found: Any = None
    if words and bulk.had_enough(bulk.SEARCHES, by=request.user, school_id=child.school_id):
        problem = bulk.STOP
    elif words:
        today = timezone.localdate()
        cards = find_children(by=request.user, school=child.school_id, words=words, today=today, everyone=True)
        found = [one for one in cards if one.child.pk != child.pk]
        read_many(request, [one.child for one in found], verb=Verb.SEARCH, purpose="keep")
    said: Mapping[str, Any] = {"form": form, "refusal": refusal, "words": words, "found": found, "problem": problem}
    status = refusal.status if refusal else 429 if problem else 422 if form.errors else 200
    context = {**record_frame(request, child, "people"), **said, "here": request.path}
    return render(request, "children/keep_sibling.html", context, status=status)
