"""One destruction list: how far it is, its records, and what can be done with it. Each form says what it does."""

from collections.abc import Callable, Mapping
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from retention.capabilities import RetentionCapability as C
from retention.forms.lists import (
    DESTROY,
    OUT,
    AdviceForm,
    ApproveForm,
    BackForm,
    DecisionForm,
    OnceForm,
    SeenForm,
    TypedDecisions,
)
from retention.models import DestructionList
from retention.services.approvals import approve
from retention.services.lists import advise, decide_all, send, send_back, stop
from safeguarding.accounts.permissions import fresh_factor, requires_for_record
from safeguarding.accounts.services import open_notices
from safeguarding.audit.reading import read_one, visible
from safeguarding.dates import counted
from safeguarding.exceptions import HarbourError
from safeguarding.http import Request
from safeguarding.keys import record_of
from safeguarding.unsaved import waits_unsent

from .list_page import Bound, Shown, page_of, shown_of

Answer = Callable[[Request, Shown], HttpResponseBase]


@waits_unsent(TypedDecisions, AdviceForm, BackForm)
@requires_for_record(C.COUNT_RETENTION)
def destruction_list(request: Request, list_id: UUID) -> HttpResponseBase:
    """One list. Each form of the page but that of the approval is sent here, and says what is to be done."""
    found = _read(request, list_id)
    if request.method != "POST":
        open_notices(user=request.user, object_id=found.pk)
        return page_of(request, shown_of(request, found))
    shown = shown_of(request, found)
    answer = _DEEDS.get(request.POST.get("deed", ""))
    return answer(request, shown) if answer else page_of(request, shown, status=422)


@waits_unsent(ApproveForm)
@require_POST
@requires_for_record(C.COUNT_RETENTION)
@fresh_factor
def approve_destruction(request: Request, list_id: UUID) -> HttpResponseBase:
    """Approve, as the second person, what is to be destroyed."""
    found = _read(request, list_id)
    shown = shown_of(request, found)
    form = ApproveForm(request.POST, items=shown.to_approve, officer=shown.officer)
    bound = Bound(approve=form)
    if not form.is_valid():
        return page_of(request, shown, bound, status=422)
    request.again = partial(_refused, request, list_id, bound)
    made = approve(
        on_list=found,
        seen=form.cleaned_data["seen"],
        items=form.chosen(DESTROY) or _approved_before(shown),
        left_out=form.chosen(OUT),
        why_out=form.cleaned_data["why_out"],
        by=request.user,
    )
    if made:
        said = counted(len(made), "record")
        messages.success(request, f"Approved: {said}. Nothing is destroyed for fourteen days; you can stop it.")
    return redirect("destruction_list", list_id)


def _approved_before(shown: Shown) -> list[UUID]:
    """What this form has approved already: a second press changes nothing."""
    return [row.item.pk for row in shown.rows if row.approval and row.approval.approved_by_id == shown.reader.pk]


def _decide(request: Request, shown: Shown) -> HttpResponseBase:
    """Save each record whose form was changed, or that was sent back, and the one whose button was pressed; of a plain
    list all of them, by one form.
    """
    if shown.is_plain:
        return _decide_once(request, shown)
    forms = {}
    # Where the list has moved on, what was typed is refused by the service, and shown.
    for row in shown.open_rows or [row for row in shown.rows if not row.is_out]:
        form = DecisionForm(request.POST, item=row.item, initial=shown.initial(row))
        if form.has_changed() or row.is_back or request.POST.get("also") == str(row.item.place):
            forms[row.item.pk] = form
    token, seen = record_of(request.POST.get("token", "")), _seen(request)
    bound = Bound(decisions=forms, token=token)
    if token is None or seen < 0:
        return page_of(request, shown, bound, status=422)
    if not forms:
        messages.success(request, "Every decision stands as it was: none was changed.")
        return redirect("destruction_list", shown.on_list.pk)
    if any(form.errors for form in forms.values()):
        return page_of(request, shown, bound, status=422)
    request.again = partial(_refused, request, shown.on_list.pk, bound)
    decided = [form.decided(form.item) for form in forms.values()]
    made = decide_all(on_list=shown.on_list, seen=seen, token=token, decided=decided, by=request.user)
    messages.success(request, f"Saved: {counted(len(made), 'decision')}.")
    return redirect("destruction_list", shown.on_list.pk)


def _decide_once(request: Request, shown: Shown) -> HttpResponseBase:
    form = OnceForm(request.POST)
    token, seen = record_of(request.POST.get("token", "")), _seen(request)
    bound = Bound(once=form, token=token)
    if token is None or seen < 0 or not form.is_valid():
        return page_of(request, shown, bound, status=422)
    request.again = partial(_refused, request, shown.on_list.pk, bound)
    decided = [form.decided(row.item) for row in shown.rows if not row.is_out]
    made = decide_all(on_list=shown.on_list, seen=seen, token=token, decided=decided, by=request.user)
    messages.success(request, f"Saved: {counted(len(made), 'decision')}.")
    return redirect("destruction_list", shown.on_list.pk)


def _send(request: Request, shown: Shown) -> HttpResponseBase:
    request.again = partial(_refused, request, shown.on_list.pk, Bound())
    send(on_list=shown.on_list, seen=_seen(request), by=request.user)
    told = "Who approves it" if shown.on_list.is_about_adults else "The Headteacher"
    messages.success(request, f"Sent. {told} and the data protection officer have been told.")
    return redirect("destruction_list", shown.on_list.pk)


def _seen(request: Request) -> int:
    """Which revision of the list the page showed; -1, which none has, where what was sent is no number."""
    form = SeenForm(request.POST)
    return int(form.cleaned_data["seen"]) if form.is_valid() else -1


def _advise(request: Request, shown: Shown) -> HttpResponseBase:
    form = AdviceForm(request.POST)
    bound = Bound(advice=form)
    if not form.is_valid():
        return page_of(request, shown, bound, status=422)
    request.again = partial(_refused, request, shown.on_list.pk, bound)
    given = form.cleaned_data
    advise(
        on_list=shown.on_list, seen=given["seen"], advice=given["advice"], words=given["advice_words"], by=request.user
    )
    messages.success(request, "Your advice is on the list.")
    return redirect("destruction_list", shown.on_list.pk)


def _back(request: Request, shown: Shown) -> HttpResponseBase:
    form = BackForm(request.POST, items=shown.choices)
    bound = Bound(back=form)
    if not form.is_valid():
        return page_of(request, shown, bound, status=422)
    request.again = partial(_refused, request, shown.on_list.pk, bound)
    items = {str(row.item.pk): row.item for row in shown.rows}
    send_back(
        on_list=shown.on_list,
        item=items[form.cleaned_data["about"]],
        reason=form.cleaned_data["back_reason"],
        by=request.user,
    )
    messages.success(request, "Sent back. Who reviewed the list has been told.")
    return redirect("destruction_list", shown.on_list.pk)


def _stop(request: Request, shown: Shown) -> HttpResponseBase:
    request.again = partial(_refused, request, shown.on_list.pk, Bound())
    stop(on_list=shown.on_list, by=request.user)
    messages.success(request, "Stopped. The records stay, and can go on another list.")
    return redirect("destruction_list", shown.on_list.pk)


_DEEDS: Mapping[str, Answer] = {"decide": _decide, "send": _send, "advise": _advise, "back": _back, "stop": _stop}


def _read(request: Request, list_id: UUID) -> DestructionList:
    rows = visible(request, DestructionList).select_related("school", "made_by", "sent_by", "advised_by", "stopped_by")
    found = read_one(request, rows, pk=list_id)
    request.nav, request.of_school = "retention", found.school_id
    return found


def _refused(request: Request, list_id: UUID, bound: Bound, refusal: HarbourError) -> HttpResponse:
    """The list as it stands now, and what was typed, to be sent again on top of it."""
    shown = shown_of(request, _read(request, list_id))
    bound.on_top(shown.on_list.revision)
    return page_of(request, shown, bound, status=refusal.status, refusal=refusal)
