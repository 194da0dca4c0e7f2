"""The tabs "Files" and "Photographs" of a child's record."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from children.capabilities import ChildCapability
from children.forms.files import EndPhotographForm, FileForm, PhotographForm
from children.models import Child, ChildFile, Photograph
from children.panels import record_frame
from children.permissions import access_to_a_child, may_see_files, may_see_record
from children.services import filing
from safeguarding.accounts.permissions import anyone_signed_in, may, requires_for_record
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import LEADS
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.exceptions import BadInput, NotAllowed
from safeguarding.front.limits import takes_files
from safeguarding.http import Request
from safeguarding.panels import fill
from safeguarding.sealing.exceptions import FilesAway
from safeguarding.uploads.views import say, streamed


@takes_files
@requires_for_record(Capability.VIEW_CONCERNS, also=access_to_a_child)
def child_files(request: Request, pk: UUID) -> HttpResponse:
    """The documents of a child's record, and below them those of concerns that tell of the child."""
    request.nav = "children"
    child = read_one(request, Child, purpose="files", pk=pk)
    if not may_see_files(request.user, child):
        raise Http404
    decides = may(request.user, Capability.DECIDE_CONCERNS, child.school_id)
    if request.method == "POST" and not decides:
        raise NotAllowed(LEADS)
    kind = {"what": request.GET.get("what")}
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm(initial=kind)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        facts = {name: given[name] for name in ("token", "what", "dated")}
        say(request, filing.attach_to_child(child=child, uploads=given["chosen"], by=request.user, **facts))
        return redirect(f"{reverse('child_files', args=[pk])}#files")
    rows = visible(request, ChildFile).filter(child=child).select_related("author").order_by("-attached_at", "-pk")
    context = record_frame(request, child, "files") | {
        "files": read_many(request, rows, purpose="files", about=child),
        "attach_form": form if decides else None,
        "attach_again": bool(kind["what"]) or form.is_bound,
        "may_withhold": decides,
        "blocks": fill("child_files", request, child),
    }
    return render(request, "children/files.html", context, status=422 if form.errors else 200)


@takes_files
@requires_for_record(ChildCapability.VIEW_CHILD_DETAILS, also=access_to_a_child)
def photographs(request: Request, pk: UUID) -> HttpResponse:
    """Which photographs the school has of a child, what allows it, and until when. They are not shown here."""
    request.nav = "children"
    child = read_one(request, Child, purpose="photographs", pk=pk)
    if not may_see_record(request.user, child):
        raise Http404
    keeps = may(request.user, ChildCapability.KEEP_PHOTOGRAPHS, child.school_id)
    if request.method == "POST" and not keeps:
        raise NotAllowed(filing.KEEPERS)
    form = PhotographForm(request.POST, request.FILES) if request.method == "POST" else PhotographForm()
    if request.method == "POST" and form.is_valid():
        try:
            filing.put_photograph(child=child, by=request.user, **form.facts())
        except (BadInput, FilesAway) as problem:
            form.add_error("picture", str(problem))
        else:
            messages.success(request, "The photograph is on the record.")
            return redirect("child_photographs", pk)
    rows = visible(request, Photograph).filter(child=child).select_related("child", "added_by", "ended_by")
    context = record_frame(request, child, "photographs") | {
        "photographs": _told(read_many(request, rows.order_by("-added_at"), purpose="photographs", about=child)),
        "form": form if keeps else None,
    }
    return render(request, "children/photographs.html", context, status=422 if form.errors else 200)


def _told(found: list[Photograph]) -> list[dict[str, Any]]:
    today = timezone.localdate()
    return [{"photograph": one, "is_shown": filing.is_shown(one, today=today)} for one in found]


@require_POST
@requires_for_record(ChildCapability.KEEP_PHOTOGRAPHS)
def say_photographs(request: Request, pk: UUID) -> HttpResponse:
    """Say that no photographs of the child are published, or that they may be again."""
    none = request.POST.get("none") == "yes"
    child = filing.say_photographs(
        child=read_one(request, Child, pk=pk, purpose="photographs"), none=none, by=request.user
    )
    messages.success(
        request,
        "Saved. Nothing more is published, and what was has ended. All staff see “No photographs” beside the name."
        if child.no_photographs
        else "Saved. Photographs can be published again, each with consent.",
    )
    return redirect("child_photographs", pk)


@require_GET
@anyone_signed_in
def photograph(request: Request, photograph_id: UUID) -> HttpResponseBase:
    """What a photograph shows."""
    found = read_one(request, Photograph, pk=photograph_id)
    return streamed(filing.photograph_content(found, today=timezone.localdate()), "image/jpeg", "inline")


@requires_for_record(ChildCapability.KEEP_PHOTOGRAPHS)
def end_photograph(request: Request, photograph_id: UUID) -> HttpResponse:
    """Say that consent was withdrawn, or that it should not be here."""
    request.nav = "children"
    found = read_one(request, visible(request, Photograph).select_related("child"), pk=photograph_id)
    form = EndPhotographForm(request.POST if request.method == "POST" else None, photograph=found)
    if request.method == "POST" and form.is_valid():
        filing.end_photograph(photograph=found, ending=form.cleaned_data["ending"], by=request.user)
        messages.success(request, "Nobody can open this photograph any more.")
        return redirect("child_photographs", found.child_id)
    context = record_frame(request, found.child, "photographs") | {"photograph": found, "form": form}
    return render(request, "children/photograph_end.html", context, status=422 if form.errors else 200)
