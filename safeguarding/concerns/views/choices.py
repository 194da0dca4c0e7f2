"""The kinds of concern that a school offers, and how long agencies have to answer: the lists, what is the school's own,
what was before.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from safeguarding.accounts.models import School
from safeguarding.accounts.permissions import requires
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import get_school
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.forms.choices import KindForm, OfferForm, TimeForm
from safeguarding.concerns.services import own_kinds
from safeguarding.concerns.services.agencies import times
from safeguarding.exceptions import BadInput, ChangedSince
from safeguarding.http import Request


@requires(Capability.MANAGE_SCHOOL)
def kinds(request: Request) -> HttpResponse:
    """Every kind of concern, and the form that adds one of the school's own."""
    school = get_school(request.held.school_id)
    lines = own_kinds.lines_of(school.pk, today=timezone.localdate())
    form = KindForm(request.POST if request.method == "POST" else None, lines=lines)
    if form.is_valid():
        own_kinds.add_kind(school=school, token=form.cleaned_data["token"], by=request.user, **form.said())
        messages.success(request, "Added. The log form, the filters and the rules offer it from now on.")
        return redirect("kinds_of_concern")
    return _kinds_page(request, school, lines=lines, form=form)


def _kinds_page(
    request: Request, school: School, *, lines: Any, form: KindForm, refusal: BadInput | None = None
) -> HttpResponse:
    request.nav = "settings"
    record(Verb.VIEW, school, purpose="kinds of concern")
    context = {
        "form": form,
        "school": school,
        "lines": lines,
        "why_always": own_kinds.WHY_ALWAYS,
        "refusal": refusal,
        "has_errors": bool(form.errors),
    }
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "concerns/kinds.html", context, status=status)


@require_POST
@requires(Capability.MANAGE_SCHOOL)
def offer_kind(request: Request) -> HttpResponse:
    """A kind is offered no more, or again."""
    school, form = get_school(request.held.school_id), OfferForm(request.POST)
    if not form.is_valid():
        return redirect("kinds_of_concern")
    offered = form.cleaned_data["offered"] == "yes"
    try:
        own_kinds.offer_kind(school=school, code=form.cleaned_data["code"], offered=offered, by=request.user)
    except BadInput as error:
        lines = own_kinds.lines_of(school.pk, today=timezone.localdate())
        return _kinds_page(request, school, lines=lines, form=KindForm(lines=lines), refusal=error)
    messages.success(
        request,
        "Offered again on the log form."
        if offered
        else "No longer offered. Concerns that have it keep it, and the filters still find them.",
    )
    return redirect("kinds_of_concern")


@requires(Capability.MANAGE_SCHOOL)
def own_kind(request: Request, kind_id: UUID) -> HttpResponse:
    """Another name or guidance for a kind of the school's own."""
    school = get_school(request.held.school_id)
    if (kind := own_kinds.find_own(kind_id, school.pk)) is None:
        raise Http404
    lines = own_kinds.lines_of(school.pk, today=timezone.localdate())
    now = {"name": kind.name, "guidance": kind.guidance, "revision": kind.revision}
    form = KindForm(request.POST if request.method == "POST" else None, lines=lines, but=kind.category_id, initial=now)
    refusal = None
    if form.is_valid():
        try:
            own_kinds.rename_kind(kind=kind, seen=form.cleaned_data["revision"], by=request.user, **form.said())
        except ChangedSince as error:
            refusal, form.data = error, form.data | {"revision": str(kind.revision)}  # type: ignore[operator]
        else:
            messages.success(request, "Saved. Every concern of this kind goes by it from now on.")
            return redirect("kinds_of_concern")
    request.nav = "settings"
    record(Verb.VIEW, school, purpose="kinds of concern")
    context = {"form": form, "kind": kind, "refusal": refusal}
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "concerns/own_kind.html", context, status=status)


@requires(Capability.MANAGE_SCHOOL)
def answer_times(request: Request) -> HttpResponse:
    """How long each agency has: by guidance, or as the school has set it; and what was set before."""
    school, today = get_school(request.held.school_id), timezone.localdate()
    form = TimeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        facts = {name: form.cleaned_data[name] for name in ("agency", "answer_days", "escalate_days", "source")}
        times.set_time(school=school, token=form.page, by=request.user, **facts)
        messages.success(request, "Set. Referrals from now on have this day; those that were made keep theirs.")
        return redirect("answer_times")
    request.nav = "settings"
    record(Verb.VIEW, school, purpose="answer times")
    context = {
        "form": form,
        "school": school,
        "lines": times.times_of(school.pk, today=today),
        "ended": times.ended_times(school.pk),
    }
    return render(request, "concerns/answer_times.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Capability.MANAGE_SCHOOL)
def end_answer_time(request: Request, time_id: UUID) -> HttpResponse:
    """An agency has no time of its own any more."""
    if (time := times.find_time(time_id, request.held.school_id)) is None:
        raise Http404
    times.end_time(time=time, by=request.user)
    messages.success(request, "Ended. Whoever refers to this agency says by which day it will answer.")
    return redirect("answer_times")
