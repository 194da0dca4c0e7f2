"""The page of one file to the next school: where it goes, until when, what was built and sent, what can be done now."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from children.panels import record_frame
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import requires_for_record
from safeguarding.accounts.services import open_notices
from safeguarding.audit.reading import read_many, read_one, visible
from safeguarding.exceptions import BadInput, HarbourError
from safeguarding.front.limits import takes_files
from safeguarding.http import Request
from safeguarding.plans.permissions import stands_in_for_plans
from safeguarding.plans.views.deeds import Deed, asked, lost, offered
from safeguarding.refused_forms import on_top
from sharing.events.capabilities import SharingCapability as C
from sharing.events.models import SharingEvent
from sharing.events.services.recipients import address_book
from sharing.transfers.forms.sendings import HandOverForm, ReceiptForm, ReceivedForm
from sharing.transfers.forms.transfers import AskForm, ConfirmForm, EarlyForm, ReopenForm, SettleForm, StopForm
from sharing.transfers.lifecycles import transfer_life
from sharing.transfers.models import FileSending, FileTransfer, FileVolume, TransferNote
from sharing.transfers.permissions import may_send
from sharing.transfers.services import additions, asking, confirming, receiving
from sharing.transfers.services.contents import undecided_concerns
from sharing.transfers.services.days import days_of
from sharing.transfers.services.telling import OBJECT
from sharing.transfers.services.words import is_shown

S, E = FileTransfer.Status, SharingEvent.Status
_PEOPLE = ("opened_by", "confirmed_by", "stopped_by", "sent_by", "received_by", "settled_by")
_STANDING = {
    S.LEFT: "warn",
    S.CONFIRMED: "warn",
    S.SENT: "",
    S.RECEIVED: "ok",
    S.SETTLED: "line",
    S.NOT_TO_SEND: "line",
}
_CHANGED = "This form is about another file by now. Open the page again to see how it stands."


def _confirm(transfer: FileTransfer, form: Any, by: User) -> object:
    given = form.cleaned_data
    return confirming.confirm_destination(
        transfer=transfer, seen=given["seen"], last_day=given["last_day"], where=form.where(), by=by
    )


def _early(transfer: FileTransfer, form: Any, by: User) -> object:
    return confirming.note_early(transfer=transfer, token=form.cleaned_data["token"], noted=form.noted(), by=by)


def _stop(transfer: FileTransfer, form: Any, by: User) -> object:
    given = {name: form.cleaned_data[name] for name in ("seen", "token", "because", "authority_told_on")}
    return confirming.stop_transfer(transfer=transfer, noted=form.noted(), by=by, **given)


def _reopen(transfer: FileTransfer, form: Any, by: User) -> object:
    given = {name: form.cleaned_data[name] for name in ("seen", "token")}
    return confirming.reopen_transfer(transfer=transfer, noted=form.noted(), by=by, **given)


def _ask(transfer: FileTransfer, form: Any, by: User) -> object:
    return asking.ask_for_file(transfer=transfer, token=form.cleaned_data["token"], by=by)


def _settle(transfer: FileTransfer, form: Any, by: User) -> object:
    given = {name: form.cleaned_data[name] for name in ("seen", "token", "own_copy", "text")}
    return receiving.settle_transfer(transfer=transfer, by=by, **given)


def _receive(transfer: FileTransfer, form: Any, by: User) -> object:
    _ensure_its_file(form)
    token = form.cleaned_data["token"]
    return receiving.receive_file(sending=form.file, token=token, happened=form.happened(), by=by)


def _take_receipt(transfer: FileTransfer, form: Any, by: User) -> object:
    _ensure_its_file(form)
    return receiving.take_receipt(sending=form.file, token=form.cleaned_data["token"], content=form.content, by=by)


def _ensure_its_file(form: Any) -> None:
    if form.cleaned_data["file_key"] != form.file.pk:
        raise BadInput(_CHANGED)


def _move(name: str) -> Callable[[FileTransfer], bool]:
    return lambda transfer: transfer.status in transfer_life.moves[name].sources


DEEDS: dict[str, Deed[FileTransfer]] = {
    deed.key: deed
    for deed in (
        Deed(
            "confirm",
            ConfirmForm,
            "Last day and next school",
            "Confirm",
            "Confirmed. The file can be built.",
            _confirm,
            _move("confirm"),
        ),
        Deed(
            "early",
            EarlyForm,
            "Early conversation",
            "Note it",
            "Noted.",
            _early,
            lambda transfer: transfer.is_open,
        ),
        Deed(
            "stop",
            StopForm,
            "It is not to be sent",
            "Do not send it",
            "It is not to be sent. The reason is on the record.",
            _stop,
            _move("stop"),
        ),
        Deed(
            "reopen",
            ReopenForm,
            "It is known by now where the child is",
            "Take it up again",
            "Taken up again. Confirm where it goes.",
            _reopen,
            _move("reopen"),
        ),
        Deed(
            "settle",
            SettleForm,
            "Settle it",
            "Settle it",
            "Settled. Retention goes on from here.",
            _settle,
            _move("settle"),
        ),
    )
}
BUILD: Deed[FileTransfer] = Deed(
    "build",
    AskForm,
    "Build the file",
    "Build the file",
    "Asked for. It is built with your rights, in the background.",
    _ask,
    lambda transfer: transfer.status not in (S.LEFT, S.NOT_TO_SEND),
)
RECEIVE: Deed[FileTransfer] = Deed(
    "receive",
    ReceivedForm,
    "They have received it",
    "Record who has received it",
    "Recorded: it was received.",
    _receive,
    lambda transfer: True,
)
RECEIPT: Deed[FileTransfer] = Deed(
    "receipt",
    ReceiptForm,
    "They sent a signed receipt",
    "Check and keep it",
    "The receipt is of this file, and its signature is good. It is kept. Whose key it is, a call to them says.",
    _take_receipt,
    lambda transfer: True,
)


def read_transfer(request: Request, transfer_id: UUID) -> FileTransfer:
    """The transfer with this key, recorded as seen."""
    rows = visible(request, FileTransfer).select_related("child__school", "recipient", "time", *_PEOPLE)
    found = read_one(request, rows, pk=transfer_id)
    request.nav = "transfers" if found.child is None else "children"
    request.of_school = found.school_id
    return found


@takes_files
@requires_for_record(C.SHARE, also=stands_in_for_plans)
def transfer(request: Request, transfer_id: UUID) -> HttpResponse:
    """One file. Each form of the page but the hand-over is sent here."""
    found = read_transfer(request, transfer_id)
    if request.method != "POST" or found.child is None:
        return _page(request, found)
    files = files_of(request, found)
    deeds = {deed.key: deed for deed in (*DEEDS.values(), BUILD)}
    about: dict[str, Any] = {"transfer": found}
    # Sent again, nothing is left to do of the file that the form is about.
    named = next((one for one in files if one.event and str(one.pk) == request.POST.get("file_key")), None)
    for deed, file in ((RECEIVE, _unreceived(files) or named), (RECEIPT, _without_receipt(files) or named)):
        if file is not None and request.POST.get("deed") == deed.key:
            deeds[deed.key], about = deed, {"file": file}
    deed_ = asked(request, deeds)
    if deed_ is None or not may_send(request.user, found):
        return _page(request, found, status=422)
    if deed_.key == "confirm":
        about["schools"] = address_book(found.school_id)
    form = deed_.made(request.POST, **about) if deed_ is not RECEIPT else _with_file(request, deed_, about)
    if not form.is_valid():
        return _page(request, found, {deed_.key: form}, status=422)
    request.again = partial(_refused, request, transfer_id, {deed_.key: form})
    deed_.do(found, form, request.user)
    messages.success(request, deed_.after)
    return redirect("transfer", found.pk)


def _with_file(request: Request, deed: Deed[FileTransfer], about: dict[str, Any]) -> Any:
    return deed.form(request.POST, request.FILES, auto_id=f"{deed.key}_%s", initial={"deed": deed.key}, **about)


def _refused(request: Request, transfer_id: UUID, bound: dict[str, Any], refusal: HarbourError) -> HttpResponse:
    """The transfer as it stands now, and what was typed, to be saved on top of it."""
    found = read_transfer(request, transfer_id)
    for form in bound.values():
        on_top(form, found.revision)
    return _page(request, found, bound, status=refusal.status, refusal=refusal)


def files_of(request: Request, transfer: FileTransfer) -> list[FileSending]:
    """What was built for it, as far as the reader may know of it, the newest first."""
    rows = visible(request, FileSending).filter(transfer=transfer, dropped_at=None)
    return list(rows.select_related("event", "asked_by", "transfer").order_by("-asked_at", "-pk"))


def _unreceived(files: list[FileSending]) -> FileSending | None:
    return next((one for one in reversed(files) if one.event and one.event.status == E.SENT), None)


def _without_receipt(files: list[FileSending]) -> FileSending | None:
    gone = (one for one in reversed(files) if one.event and one.event.status in (E.SENT, E.RECEIVED))
    return next((one for one in gone if not one.receipt_key), None)


def _page(
    request: Request,
    transfer: FileTransfer,
    bound: dict[str, Any] | None = None,
    *,
    status: int = 200,
    refusal: HarbourError | None = None,
) -> HttpResponse:
    bound = bound or {}
    open_notices(user=request.user, object_id=transfer.pk, object_type=OBJECT)
    context = _facts(transfer) | {"bound": list(bound.values()), "refusal": refusal, "here": request.path}
    if transfer.child is None:
        return render(request, "transfers/ended.html", context)
    files = files_of(request, transfer)
    notes = visible(request, TransferNote).filter(transfer=transfer).select_related("by").order_by("-made_at", "-pk")
    there = _offered(request, transfer, files, bound)
    context |= record_frame(request, transfer.child, "sharing") | {
        "files": [(one, is_shown(one, timezone.now())) for one in files],
        "notes": read_many(request, notes, purpose="notes on a file", about=transfer),
        "lost": lost(bound, there) if refusal else [],
        **there,
    }
    return render(request, "transfers/transfer.html", context, status=status)


def _facts(transfer: FileTransfer) -> dict[str, Any]:
    today = timezone.localdate()
    confirmed = transfer.confirmed_at
    from_confirmed = days_of(transfer.school_id, timezone.localdate(confirmed)) if confirmed else None
    return {
        "transfer": transfer,
        "standing": (transfer.get_status_display(), _STANDING[S(transfer.status)]),
        "is_late": transfer.is_late(today),
        "is_due_soon": transfer.is_due_soon(today),
        "missing": days_of(transfer.school_id, transfer.last_day).missing if transfer.is_unsent else "",
        "other_reading": from_confirmed.due_on if from_confirmed and transfer.is_unsent else None,
    }


def _offered(
    request: Request, transfer: FileTransfer, files: list[FileSending], bound: dict[str, Any]
) -> dict[str, Any]:
    """What the reader can do now: forms of the page, and where a file is built, the one that hands it over."""
    mine = next((one for one in files if one.asked_by_id == request.user.pk and one.event_id is None), None)
    found: dict[str, Any] = {"in_hand": mine, "may_send": may_send(request.user, transfer), "lacks": 0}
    if not found["may_send"]:
        return found | {"deeds": {}}
    there = offered(transfer, _open_deeds(transfer), bound, transfer=transfer, schools=address_book(transfer.school_id))
    if (file := _unreceived(files)) is not None:
        there |= offered(transfer, [RECEIVE], bound, file=file)
    receipt = _without_receipt(files)
    if transfer.sent_at is not None:
        found["lacks"] = additions.number_lacking(request, [transfer]).get(transfer.pk, 0)
    found["deeds"] = there
    if receipt is not None:
        found["receipt"] = offered(transfer, [RECEIPT], bound, file=receipt)["receipt"]
    if BUILD.is_open(transfer) and (transfer.sent_at is None or found["lacks"]) and not (mine and mine.is_at_work):
        assert transfer.child is not None  # noqa: S101  (asked by `_page`)
        found["undecided"] = undecided_concerns(request, transfer.child)
        if not found["undecided"]:
            found["build"] = offered(transfer, [BUILD], bound, transfer=transfer)["build"]
    if mine is not None and mine.is_ready:
        found["volumes"] = list(visible(request, FileVolume).filter(sending=mine).order_by("number"))
        found["hand_over"] = bound.get("hand_over") or hand_over_form(transfer, mine)
    return found


def _open_deeds(transfer: FileTransfer) -> list[Deed[FileTransfer]]:
    return [deed for deed in DEEDS.values() if deed.is_open(transfer)]


def hand_over_form(transfer: FileTransfer, file: FileSending, data: Any = None) -> HandOverForm:
    """The form that hands a file over, empty or with what was sent."""
    initial = {"deed": "hand_over"}
    return HandOverForm(data, auto_id="hand_over_%s", initial=initial, transfer=transfer, file=file)


def show_again(
    request: Request, transfer_id: UUID, form: HandOverForm, refusal: HarbourError | None = None
) -> HttpResponse:
    """The page with a hand-over that could not be taken."""
    found = read_transfer(request, transfer_id)
    return _page(request, found, {"hand_over": form}, status=refusal.status if refusal else 422, refusal=refusal)
