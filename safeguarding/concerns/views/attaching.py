"""Files of a concern: attach them, have them given out, withhold one that may not be there, take it out."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from safeguarding.accounts.permissions import anyone_signed_in, fresh_factor, requires_for_record
from safeguarding.accounts.services import bulk
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_one, visible
from safeguarding.concerns.forms.attaching import AttachForm, WithholdForm
from safeguarding.concerns.models import Account, Attachment
from safeguarding.concerns.permissions import access_given
from safeguarding.concerns.services import attaching, reading
from safeguarding.http import Request

_HEADERS = {
    # Whatever is in it, a browser runs none of it and shows nothing of it inside a page of Harbour.
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@requires_for_record("decide_concerns", also=access_given)
def attach(request: Request, concern_id: UUID) -> HttpResponse:
    """A lead attaches files to a concern."""
    concern = read_one(request, reading.for_page(), pk=concern_id)
    return _taken(request, reverse("concern", args=[concern_id]), partial(attaching.attach, concern=concern))


@anyone_signed_in
def report_attach(request: Request, concern_id: UUID) -> HttpResponse:
    """Who wrote a report attaches files to it."""
    mine = visible(request, Account).filter(author=request.user)
    account = read_one(request, mine, concern_id=concern_id)
    return _taken(request, reverse("report", args=[concern_id]), partial(attaching.attach_to_report, account=account))


def _taken(request: Request, page: str, attach_to: Callable[..., attaching.Attached]) -> HttpResponse:
    """Back on the page, with what was kept and a sentence for each file that was not. The address opened by itself is the page."""
    form = AttachForm(request.POST, request.FILES)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        found = attach_to(token=given["token"], uploads=given["chosen"], by=request.user)
        if kept := len(found.kept):
            messages.success(request, "1 file attached." if kept == 1 else f"{kept} files attached.")
        for problem in found.problems:
            messages.error(request, problem)
    elif request.method == "POST":
        for error in (error for errors in form.errors.values() for error in errors):
            messages.error(request, str(error))
    return redirect(f"{page}#files")


@require_GET
@anyone_signed_in
def attachment(request: Request, attachment_id: UUID) -> HttpResponseBase:
    """The file, to keep: on record and committed before its first byte."""
    found = read_one(request, Attachment, verb=Verb.DOWNLOAD, pk=attachment_id)
    bulk.had_enough(bulk.FILES, by=request.user, school_id=found.school_id)
    given = attaching.give_out(found, to=request.user)
    return _streamed(given.content, given.content_type, content_disposition_header(True, given.name) or "attachment")


@require_GET
@anyone_signed_in
def attachment_picture(request: Request, attachment_id: UUID) -> HttpResponseBase:
    """A picture of the file, drawn anew, which a page shows. `?page=2` is the second page of a PDF."""
    found = read_one(request, Attachment, purpose="picture", pk=attachment_id)
    page = request.GET.get("page", "1")
    if page not in map(str, range(1, len(found.pictures) + 1)):
        raise Http404
    return _streamed(attaching.picture_of(found, int(page)), "image/jpeg", "inline")


def _streamed(content: Iterator[bytes], content_type: str, disposition: str) -> StreamingHttpResponse:
    headers: dict[str, Any] = {**_HEADERS, "Content-Disposition": disposition}
    return StreamingHttpResponse(content, content_type=content_type, headers=headers)


@requires_for_record("decide_concerns", also=access_given)
def withhold(request: Request, attachment_id: UUID) -> HttpResponse:
    """Put a file out of everybody's reach at once; the page on which a second person then takes it out, or gives it back."""
    found = read_one(request, visible(request, Attachment).select_related("concern", "withheld_by"), pk=attachment_id)
    request.nav, request.of_school = "concerns", found.school_id
    form = WithholdForm(request.POST) if request.method == "POST" else WithholdForm()
    if request.method == "POST" and form.is_valid():
        attaching.withhold(attachment=found, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(
            request, "Nobody can open this file any more. A second person now takes it out or gives it back."
        )
        return redirect("withhold", attachment_id)
    context = {"attachment": found, "form": form, "is_first": found.withheld_by_id == request.user.pk}
    return render(request, "concerns/withhold.html", context, status=422 if form.errors else 200)


@require_POST
@requires_for_record("decide_concerns", also=access_given)
@fresh_factor
def remove(request: Request, attachment_id: UUID) -> HttpResponse:
    """A second person takes the file out, or gives it back."""
    found = read_one(request, Attachment, pk=attachment_id)
    if "give_back" in request.POST:
        attaching.give_back(attachment=found, by=request.user)
        messages.success(request, "The file can be opened again.")
    else:
        attaching.remove(attachment=found, by=request.user)
        messages.success(request, "The file has been taken out. That it was here, and why it went, stays on record.")
    return redirect(f"{reverse('concern', args=[found.concern_id])}#files")
