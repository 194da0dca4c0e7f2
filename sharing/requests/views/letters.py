"""One letter to who asks: its draft, which begins from facts, that it was sent, and the letter on paper."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from safeguarding.accounts.permissions import requires_for_record
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_one, read_out, visible
from safeguarding.exceptions import HarbourError, NotAllowed, OutOfTurn
from safeguarding.front.limits import takes_text
from safeguarding.http import Request
from safeguarding.printing.paper import paper
from safeguarding.unsaved import waits_unsent
from sharing.requests.forms.case_deeds import LetterTextForm
from sharing.requests.models import RequestLetter, RightsRequest
from sharing.requests.permissions import HANDLERS, works_on_requests
from sharing.requests.services import letters

from .case import read_case
from .standing import HANDLES, handles


def _found(request: Request, case_id: UUID, letter_id: UUID) -> tuple[RightsRequest, RequestLetter]:
    """The case and its letter. Raises `Http404`."""
    case = read_case(request, case_id)
    rows = visible(request, RequestLetter).filter(case=case).select_related("by", "sent_by")
    return case, read_one(request, rows, pk=letter_id)


@takes_text
@waits_unsent(LetterTextForm)
@requires_for_record(HANDLES, also=works_on_requests)
def letter(request: Request, case_id: UUID, letter_id: UUID) -> HttpResponse:
    """A draft is written and sent here; what was sent is read."""
    case, found = _found(request, case_id, letter_id)
    if request.method != "POST":
        return _page(request, case, found)
    if not handles(request.user, case.school_id):
        raise NotAllowed(HANDLERS)
    if found.sent_at is not None:
        raise OutOfTurn("This letter has been sent. Begin another one on the page of the case.")
    form = LetterTextForm(request.POST, letter=found)
    sends = "send" in request.POST
    if form.is_valid() and sends and form.cleaned_data["sent_on"] is None:
        form.add_error("sent_on", "Enter the day on which it was sent")
    if form.errors:
        return _page(request, case, found, form, status=422)
    request.again = partial(_refused, request, case_id, letter_id, form)
    given = form.cleaned_data
    if given["text"] != found.text:
        letters.change(found, by=request.user, text=given["text"], revision=given["revision"])
    if not sends:
        messages.success(request, "Draft saved. Nothing has been sent.")
        return redirect("request_letter", case.pk, found.pk)
    letters.send(found, by=request.user, sent_on=given["sent_on"])
    messages.success(request, "Recorded as sent. Harbour sends nothing by itself: print it, or copy it into your mail.")
    return redirect("request", case.pk)


def _refused(
    request: Request, case_id: UUID, letter_id: UUID, form: LetterTextForm, refusal: HarbourError
) -> HttpResponse:
    """The letter as it stands now, with what was typed: to be saved on top."""
    case, found = _found(request, case_id, letter_id)
    data: Any = form.data.copy()  # type: ignore[attr-defined]
    data["revision"] = str(found.revision)
    form.data = data
    form.add_error(None, refusal.sentence)
    return _page(request, case, found, form, status=refusal.status)


def _page(
    request: Request,
    case: RightsRequest,
    found: RequestLetter,
    form: LetterTextForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    writes = found.sent_at is None and handles(request.user, case.school_id)
    context = {
        "case": case,
        "letter": found,
        "form": (form or LetterTextForm(letter=found)) if writes else None,
        "here": request.path,
    }
    return render(request, "requests/letter.html", context, status=status)


@require_GET
@requires_for_record(HANDLES, also=works_on_requests)
def letter_paper(request: Request, case_id: UUID, letter_id: UUID) -> HttpResponse:
    """The letter as a PDF, to be sent. A draft says on each page that it is one."""
    case, found = _found(request, case_id, letter_id)
    read_out(request, [found], verb=Verb.PRINT, purpose="letter of a request")
    return paper(
        request,
        "pdf/request_letter.html",
        {"case": case, "letter": found},
        title=case.reference,
        school_id=case.school_id,
        own=[case.child_id] if case.child_id else [],
        records=[found.pk],
    )
