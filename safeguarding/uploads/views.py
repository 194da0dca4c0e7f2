"""A file, whatever it belongs to: have it given out, withhold one that may not be there, take it out.

And what a form with files says.
"""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from safeguarding.accounts.permissions import anyone_signed_in, fresh_factor, requires_for_record
from safeguarding.accounts.services import bulk
from safeguarding.audit.context import with_errors
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_one, visible
from safeguarding.http import Request
from safeguarding.uploads.forms import AttachForm, WithholdForm
from safeguarding.uploads.models import StoredFile, kinds_of_file
from safeguarding.uploads.permissions import files_to_decide
from safeguarding.uploads.services import giving
from safeguarding.uploads.services.keeping import Attached

_HEADERS = {
    # Whatever is in it, a browser runs none of it and shows nothing of it inside a page of Harbour.
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'none'",
    "X-Content-Type-Options": "nosniff",
}


def attach(request: Request, page: str, attach_to: Callable[..., Attached[Any]]) -> HttpResponse:
    """Back to the files of a page, with what was kept and a sentence for each file that was not.

    `attach_to` is the service. The address opened by itself is the page.
    """
    if request.method == "POST":
        form = AttachForm(request.POST, request.FILES)
        if form.is_valid():
            given = form.cleaned_data
            say(request, attach_to(token=given["token"], uploads=given["chosen"], by=request.user))
        for error in (error for errors in form.errors.values() for error in errors):
            messages.error(request, str(error))
    return redirect(f"{page}#files")


def say(request: Request, found: Attached[Any]) -> None:
    """What became of the files of a form."""
    if kept := len(found.kept):
        messages.success(request, "1 file attached." if kept == 1 else f"{kept} files attached.")
    for problem in found.problems:
        messages.error(request, problem)


@require_GET
@anyone_signed_in
def attachment(request: Request, file_id: UUID) -> HttpResponseBase:
    """The file, to keep: on record and committed before its first byte."""
    # Of what was entered in error too: its page and its reporter's lead here, and nothing else does.
    with with_errors("all"):
        found = _read(request, file_id, verb=Verb.DOWNLOAD)
        bulk.had_enough(bulk.FILES, by=request.user, school_id=found.school_id)
        given = giving.give_out(found, to=request.user)
    return _to_keep(given)


@requires_for_record("decide_concerns", also=files_to_decide)
def attachment_original(request: Request, file_id: UUID) -> HttpResponseBase:
    """A picture as it came: what it says beside what it shows, and the button that gives it. On record of its own."""
    with with_errors("all"):
        if request.method == "POST":
            found = _read(request, file_id, verb=Verb.DOWNLOAD, purpose="original")
            bulk.had_enough(bulk.FILES, by=request.user, school_id=found.school_id)
            return _to_keep(giving.give_original(found, to=request.user))
        found = _read(request, file_id, purpose="original")
        request.nav, request.of_school = found.nav, found.school_id
        said = giving.said_by_original(found, to=request.user) if found.of_kind.is_picture else None
    return render(request, "files/original.html", {"file": found, "said": said})


@require_GET
@anyone_signed_in
def attachment_picture(request: Request, file_id: UUID) -> HttpResponseBase:
    """A picture of the file, drawn anew, which a page shows. `?page=2` is the second page of a PDF."""
    with with_errors("all"):
        found = _read(request, file_id, purpose="picture")
    page = request.GET.get("page", "1")
    if page not in map(str, range(1, len(found.pictures) + 1)):
        raise Http404
    return streamed(giving.picture_of(found, int(page)), "image/jpeg", "inline")


def _to_keep(given: giving.Given) -> HttpResponseBase:
    return streamed(given.content, given.content_type, content_disposition_header(True, given.name) or "attachment")


def streamed(content: Iterator[bytes], content_type: str, disposition: str) -> StreamingHttpResponse:
    """What lies in the store, handed to the browser as something that it does not run."""
    headers: dict[str, Any] = {**_HEADERS, "Content-Disposition": disposition}
    return StreamingHttpResponse(content, content_type=content_type, headers=headers)


@requires_for_record("decide_concerns", also=files_to_decide)
def withhold(request: Request, file_id: UUID) -> HttpResponse:
    """Put a file out of everybody's reach at once; the page on which a second person then takes it out, or gives it
    back.
    """
    found = _read(request, file_id)
    request.nav, request.of_school = found.nav, found.school_id
    form = WithholdForm(request.POST) if request.method == "POST" else WithholdForm()
    if request.method == "POST" and form.is_valid():
        giving.withhold(file=found, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(
            request, "Nobody can open this file any more. A second person now takes it out or gives it back."
        )
        return redirect("withhold", file_id)
    context = {"file": found, "form": form, "is_first": found.withheld_by_id == request.user.pk}  # type: ignore[attr-defined]
    return render(request, "files/withhold.html", context, status=422 if form.errors else 200)


@require_POST
@requires_for_record("decide_concerns", also=files_to_decide)
@fresh_factor
def remove(request: Request, file_id: UUID) -> HttpResponse:
    """A second person takes the file out, or gives it back."""
    found = _read(request, file_id)
    if "give_back" in request.POST:
        giving.give_back(file=found, by=request.user)
        messages.success(request, "The file can be opened again.")
    else:
        giving.remove(file=found, by=request.user)
        messages.success(request, "The file has been taken out. That it was here, and why it went, stays on record.")
    return redirect(found.get_absolute_url())


def _read(request: Request, file_id: UUID, **more: Any) -> StoredFile:
    """The file with this key, of whatever kind, through the gate. Raises `Http404`."""
    for model in kinds_of_file():
        with nullcontext() if model.opens_in_error else with_errors(""):
            if visible(request, model).filter(pk=file_id).exists():
                return read_one(request, model, pk=file_id, **more)
    raise Http404
