"""The pages of files from other schools: which came, one opened, its key confirmed, its receipt; one on paper."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from children.models import Child
from children.panels import record_frame
from safeguarding.accounts.permissions import requires, requires_for_record
from safeguarding.accounts.services import get_school
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_many, read_one, read_out, visible
from safeguarding.concerns.models import EarlierBatch
from safeguarding.concerns.services import earlier
from safeguarding.exceptions import BadInput
from safeguarding.front.limits import takes_files
from safeguarding.http import Request
from safeguarding.paging import newest_first
from safeguarding.sealing.exceptions import FilesAway
from sharing.received.forms.opening import CallForm, CameForm, OpenForm
from sharing.received.models import FileReceived
from sharing.received.permissions import OPENS, may_open_files
from sharing.received.services.calling import confirm_sender
from sharing.received.services.elsewhere import record_received
from sharing.received.services.opening import open_file

S = EarlierBatch.Status
NAV = "received"


@takes_files
@requires(OPENS)
def received_files(request: Request) -> HttpResponseBase:
    """Which files came from other schools, newest first, and the way to open one."""
    form = OpenForm(request.POST, request.FILES) if request.method == "POST" else OpenForm()
    if form.is_valid():
        try:
            made = open_file(
                school=get_school(request.held.school_id),
                token=form.cleaned_data["token"],
                volumes=form.cleaned_data["volumes"],
                words=form.cleaned_data["words"],
                by=request.user,
            )
        except (BadInput, FilesAway) as problem:
            form.add_error(None, problem.sentence)
        else:
            if made.batch and made.batch.status == S.UPLOADED:
                earlier.go_on(made.batch)
            return redirect("received_file", made.pk)
    request.nav = NAV
    rows = visible(request, FileReceived).filter(school=request.held.school_id).select_related("child", "batch")
    page = newest_first(rows, "received_at", request.GET.get("before", ""))
    read_many(request, page.rows, purpose="files from other schools")
    context = {"form": form, "page": page}
    return render(request, "received/files.html", context, status=422 if form.errors else 200)


@requires(OPENS)
def received_file(request: Request, received_id: UUID) -> HttpResponseBase:
    """One that came: who sent it, whether the key is theirs, what became of it; and the call that confirms the key."""
    rows = visible(request, FileReceived).select_related("child", "batch", "received_by", "confirmed_by")
    found = read_one(request, rows, pk=received_id)
    waits = found.waits_for_call
    form = CallForm(request.POST if request.method == "POST" else None, received=found)
    if form.is_bound and (form.is_valid() or not waits):
        confirmed = confirm_sender(received=found, call=form.call(), by=request.user)
        if confirmed.batch is not None:
            earlier.go_on(confirmed.batch)
        messages.success(request, "Confirmed. Look at what the file says before it comes onto the record.")
        return redirect("earlier_batch", confirmed.batch_id)
    request.nav = NAV
    context = {"received": found, "form": form if waits else None}
    return render(request, "received/file.html", context, status=422 if form.errors else 200)


@require_GET
@requires(OPENS)
def received_receipt(request: Request, received_id: UUID) -> HttpResponse:
    """The signed receipt, for the school that sent the file."""
    found = read_one(request, FileReceived, pk=received_id, purpose="receipt")
    if not found.receipt:
        raise Http404
    read_out(request, [found], verb=Verb.DOWNLOAD, purpose="receipt")
    return HttpResponse(
        found.receipt,
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="receipt.txt"'},
    )


@requires_for_record(OPENS)
def child_received(request: Request, child_id: UUID) -> HttpResponse:
    """A file of this child that came on paper, on a stick or by e-mail: who sent what, and when."""
    request.nav = "children"
    child = read_one(request, Child, purpose="file from another school", pk=child_id)
    if not may_open_files(request.user, child.school_id):
        raise Http404
    form = CameForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        made = record_received(child=child, token=form.cleaned_data["token"], came=form.came(), by=request.user)
        messages.success(request, "It is on the record that the file came.")
        return redirect("received_file", made.pk)
    context = record_frame(request, child, "sharing") | {"form": form}
    return render(request, "received/elsewhere.html", context, status=422 if form.errors else 200)
