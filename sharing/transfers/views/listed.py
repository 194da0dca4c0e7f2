"""Which files follow children who have left, and how do they stand? The list, and the form that opens one."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from children.models import Child
from children.panels import record_frame
from safeguarding.accounts.permissions import requires, requires_for_record
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.http import Request
from safeguarding.paging import newest_first
from safeguarding.plans.permissions import stands_in_for_plans
from sharing.events.capabilities import SharingCapability as C
from sharing.events.permissions import shares_standing_in
from sharing.transfers.forms.transfers import ALL_OPEN, ListForm, OpenForm
from sharing.transfers.models import OPEN, FileTransfer
from sharing.transfers.permissions import may_send_of
from sharing.transfers.services.opening import open_transfer


@require_GET
@requires(C.SHARE, also=shares_standing_in)
def transfers(request: Request) -> HttpResponse:
    """Every file to a next school, that which was opened last first."""
    request.nav = "transfers"
    form = ListForm(request.GET)
    chosen = form.chosen()
    rows = visible(request, FileTransfer).filter(school=request.held.school_id).select_related("child")
    if chosen:
        rows = rows.filter(status__in=form.states(chosen))
    page = newest_first(rows, "opened_at", request.GET.get("before", ""))
    read_many(request, page.rows, purpose="files to next schools")
    today = timezone.localdate()
    kept = {"state": chosen} if chosen else {}
    here = reverse("transfers")
    context = {
        "form": form,
        "rows": [(one, one.is_late(today), one.is_due_soon(today)) for one in page.rows],
        "narrowed": bool(chosen),
        "older": f"{here}?{urlencode(kept | {'before': page.older})}" if page.older else "",
        "newest": "" if page.is_first else f"{here}?{urlencode(kept)}",
        "open_url": f"{here}?state={ALL_OPEN}",
    }
    return render(request, "transfers/list.html", context)


@requires_for_record(C.SEND_FILES, also=stands_in_for_plans)
def begin_transfer(request: Request, child_id: UUID) -> HttpResponse:
    """Open the file of a child who leaves, with the last day; where one is open, that one."""
    request.nav = "children"
    child = read_one(
        request, visible(request, Child).select_related("school"), purpose="file to the next school", pk=child_id
    )
    if not may_send_of(request.user, child.school_id, child.pk):
        raise Http404
    there = visible(request, FileTransfer).filter(child=child, status__in=OPEN).only("pk").first()
    if there is not None:
        return redirect("transfer", there.pk)
    form = OpenForm(request.POST if request.method == "POST" else None, child=child)
    if form.is_valid():
        made = open_transfer(child=child, last_day=form.cleaned_data["last_day"], by=request.user)
        messages.success(request, "Opened. Confirm where it goes, and have it built.")
        return redirect("transfer", made.pk)
    context = record_frame(request, child, "sharing") | {"form": form}
    return render(request, "transfers/begin.html", context, status=422 if form.errors else 200)
