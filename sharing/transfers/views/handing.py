"""Read a file that was built, hand it over, and fetch its volumes: for who had it built. Only reading asks for no fresh
factor.
"""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from children.panels import record_frame
from safeguarding.accounts.permissions import fresh_factor, requires_for_record
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_one, visible
from safeguarding.exceptions import OutOfTurn
from safeguarding.http import Request
from safeguarding.keys import entry_token
from safeguarding.plans.permissions import stands_in_for_plans
from sharing.events.capabilities import SharingCapability as C
from sharing.transfer_file.containers import pages_of
from sharing.transfers.models import FileSending, FileVolume
from sharing.transfers.services.building import content_of
from sharing.transfers.services.sending import NOT_READY, hand_over_file
from sharing.transfers.services.words import WORDS_GONE, show_words

from .transfer import files_of, hand_over_form, read_transfer, show_again


@require_POST
@requires_for_record(C.SEND_FILES, also=stands_in_for_plans)
@fresh_factor
def hand_over_transfer(request: Request, transfer_id: UUID) -> HttpResponse:
    """The file goes, or the words of one that has gone are shown again, for a quarter of an hour. The page that answers
    shows how it opens.
    """
    transfer = read_transfer(request, transfer_id)
    mine = [one for one in files_of(request, transfer) if one.asked_by_id == request.user.pk]
    if request.POST.get("deed") == "again":
        return _handed(request, next((one for one in mine if one.event_id is not None), None))
    ready = next((one for one in mine if one.is_ready), None)
    if ready is None:
        return _handed(request, _went_with(request.POST.get("token", ""), mine))
    form = hand_over_form(transfer, ready, request.POST)
    if not form.is_valid():
        return show_again(request, transfer_id, form)
    request.again = partial(show_again, request, transfer_id, form)
    token = form.cleaned_data["token"]
    return _handed(request, hand_over_file(sending=ready, token=token, said=form.said(), by=request.user))


def _went_with(said: str, files: Sequence[FileSending]) -> FileSending:
    """The file that the first of two presses of the same form handed over. Raises `OutOfTurn` for a form about one that
    is there no more, and `Http404` for who never had one.
    """
    if not files:
        raise Http404
    for one in files:
        if one.event is not None and said and str(one.event.token) == _token(said, one.child_id):
            return one
    raise OutOfTurn(NOT_READY)


def _token(said: str, child_id: UUID) -> str:
    try:
        return str(entry_token(UUID(said), child_id))
    except ValueError:
        return ""


def _handed(request: Request, sending: FileSending | None) -> HttpResponse:
    if sending is None or sending.event is None or sending.transfer.child is None:
        raise Http404
    words = show_words(sending=sending, by=request.user)
    volumes = list(visible(request, FileVolume).filter(sending=sending).order_by("number"))
    context = record_frame(request, sending.event.child, "sharing") | {
        "transfer": sending.transfer,
        "sending": sending,
        "event": sending.event,
        "words": words,
        "volumes": volumes,
    }
    return render(request, "transfers/handed.html", context)


@require_safe
@requires_for_record(C.SEND_FILES, also=stands_in_for_plans)
def read_volume(request: Request, volume_id: UUID) -> HttpResponse:
    """The pages of one volume as they were built, while the words that open it are kept. Without its documents: these
    are read where they hang.
    """
    rows = visible(request, FileVolume).exclude(stored="").select_related("sending")
    found = read_one(request, rows, verb=Verb.PRINT, pk=volume_id)
    request.of_school = found.school_id
    if not found.sending.words:
        raise OutOfTurn(WORDS_GONE)
    answer = HttpResponse(pages_of(content_of(found), found.sending.words), content_type="application/pdf")
    name = f"file-to-read-{found.number}-of-{found.of}.pdf"
    answer["Content-Disposition"] = content_disposition_header(False, name) or ""
    return answer


@require_POST
@requires_for_record(C.SEND_FILES, also=stands_in_for_plans)
@fresh_factor
def transfer_volume(request: Request, volume_id: UUID) -> HttpResponse:
    """One volume of a file that was handed over, encrypted as it lies in the store."""
    rows = visible(request, FileVolume).filter(sending__event__isnull=False).exclude(stored="")
    found = read_one(request, rows.select_related("sending__event"), verb=Verb.EXPORT, pk=volume_id)
    request.of_school = found.school_id
    answer = HttpResponse(content_of(found), content_type="application/pdf")
    event = found.sending.event
    name = f"{event.reference if event else 'file'}-{found.number}-of-{found.of}.pdf"
    answer["Content-Disposition"] = content_disposition_header(True, name) or ""
    return answer
