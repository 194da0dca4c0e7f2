"""The list of concerns about adults, the page of one and what is written there, and those about one adult together."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from safeguarding.accounts.permissions import requires_for_record
from safeguarding.adults.capabilities import AdultCapability
from safeguarding.adults.forms.working import (
    SAYS,
    AssessForm,
    CloseForm,
    EntryForm,
    OutcomeForm,
    PatternForm,
    ReopenForm,
)
from safeguarding.adults.lifecycles import staff_concern_life
from safeguarding.adults.models import StaffConcern
from safeguarding.adults.permissions import READERS, chooses_recipient, decides, gives_access, reads_somewhere
from safeguarding.adults.services import patterns, reading, working
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.exceptions import BadInput, HarbourError, NotAllowed
from safeguarding.http import Request
from safeguarding.keys import uuid7
from safeguarding.paging import newest_first
from safeguarding.panels import fill
from safeguarding.references import address_of_reference
from safeguarding.unsaved import waits_unsent

READS = AdultCapability.READ_STAFF_CONCERNS


@require_GET
@requires_for_record(READS, also=reads_somewhere)
def staff_concerns(request: Request) -> HttpResponse:
    """Those that its reader may read at the school where they work now, newest first."""
    request.nav = "staff_concerns"
    here = visible(request, StaffConcern).filter(school=request.held.school_id)
    open_only = request.GET.get("show") != "all"
    chosen = here.exclude(status=StaffConcern.Status.CLOSED) if open_only else here
    page = newest_first(reading.for_list(chosen), "raised_at", request.GET.get("before", ""))
    found = read_many(request, page.rows)
    show = "" if open_only else "show=all&"
    context = {
        "rows": reading.rows_of(found, partial(visible, request), today=timezone.localdate()),
        "open_only": open_only,
        "older": f"?{show}before={page.older}" if page.older else "",
        "newest": "" if page.is_first else f"?{show}",
        "chooses": chooses_recipient(request.user, request.held.school_id),
    }
    return render(request, "adults/list.html", context)


def found_one(request: Request, concern_id: UUID, purpose: str = "") -> StaffConcern:
    """The concern with this key, for its reader; 404 for everybody else, as for one that never was."""
    request.nav = "staff_concerns"
    rows = visible(request, StaffConcern).select_related(
        "raised_by", "read_by", "assessed_by", "outcome_by", "closed_by"
    )
    concern = read_one(request, rows, pk=concern_id, purpose=purpose)
    request.of_school = concern.school_id
    return concern


@require_GET
@requires_for_record(READS, also=reads_somewhere)
def staff_concern(request: Request, concern_id: UUID) -> HttpResponse:
    """Everything about one concern about an adult. Opening it marks it read."""
    concern = found_one(request, concern_id)
    return _page(request, working.open_staff_concern(concern=concern, by=request.user))


@waits_unsent(AssessForm, OutcomeForm, CloseForm, ReopenForm, EntryForm)
@requires_for_record(READS, also=reads_somewhere)
def staff_concern_write(request: Request, concern_id: UUID) -> HttpResponse:
    """Takes whichever form of the page was sent. The address opened by itself is the page."""
    concern = found_one(request, concern_id)
    if request.method != "POST":
        return redirect("staff_concern", concern_id)
    if not decides(request.user, concern):
        raise NotAllowed(READERS)
    what = request.POST.get("form", "")
    makers = _forms(concern)
    if what not in makers:
        raise BadInput("The page was not sent whole. Go back, load it again, and send it once more.")
    form = makers[what](request.POST)
    if not form.is_valid():
        return _page(request, concern, bound=form, status=422)
    request.again = partial(_refused, request, concern_id, form)
    said, part = _do(concern, form, by=request.user)
    messages.success(request, said)
    if not visible(request, StaffConcern).filter(pk=concern_id).exists():
        return redirect("staff_concerns")
    return redirect(f"{reverse('staff_concern', args=[concern_id])}#{part}")


def _refused(request: Request, concern_id: UUID, form: Any, refusal: HarbourError) -> HttpResponse:
    """The page as it stands now, with what was typed: to be saved on top of what others did meanwhile."""
    concern = found_one(request, concern_id)
    if "revision" in form.data:
        form.data = form.data.copy()
        form.data["revision"] = concern.revision
    return _page(request, concern, bound=form, status=refusal.status, refusal=refusal.sentence)


def _do(concern: StaffConcern, form: Any, *, by: Any) -> tuple[str, str]:
    """Save what the form says. What the next page says of it, and the part to which it leads."""
    given = dict(form.cleaned_data)
    token, common = given["token"], {"concern": concern, "by": by}
    if isinstance(form, EntryForm):
        working.add_entry(token=token, entry=form.entry(), **common)
        return "Recorded.", next(key for key, _, kinds in reading.PARTS if form.kind in kinds)
    seen = given.pop("revision", None)
    match form:
        case AssessForm():
            working.assess(seen=seen, **given, **common)
            return "Assessment saved.", "decide"
        case OutcomeForm():
            working.record_outcome(seen=seen, **given, **common)
            return "Outcome saved.", "decide"
        case CloseForm():
            working.close_staff_concern(seen=seen, **given, **common)
            return "Closed.", "decide"
        case _:
            working.reopen_staff_concern(**given, **common)
            return "Opened again.", "decide"


def _forms(concern: StaffConcern) -> dict[str, Callable[..., Any]]:
    """The forms of the page by name, each to be made over what was typed, or empty."""
    new = {"token": uuid7()}
    seen = new | {"revision": concern.revision}
    entries = {kind: partial(EntryForm, kind=kind, initial=new) for kind in SAYS}
    return {
        **entries,
        "assess": partial(AssessForm, initial=seen | {"threshold": concern.threshold}),
        "outcome": partial(OutcomeForm, concern=concern, initial=seen),
        "close": partial(CloseForm, initial=seen),
        "reopen": partial(ReopenForm, initial=new),
    }


def _page(
    request: Request, concern: StaffConcern, *, bound: Any = None, status: int = 200, refusal: str = ""
) -> HttpResponse:
    at, see = timezone.now(), partial(visible, request)
    it = reading.whole(concern, see, today=timezone.localdate(at))
    may = staff_concern_life.open_to(concern, request.user)
    works, decides_it = may["assess"], decides(request.user, concern)
    forms = {name: make() for name, make in _forms(concern).items()}
    if bound is not None:
        forms[bound.what] = bound
    find = partial(address_of_reference, request)
    context = {
        "it": it,
        "concern": concern,
        "may": may,
        "works": works,
        "bound": bound,
        "refusal": refusal,
        "forms": forms,
        "parts": [
            {
                "key": key,
                "title": title,
                "entries": it.of(kinds, find),
                "forms": [forms[kind] for kind in it.asked(kinds)] if works or (key == "kept" and decides_it) else [],
            }
            for key, title, kinds in reading.PARTS
            if it.shows(key)
        ],
        "decisions": it.of(reading.DECISIONS),
        "steps": reading.steps(concern, at=at),
        "gives": gives_access(request.user, concern),
        "actions": fill("hold_actions", request, concern),
        "has_errors": bound is not None and bool(bound.errors),
    }
    return render(request, "adults/concern.html", context, status=status)


@waits_unsent(PatternForm)
@requires_for_record(READS, also=reads_somewhere)
def staff_concern_together(request: Request, concern_id: UUID) -> HttpResponse:
    """The concerns about the same adult, and that they were looked at together."""
    concern = found_one(request, concern_id, "all about this adult")
    it = patterns.together(concern, partial(visible, request))
    works = decides(request.user, concern)
    if request.method == "POST" and not works:
        raise NotAllowed(READERS)
    form = PatternForm(request.POST or None, initial={"token": uuid7()})
    if form.is_valid():
        patterns.look_together(concern=concern, seen=it, by=request.user, **form.cleaned_data)
        messages.success(request, "Recorded.")
        return redirect("staff_concern_together", concern_id)
    read_many(request, list(it.concerns), purpose="all about this adult", about=concern)
    context = {"concern": concern, "it": it, "form": form if works else None}
    return render(request, "adults/together.html", context, status=422 if form.errors else 200)
