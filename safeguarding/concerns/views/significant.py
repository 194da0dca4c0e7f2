"""Mark an entry of a chronology as significant; add an entry by hand, add to it, withdraw it."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from children.models import Child
from children.permissions import access_to_a_child
from safeguarding.accounts.permissions import may, requires_for_record
from safeguarding.accounts.services import LEADS
from safeguarding.accounts.titles import Titles
from safeguarding.audit.reading import read_one, visible
from safeguarding.concerns import chronology
from safeguarding.concerns.forms.chronology import EntryForm, SignificantForm, WithdrawEntryForm
from safeguarding.concerns.models import ChronologyEntry
from safeguarding.concerns.pins import who_pinned
from safeguarding.concerns.services import significant
from safeguarding.concerns.views.chronology import context_of, read_child
from safeguarding.concerns.views.mentioning import whole_about
from safeguarding.exceptions import HarbourError, NotAllowed
from safeguarding.forms import HarbourForm
from safeguarding.http import Request
from safeguarding.keys import record_of, uuid7
from safeguarding.refused_forms import as_typed
from safeguarding.unsaved import waits_unsent


@waits_unsent(SignificantForm)
@requires_for_record("decide_concerns")
def significant_entry(request: Request, child_id: UUID, entry_id: UUID) -> HttpResponse:
    """Whether an entry is significant, and in a line why. `of` in the address says which source the entry is from."""
    child = _deciding(request, child_id)
    entry = _entry(request, child, entry_id)
    if request.method != "POST":
        return _pin_page(request, child, entry)
    form, seen = SignificantForm(request.POST), record_of(request.POST.get("seen", ""))
    request.again = partial(_not_pinned, request, child_id, entry_id)
    if request.POST.get("do") == "unpin":
        significant.unpin(child=child, entry=entry, seen=seen, by=request.user)
        messages.success(request, "This entry is not marked as significant any more.")
        return redirect("child_chronology", child_id)
    if not whole_about(request, form, child):
        return _pin_page(request, child, entry, form=form, status=422 if form.errors else 200)
    token, analysis = form.cleaned_data["token"], form.cleaned_data["analysis"]
    significant.pin(child=child, entry=entry, token=token, seen=seen, analysis=analysis, by=request.user)
    messages.success(request, "Marked as significant.")
    return redirect("child_chronology", child_id)


def _entry(request: Request, child: Child, entry_id: UUID) -> chronology.Entry:
    of = (request.POST if request.method == "POST" else request.GET).get("of", "")
    if (entry := chronology.find(request, child, of, entry_id)) is None:
        raise Http404
    return entry


def _not_pinned(request: Request, child_id: UUID, entry_id: UUID, refusal: HarbourError) -> HttpResponse:
    """What was typed, beside what a colleague has said meanwhile: sent again, it takes the place of that."""
    child = read_child(request, child_id)
    entry = _entry(request, child, entry_id)
    typed = request.POST.copy()
    typed["seen"], typed["token"] = str(entry.pin.pk) if entry.pin else "", str(uuid7())
    return _pin_page(request, child, entry, form=SignificantForm(typed), status=refusal.status, refusal=refusal)


def _pin_page(
    request: Request,
    child: Child,
    entry: chronology.Entry,
    *,
    form: SignificantForm | None = None,
    status: int = 200,
    refusal: HarbourError | None = None,
) -> HttpResponse:
    stands = {"analysis": entry.pin.analysis, "seen": entry.pin.pk} if entry.pin else {}
    source = entry.place[0] if entry.place else ""
    form = form or SignificantForm(initial={"of": source} | stands)
    pinned_by = who_pinned(entry.pin) if entry.pin else ""
    context = context_of(request, child, entry=entry, form=form, refusal=refusal, pinned_by=pinned_by)
    return render(request, "concerns/significant.html", context, status=status)


@waits_unsent(EntryForm)
@requires_for_record("decide_concerns")
def add_entry(request: Request, child_id: UUID) -> HttpResponse:
    """An entry that no other part of the record makes."""
    child = _deciding(request, child_id)
    form = EntryForm(request.POST or None)
    if not whole_about(request, form, child):
        context = context_of(request, child, form=form)
        return render(request, "concerns/entry_add.html", context, status=422 if form.errors else 200)
    request.again = partial(_not_added, request, child_id, form)
    significant.add_entry(child=child, token=form.cleaned_data["token"], happened=form.happened(), by=request.user)
    messages.success(request, "The entry is in the chronology.")
    return redirect("child_chronology", child_id)


def _not_added(request: Request, child_id: UUID, form: EntryForm, refusal: HarbourError) -> HttpResponse:
    context = context_of(request, read_child(request, child_id), form=form, refusal=refusal)
    return render(request, "concerns/entry_add.html", context, status=refusal.status)


@waits_unsent(EntryForm, WithdrawEntryForm)
@requires_for_record("view_concerns", also=access_to_a_child)
def chronology_entry(request: Request, entry_id: UUID) -> HttpResponse:
    """An entry whole, with what was added to it. Who decides adds to it here, or withdraws it."""
    entry = _whole(request, entry_id)
    if request.method != "POST":
        return _entry_page(request, entry)
    if not may(request.user, "decide_concerns", entry.school_id):
        raise NotAllowed(LEADS)
    withdraws = request.POST.get("do") == "withdraw"
    form = WithdrawEntryForm(request.POST) if withdraws else EntryForm(request.POST)
    name = "withdraw_form" if withdraws else "add_form"
    if not whole_about(request, form, entry.child):
        return _entry_page(request, entry, {name: form}, status=422 if form.errors else 200)
    request.again = partial(_not_taken, request, entry_id, name, form)
    if isinstance(form, WithdrawEntryForm):
        significant.withdraw_entry(entry=entry, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, "The entry is withdrawn. The chronology says so, and why.")
    else:
        token, happened = form.cleaned_data["token"], form.happened()
        significant.add_entry(child=entry.child, token=token, happened=happened, adds_to=entry, by=request.user)
        messages.success(request, "Added. It is an entry of its own, and stands below this one.")
    return redirect("chronology_entry", entry.pk)


def _whole(request: Request, entry_id: UUID) -> ChronologyEntry:
    rows = visible(request, ChronologyEntry).select_related("child", "added_by", "withdrawn_by", "adds_to")
    return read_one(request, rows, pk=entry_id)


def _not_taken(request: Request, entry_id: UUID, name: str, form: HarbourForm, refusal: HarbourError) -> HttpResponse:
    """The entry as it stands now, and what was typed."""
    return _entry_page(request, _whole(request, entry_id), {name: form}, status=refusal.status, refusal=refusal)


def _entry_page(
    request: Request,
    entry: ChronologyEntry,
    bound: dict[str, HarbourForm] | None = None,
    *,
    status: int = 200,
    refusal: HarbourError | None = None,
) -> HttpResponse:
    bound, titles = bound or {}, Titles(entry.school_id)
    additions = visible(request, ChronologyEntry).filter(adds_to=entry).select_related("added_by")
    offered = may(request.user, "decide_concerns", entry.school_id) and entry.withdrawn_at is None
    forms = {"add_form": EntryForm(initial={"what": entry.what}), "withdraw_form": WithdrawEntryForm()} | bound
    context = context_of(
        request,
        entry.child,
        entry=entry,
        written=titles.signed(entry.added_by, entry.added_at),
        withdrawn=titles.signed(entry.withdrawn_by, entry.withdrawn_at),
        additions=[(one, titles.signed(one.added_by, one.added_at)) for one in additions.order_by("added_at", "pk")],
        offered=offered,
        has_errors=any(form.errors for form in bound.values()),
        refusal=refusal,
        # An entry that was withdrawn meanwhile offers no form: what was typed stands there to be copied.
        lost=[] if offered else [line for form in bound.values() for line in as_typed(form)],
        here=request.path,
        **forms,
    )
    return render(request, "concerns/entry.html", context, status=status)


def _deciding(request: Request, child_id: UUID) -> Child:
    child = read_child(request, child_id)
    if not may(request.user, "decide_concerns", child.school_id):
        raise NotAllowed(LEADS)
    return child
