"""The form that records a call in which something of a child was said to somebody outside."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from children.models import Child
from children.panels import record_frame
from safeguarding.accounts.permissions import requires_for_record
from safeguarding.audit.reading import read_one, visible
from safeguarding.http import Request
from safeguarding.plans.permissions import stands_in_for_plans
from sharing.events.capabilities import SharingCapability as C
from sharing.events.forms.calls import CallForm
from sharing.events.models import Recipient, SharingEvent
from sharing.events.permissions import may_share
from sharing.events.services.calling import reason_used_last, reasons_for_calls, record_call
from sharing.events.services.recipients import address_book

from .deciding import about

# With as many organisations somebody may go on with one press.
_LAST = 5


@requires_for_record(C.SHARE, also=stands_in_for_plans)
def call_outside(request: Request, child_id: UUID) -> HttpResponse:
    """Who, when, what, what for, by which law: the law of the last time with them is offered."""
    request.nav = "children"
    child = read_one(request, Child, purpose="call", pk=child_id)
    if not may_share(request.user, child):
        raise Http404
    book = address_book(child.school_id)
    last = _last(request, child)
    concern, _ = about(request, child)
    form = CallForm(
        request.POST if request.method == "POST" else None,
        recipients=book,
        reasons=reasons_for_calls(child.school_id, timezone.localdate()),
        initial=_filled_in(request, child, book, last) | {"concern": concern.pk if concern else None},
    )
    if form.is_valid():
        made = record_call(
            child=child, token=form.cleaned_data["token"], said=form.said(), concern=concern, by=request.user
        )
        messages.success(request, "The call is on the record.")
        return redirect("share", made.pk)
    context = record_frame(request, child, "sharing") | {"form": form, "last": last, "concern": concern}
    return render(request, "sharing/call.html", context, status=422 if form.errors else 200)


def _last(request: Request, child: Child) -> list[Recipient]:
    """With which organisations there was something about this child, the most recent first."""
    rows = visible(request, SharingEvent).filter(child=child, recipient__ended_at=None).select_related("recipient")
    found = {one.recipient_id: one.recipient for one in rows.order_by("-made_at", "-pk")[:50]}
    return list(found.values())[:_LAST]


def _filled_in(request: Request, child: Child, book: list[Recipient], last: list[Recipient]) -> dict[str, Any]:
    """With which organisation it was, and by which law: as the last time."""
    wanted = request.GET.get("with", "")
    chosen = next((one for one in book if one.choice == wanted), last[0] if last else None)
    if chosen is None:
        return {}
    used = reason_used_last(chosen, child.school_id)
    return {"recipient": chosen.choice, "reason": used.code if used else ""}
