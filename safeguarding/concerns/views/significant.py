"""Mark an entry of a chronology as significant; add an entry by hand, add to it, withdraw it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from children.models import Child
from children.permissions import access_to_a_child
from safeguarding.accounts.permissions import may, requires_for_record
from safeguarding.accounts.services import LEADS
from safeguarding.accounts.titles import Titles
from safeguarding.audit.reading import read_one, visible
from safeguarding.concerns import chronology
from safeguarding.concerns.forms.chronology import EntryForm, SignificantForm, WithdrawEntryForm
from safeguarding.concerns.models import ChronologyEntry
from safeguarding.concerns.services import significant
from safeguarding.concerns.views.chronology import context_of, read_child
from safeguarding.exceptions import NotAllowed
from safeguarding.http import Request


@requires_for_record("decide_concerns")
def significant_entry(request: Request, child_id: UUID, entry_id: UUID) -> HttpResponse:
    """Whether an entry is significant, and in a line why. `of` in the address says which source the entry is from."""
    child = _deciding(request, child_id)
    of = (request.POST if request.method == "POST" else request.GET).get("of", "")
    entry = chronology.find(request, child, of, entry_id)
    if entry is None:
        raise Http404
    form = SignificantForm(
        request.POST or None, initial={"of": of, "analysis": entry.pin.analysis if entry.pin else ""}
    )
    if request.method == "POST" and request.POST.get("do") == "unpin":
        significant.unpin(child=child, entry=entry, by=request.user)
        messages.success(request, "This entry is not marked as significant any more.")
        return redirect("child_chronology", child_id)
    if form.is_valid():
        given = form.cleaned_data
        significant.pin(child=child, entry=entry, token=given["token"], analysis=given["analysis"], by=request.user)
        messages.success(request, "Marked as significant.")
        return redirect("child_chronology", child_id)
    context = context_of(request, child, entry=entry, form=form)
    return render(request, "concerns/significant.html", context, status=422 if form.errors else 200)


@requires_for_record("decide_concerns")
def add_entry(request: Request, child_id: UUID) -> HttpResponse:
    """An entry that no other part of the record makes."""
    child = _deciding(request, child_id)
    form = EntryForm(request.POST or None)
    if form.is_valid():
        happened = form.happened()
        significant.add_entry(child=child, token=form.cleaned_data["token"], happened=happened, by=request.user)
        messages.success(request, "The entry is in the chronology.")
        return redirect("child_chronology", child_id)
    context = context_of(request, child, form=form)
    return render(request, "concerns/entry_add.html", context, status=422 if form.errors else 200)


@requires_for_record("view_concerns", also=access_to_a_child)
def chronology_entry(request: Request, entry_id: UUID) -> HttpResponse:
    """An entry whole, with what was added to it. Who decides adds to it here, or withdraws it."""
    entry = read_one(
        request,
        visible(request, ChronologyEntry).select_related("child", "added_by", "withdrawn_by", "adds_to"),
        pk=entry_id,
    )
    child, decides = entry.child, may(request.user, "decide_concerns", entry.school_id)
    if request.method == "POST" and not decides:
        raise NotAllowed(LEADS)
    doing = request.POST.get("do", "")
    withdraw_form = WithdrawEntryForm(request.POST if doing == "withdraw" else None)
    add_form = EntryForm(request.POST if doing == "add" else None, initial={"what": entry.what})
    here = redirect(reverse("chronology_entry", args=[entry.pk]))
    if doing == "withdraw" and withdraw_form.is_valid():
        significant.withdraw_entry(entry=entry, reason=withdraw_form.cleaned_data["reason"], by=request.user)
        messages.success(request, "The entry is withdrawn. The chronology says so, and why.")
        return here
    if doing == "add" and add_form.is_valid():
        token = add_form.cleaned_data["token"]
        significant.add_entry(child=child, token=token, happened=add_form.happened(), adds_to=entry, by=request.user)
        messages.success(request, "Added. It is an entry of its own, and stands below this one.")
        return here
    titles = Titles(entry.school_id)
    additions = visible(request, ChronologyEntry).filter(adds_to=entry).select_related("added_by")
    context = context_of(
        request,
        child,
        entry=entry,
        written=titles.signed(entry.added_by, entry.added_at),
        withdrawn=titles.signed(entry.withdrawn_by, entry.withdrawn_at),
        additions=[(one, titles.signed(one.added_by, one.added_at)) for one in additions.order_by("added_at", "pk")],
        offered=decides and entry.withdrawn_at is None,
        add_form=add_form,
        withdraw_form=withdraw_form,
        has_errors=bool(add_form.errors or withdraw_form.errors),
    )
    return render(request, "concerns/entry.html", context, status=422 if context["has_errors"] else 200)


def _deciding(request: Request, child_id: UUID) -> Child:
    child = read_child(request, child_id)
    if not may(request.user, "decide_concerns", child.school_id):
        raise NotAllowed(LEADS)
    return child
