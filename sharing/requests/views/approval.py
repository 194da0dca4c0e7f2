"""The page on which an answer is said to be prepared, sent back, and approved by the second person."""

import re
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from safeguarding.accounts import fresh
from safeguarding.accounts.permissions import requires_for_record
from safeguarding.accounts.services import open_notices
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.exceptions import HarbourError
from safeguarding.front.limits import takes_text
from safeguarding.http import Request
from safeguarding.unsaved import waits_unsent
from sharing.requests.capabilities import RequestCapability as C
from sharing.requests.forms.approval import SendBackForm
from sharing.requests.models import RequestItem, RequestRole, RequestStep, RightsRequest
from sharing.requests.permissions import may_approve, may_prepare, works_on_requests
from sharing.requests.services import approving, roles
from sharing.requests.services.approving import ToLook
from sharing.requests.services.locking import OBJECT

S, P = RightsRequest.Status, RequestRole.Part
NAV = "requests"
_OF_AN_ITEM = re.compile(r"Item (\d+): (.+)")
# Of so many items the numbers are told.
_MOST_NAMED = 12


@takes_text
@waits_unsent(SendBackForm)
@requires_for_record(C.HANDLE_REQUESTS, also=works_on_requests)
def request_approval(request: Request, case_id: UUID) -> HttpResponseBase:
    """Say that an answer is prepared, send it back, or approve it, which asks for a fresh second factor."""
    case = _read(request, case_id)
    if request.method != "POST":
        return _page(request, case)
    deed = request.POST.get("deed", "")
    request.again = partial(_refused, request, case_id, None)
    if deed == "prepare":
        approving.prepare(case, by=request.user)
        messages.success(request, "Prepared. Who approves it has been told.")
        return redirect("request", case.pk)
    if deed == "approve":
        if (page := fresh.asked(request)) is not None:
            return page
        approving.approve(case, by=request.user)
        then = "The files can be made now." if case.is_handed_over else "They can be told the outcome now."
        messages.success(request, f"Approved. {then}")
        return redirect("request_bundle" if case.is_handed_over else "request", case.pk)
    if deed != "send_back":
        return _page(request, case, status=422)
    form = _form(request.POST)
    if not form.is_valid():
        return _page(request, case, form, status=422)
    request.again = partial(_refused, request, case_id, form)
    approving.send_back(case, by=request.user, note=form.cleaned_data["note"])
    messages.success(request, "Sent back. Who prepared it has been told.")
    return redirect("request", case.pk)


def _read(request: Request, case_id: UUID) -> RightsRequest:
    """The case, for who prepares or approves it and for nobody else. Raises `Http404`."""
    rows = visible(request, RightsRequest).select_related("child", "prepared_by", "approved_by")
    found = read_one(request, rows, pk=case_id, also=partial(_is_named, request))
    request.nav, request.of_school = NAV, found.school_id
    return found


def _is_named(request: Request, case: RightsRequest) -> bool:
    return may_prepare(request.user, case) or may_approve(request.user, case)


def _form(data: Any = None) -> SendBackForm:
    return SendBackForm(data, auto_id="send_back_%s", initial={"deed": "send_back"})


def _refused(request: Request, case_id: UUID, form: SendBackForm | None, refusal: HarbourError) -> HttpResponse | None:
    """The page as the case stands now, and what was typed."""
    try:
        case = _read(request, case_id)
    except Http404:
        return None
    return _page(request, case, form, status=refusal.status, refusal=refusal)


def told_once(sentences: Sequence[str]) -> list[str]:
    """The same of several items as one sentence, with their numbers: "Items 3, 4 and 6: decide what becomes of it." """
    numbers: dict[str, list[str]] = {}
    for sentence in sentences:
        found = _OF_AN_ITEM.fullmatch(sentence)
        numbers.setdefault(found[2] if found else sentence, []).extend([found[1]] if found else [])
    return [_of_items(some, words) if some else words for words, some in numbers.items()]


def _of_items(numbers: Sequence[str], words: str) -> str:
    if len(numbers) == 1:
        return f"Item {numbers[0]}: {words}"
    some = (
        numbers
        if len(numbers) <= _MOST_NAMED
        else [*numbers[: _MOST_NAMED - 1], f"{len(numbers) - _MOST_NAMED + 1} more"]
    )
    return f"Items {', '.join(some[:-1])} and {some[-1]}: {words}"


def _page(
    request: Request,
    case: RightsRequest,
    form: SendBackForm | None = None,
    *,
    status: int = 200,
    refusal: HarbourError | None = None,
) -> HttpResponse:
    open_notices(user=request.user, object_id=case.pk, object_type=OBJECT)
    prepares, approves = may_prepare(request.user, case), may_approve(request.user, case)
    looked: list[ToLook] = []
    if approves and case.is_handed_over and case.status in (S.PREPARED, S.APPROVED):
        looked = approving.to_look_at(case)
        rows = visible(request, RequestItem).filter(pk__in=[one.item.pk for one in looked])
        read_many(request, rows.only("pk"), purpose="items to approve", about=case)
    steps = visible(request, RequestStep).filter(case=case, kind=RequestStep.Kind.SENT_BACK).select_related("by")
    context = {
        "case": case,
        "prepares": prepares,
        "approves": approves,
        "missing": told_once(approving.preparing_problems(case, request.user))
        if prepares and case.status == S.OPEN
        else [],
        "waiting": told_once(approving.approving_problems(case, looked))
        if approves and case.status == S.PREPARED
        else [],
        "looked": looked,
        "unseen": sum(not one.is_seen for one in looked),
        "notes": list(steps.order_by("-made_at", "-pk")),
        "approver": next(iter(roles.who_has(case, P.APPROVER)), None),
        "others": roles.offered_to_approve(case) if prepares else [],
        "send_back": form or _form(),
        "bound": [form] if form else [],
        "has_errors": bool(form and form.errors),
        "refusal": refusal,
        "here": request.path,
    }
    return render(request, "requests/approval.html", context, status=status)
