"""Two records of one child: find the other, look at both, ask or decide, and undo it within thirty days."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from children.capabilities import ChildCapability
from children.forms.access import ChosenForm
from children.forms.merging import DeclineForm, SameChildForm, UndoForm
from children.models import Child, ChildMerge
from children.panels import record_frame
from children.permissions import may_merge
from children.services import find_children, led_on, merging
from children.services.merging.looking import sight_after
from safeguarding.accounts import services as accounts
from safeguarding.accounts.permissions import fresh_factor, requires, requires_for_record
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import bulk
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.exceptions import BadInput, ChangedSince, HarbourError
from safeguarding.http import Request
from safeguarding.keys import uuid7

_SHOWN = 200


@requires_for_record(ChildCapability.VIEW_CHILD_DETAILS)
def child_same(request: Request, pk: UUID) -> HttpResponseBase:
    """“This is the same child as…”: find the other record, then look at both."""
    request.nav = "children"
    child = read_one(request, Child, pk=pk, purpose="same child")
    chosen = ChosenForm(request.POST)
    if chosen.is_valid():
        return redirect("child_merge", pk, chosen.cleaned_data["add"])
    words, found, problem = request.POST.get("q", "").strip()[:100], None, ""
    if words and bulk.had_enough(bulk.SEARCHES, by=request.user, school_id=child.school_id):
        problem = bulk.STOP
    elif words:
        cards = find_children(
            by=request.user, school=child.school_id, words=words, today=timezone.localdate(), everyone=True
        )
        found = [one for one in cards if one.child.pk != pk]
        read_many(request, [one.child for one in found], verb=Verb.SEARCH, purpose="same child")
    context = record_frame(request, child, "people") | {
        "words": words,
        "found": found,
        "asked": bool(words),
        "problem": problem,
    }
    return render(request, "children/same.html", context, status=429 if problem else 200)


@require_GET
@requires_for_record(ChildCapability.VIEW_CHILD_DETAILS)
def child_merge(request: Request, pk: UUID, other_id: UUID) -> HttpResponse:
    """The two records side by side: what would stand, what would move, who would see it. Nothing is changed."""
    return _page(request, *_pair(request, pk, other_id))


@require_POST
@requires_for_record(ChildCapability.VIEW_CHILD_DETAILS)
def child_merge_ask(request: Request, pk: UUID, other_id: UUID) -> HttpResponseBase:
    """Ask a safeguarding lead to decide."""
    keep, other = _pair(request, pk, other_id)
    form = _form(request, keep, other, request.POST)
    if not form.is_valid():
        return _page(request, keep, other, form=form)
    given = form.cleaned_data
    try:
        asked = merging.ask(keep=keep, other=other, reason=given["reason"], token=given["token"], by=request.user)
    except BadInput as problem:
        return _page(request, keep, other, form=form, problem=problem)
    messages.success(request, "The safeguarding leads have been asked. Nothing is changed until one of them decides.")
    return redirect("merge", asked.pk)


@require_POST
@requires_for_record(Capability.MANAGE_ACCESS)
@fresh_factor
def child_merge_do(request: Request, pk: UUID, other_id: UUID) -> HttpResponseBase:
    """Make the two records one."""
    if (done := _done(request)) is not None:
        return redirect("merge", done.pk)
    keep, other = _pair(request, pk, other_id)
    form = _form(request, keep, other, request.POST)
    if not form.is_valid():
        return _page(request, keep, other, form=form)
    given = form.cleaned_data
    try:
        done = merging.merge(
            keep=keep, other=other, reason=given["reason"], token=given["token"], seen=given["seen"], by=request.user
        )
    except (BadInput, ChangedSince) as problem:
        return _page(request, keep, other, form=form, problem=problem)
    messages.success(request, f"Record {done.other_number} is part of record {keep.number} now.")
    return redirect("merge", done.pk)


def _done(request: Request) -> ChildMerge | None:
    """What this very form has done already: a double click, or the page gone back to."""
    try:
        token = UUID(request.POST.get("token", ""))
    except ValueError:
        return None
    return visible(request, ChildMerge).filter(token=token, status=ChildMerge.Status.MERGED).first()


def _pair(request: Request, pk: UUID, other_id: UUID) -> tuple[Child, Child]:
    request.nav = "children"
    keep = read_one(request, Child, pk=pk, purpose="same child")
    request.of_school = keep.school_id
    return keep, read_one(
        request, visible(request, Child).filter(school=keep.school_id), pk=other_id, purpose="same child"
    )


def _form(request: Request, keep: Child, other: Child, data: Any = None) -> SameChildForm:
    pair = merging.look(keep, other, partial(visible, request))
    if pair is None:
        raise Http404
    return SameChildForm(data, doubtful=bool(pair.warnings))


def _page(
    request: Request,
    keep: Child,
    other: Child,
    *,
    form: SameChildForm | None = None,
    problem: HarbourError | None = None,
) -> HttpResponse:
    pair = merging.look(keep, other, partial(visible, request))
    if pair is None:
        raise Http404
    asked = _waiting(request, keep.school_id).filter(keep__in=(keep, other), other__in=(keep, other)).first()
    against = merging.what_stands_against(keep, other)
    decides = may_merge(request.user, keep)
    first = {"token": uuid7(), "reason": asked.reason if asked else ""}
    shown = form or SameChildForm(doubtful=bool(pair.warnings), initial=first)
    # What was typed stays; that both have been looked at is said of what is on the page now.
    seen = pair.stamp
    context = record_frame(request, keep, "people") | {
        "pair": pair,
        "seen": seen,
        "form": shown,
        "problem": problem,
        "against": against,
        "asked": asked,
        "decides": decides,
        "change": None if against or not decides else _change(request, keep, other),
    }
    status = problem.status if problem else 422 if form and form.errors else 200
    return render(request, "children/merge.html", context, status=status)


def _change(request: Request, keep: Child, other: Child) -> Any:
    """Who would see what: tried, and taken back."""
    trial = partial(merging.merge, keep=keep, other=other, reason="tried", token=uuid7(), seen=None, by=request.user)
    return sight_after(keep, other, trial, on=timezone.localdate())


def _waiting(request: Request, school_id: UUID) -> QuerySet[ChildMerge]:
    return visible(request, ChildMerge).filter(school=school_id, status=ChildMerge.Status.ASKED)


@require_GET
@requires(ChildCapability.VIEW_CHILD_DETAILS)
def merges(request: Request) -> HttpResponse:
    """Records that are said to be of one child: what waits, and what was decided lately."""
    request.nav = "children"
    rows = visible(request, ChildMerge).filter(school=request.held.school_id)
    rows = rows.select_related("asked_by", "decided_by", "undone_by")
    waiting = read_many(request, rows.filter(status=ChildMerge.Status.ASKED).order_by("asked_at")[:_SHOWN])
    decided = rows.exclude(status=ChildMerge.Status.ASKED).order_by("-decided_at", "-pk")[:_SHOWN]
    cards = _cards(request, [*waiting, *decided])
    context = {
        "waiting": [(one, cards.get(one.keep_id)) for one in waiting],
        "decided": [(one, cards.get(one.keep_id)) for one in decided],
        "today": timezone.localdate(),
    }
    return render(request, "children/merges.html", context)


@requires_for_record(ChildCapability.VIEW_CHILD_DETAILS)
def merge(request: Request, merge_id: UUID) -> HttpResponseBase:
    """One of them: who asked, what was decided and why, what came over, and until when it can be undone."""
    found = _merge(request, merge_id)
    today = timezone.localdate()
    decides = may_merge(request.user, found)
    form = DeclineForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        merging.decline(asked=found, refusal=form.cleaned_data["refusal"], by=request.user)
        messages.success(request, "They stay two records. Whoever asked sees why on this page.")
        return redirect("merge", merge_id)
    accounts.open_notices(user=request.user, object_id=found.pk)
    merged = found.status == ChildMerge.Status.MERGED
    child = _cards(request, [found]).get(found.keep_id)
    context = {
        "merge": found,
        "child": child,
        # The record that stayed has become part of another one since: that has to be undone first.
        "went_on": child is not None and child.pk != found.keep_id,
        "other": visible(request, Child).filter(pk=found.other_id).first(),
        "form": form,
        "decides": decides,
        "came": merging.came_over(found, partial(visible, request)) if merged else [],
        "may_undo": merging.may_still_be_undone(found, on=today),
    }
    return render(request, "children/merge_one.html", context, status=422 if form.errors else 200)


@requires_for_record(Capability.MANAGE_ACCESS)
@fresh_factor
def undo_merge(request: Request, merge_id: UUID) -> HttpResponseBase:
    """Take it apart again: says what goes back and what stays, and asks why."""
    found, see = _merge(request, merge_id), partial(visible, request)
    child = _cards(request, [found]).get(found.keep_id)
    if not merging.may_still_be_undone(found, on=timezone.localdate()) or child is None or child.pk != found.keep_id:
        # The page of the merge says why.
        return redirect("merge", merge_id)
    since = merging.recorded_since(found, see)
    offered = [(row.key, row.what) for _, rows in since.kinds for row in rows]
    form = UndoForm(request.POST if request.method == "POST" else None, since=offered)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        merging.undo(merge=found, reason=given["reason"], chosen=given.get("chosen", []), by=request.user)
        messages.success(
            request, f"Record {found.other_number} stands by itself again, with everything that had come over."
        )
        return redirect("merge", merge_id)
    context = record_frame(request, child, "people") | {
        "merge": found,
        "form": form,
        "came": merging.came_over(found, see),
        "since": since,
    }
    return render(request, "children/merge_undo.html", context, status=422 if form.errors else 200)


def _merge(request: Request, merge_id: UUID) -> ChildMerge:
    request.nav = "children"
    rows = visible(request, ChildMerge).select_related("asked_by", "decided_by", "undone_by")
    found = read_one(request, rows, pk=merge_id, purpose="same child")
    request.of_school = found.school_id
    return found


def _cards(request: Request, found: Sequence[ChildMerge]) -> dict[UUID, Child]:
    """The card of each record that stayed, or of the one that it has become part of since."""
    keys = {one.keep_id for one in found}
    led = led_on(keys)
    cards = visible(request, Child).in_bulk({led.get(key, key) for key in keys})
    return {key: cards[led.get(key, key)] for key in keys if led.get(key, key) in cards}
