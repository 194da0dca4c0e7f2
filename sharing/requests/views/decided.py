"""What was decided that the approver reads before approving, with its words, 25 items a page?"""

from dataclasses import replace
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from safeguarding.accounts.permissions import requires_for_record
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.dates import counted
from safeguarding.exceptions import HarbourError
from safeguarding.http import Request
from safeguarding.rendering import Showing
from sharing.requests.capabilities import RequestCapability as C
from sharing.requests.models import RequestItem, RightsRequest
from sharing.requests.permissions import may_approve, works_on_requests
from sharing.requests.services import approving

from .in_groups import PAGE, grouped, in_order, page_after, rows_of
from .reading import key_asked, number_asked

S = RightsRequest.Status


@requires_for_record(C.HANDLE_REQUESTS, also=works_on_requests)
def request_decided(request: Request, case_id: UUID) -> HttpResponse:
    """What is to be read before it is approved; sent, those that stood there count as opened."""
    case = _read(request, case_id)
    if request.method != "POST":
        return _page(request, case)
    request.again = partial(_refused, request, case_id)
    seen = dict(one.split(":", 1) for one in request.POST.getlist("seen")[:PAGE] if one.count(":") == 1)
    keys = [key for key in map(key_asked, seen) if key]
    items = list(visible(request, RequestItem).filter(case=case, pk__in=keys).select_related("case").order_by("number"))
    for item in items:
        approving.look(item, by=request.user, seen=seen[str(item.pk)])
    if items:
        messages.success(request, f"Read: {counted(len(items), 'item', 'items')}.")
    # To the next page of them; to where it is approved behind the last.
    after = number_asked(request.POST.get("next", ""))
    here = reverse("request_decided", args=[case.pk])
    return redirect(f"{here}?after={after}" if after else reverse("request_approval", args=[case.pk]))


def _read(request: Request, case_id: UUID) -> RightsRequest:
    """The case, for who approves it and for nobody else. Raises `Http404`."""
    rows = visible(request, RightsRequest).select_related("child")
    found = read_one(request, rows, pk=case_id, also=partial(may_approve, request.user))
    request.nav, request.of_school = "requests", found.school_id
    return found


def _refused(request: Request, case_id: UUID, refusal: HarbourError) -> HttpResponse | None:
    try:
        case = _read(request, case_id)
    except Http404:
        return None
    return _page(request, case, refusal)


def _page(request: Request, case: RightsRequest, refusal: HarbourError | None = None) -> HttpResponse:
    to_look = {}
    if case.is_handed_over and case.status in (S.PREPARED, S.APPROVED):
        to_look = {one.item.pk: one for one in approving.to_look_at(case)}
    rows = visible(request, RequestItem).filter(pk__in=list(to_look))
    keys, more = page_after(in_order(rows), number_asked(request.GET.get("after", "")))
    items = [to_look[key].item for key in keys]
    read_many(request, items, purpose="what was decided", about=case)
    if case.child_id:
        request.showing = Showing(own=frozenset({case.child_id}))
    shown = [replace(row, look=to_look[row.item.pk]) for row in rows_of(items, ticks=())]
    unseen = [row for row in shown if row.look and not row.look.is_seen]
    last = items[-1].number if more else ""
    here = reverse("request_decided", args=[case.pk])
    context = {
        "case": case,
        "groups": grouped(shown),
        # Of a file nothing is seen here.
        "unseen": [row.look for row in unseen if not row.is_file] if case.status == S.PREPARED else [],
        "files": sum(row.is_file for row in unseen),
        "next": last,
        "older": f"{here}?after={last}" if more else "",
        "newest": here if "after" in request.GET else "",
        "refusal": refusal,
        "address": request.get_full_path(),
    }
    return render(request, "requests/decided.html", context, status=refusal.status if refusal else 200)
