"""Record that the next school has received the file: by hand, or by the receipt that it signed; then settle it."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, OutOfTurn
from sharing.events.models import SharingEvent
from sharing.events.services.checking import Problems, raise_first
from sharing.events.services.following import Happened
from sharing.events.services.receiving import record_received
from sharing.transfer_file.json_text import BadFile
from sharing.transfer_file.receipts import Receipt
from sharing.transfers.lifecycles import transfer_life
from sharing.transfers.models import FileSending, FileTransfer, TransferNote

from .confirming import Noted, add_note, hold, is_noted

S, E = FileTransfer.Status, SharingEvent.Status
BY_LONG_RULE = (FileTransfer.OwnCopy.ENDS, FileTransfer.OwnCopy.STAYS)
# A receipt is a few lines and a signature.
LARGEST_RECEIPT = 20_000
_OTHER_FILE = "This is the receipt of another file. Ask the other school for the one of this file."
_OTHER_CONTENT = (
    "This receipt is of a file with other contents than were sent. Ask the other school what they have received."
)
_OTHER_DAY = "This receipt is of a day to come, or before this file was built. Telephone the school that it names."
_UNSENT = "This file has not been sent, or its receipt is on record already."
_NOT_ALL = "Not everything that was sent was received. Ask after it, or record its receipt, and settle it then."


@transaction.atomic
def receive_file(
    *, sending: FileSending, token: UUID, happened: Happened, by: User, at: datetime | None = None
) -> FileSending:
    """Somebody there has confirmed it: name, role, time. The same form again records it once.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn`.
    """
    held = _sent(sending, by=by)
    assert held.event is not None  # noqa: S101  (asked by `_sent`)
    record_received(event=held.event, token=token, happened=happened, by=by, at=at)
    return held


def read_receipt(sending: FileSending, content: bytes) -> tuple[Receipt, str]:
    """The receipt of this file, and the public key that signed it. Raises `BadInput` for any other text.

    Whose key that is, a call says: anybody who has the file can make a key.
    """
    try:
        if len(content) > LARGEST_RECEIPT:
            raise BadFile("This is too large for a receipt.")
        said, signed = Receipt.read(content.decode("utf-8"))
    except (BadFile, UnicodeDecodeError) as problem:
        raise BadInput(str(problem) if isinstance(problem, BadFile) else "This is no text, and no receipt.") from None
    if said.file != sending.pk:
        raise BadInput(_OTHER_FILE)
    if said.manifest != sending.manifest_digest:
        raise BadInput(_OTHER_CONTENT)
    first = timezone.localdate(sending.built_at) if sending.built_at else said.day
    if not first <= said.day <= timezone.localdate():
        raise BadInput(_OTHER_DAY)
    return said, str(signed.key)


@transaction.atomic
def take_receipt(
    *, sending: FileSending, token: UUID, content: bytes, by: User, at: datetime | None = None
) -> FileSending:
    """The signed receipt, of this file and of these contents. It is kept; where nobody has recorded the receipt before,
    it is that. The same form again takes it once.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn`.
    """
    at = at or timezone.now()
    held = _sent(sending, by=by)
    said, key = read_receipt(held, content)
    if held.receipt:
        return held
    held.receipt, held.receipt_key = content.decode("utf-8"), key
    held.save(update_fields=["receipt", "receipt_key"])
    record(Verb.ADD, held, by=by, purpose="signed receipt")
    event = held.event
    assert event is not None  # noqa: S101  (asked by `_sent`)
    if event.status == E.SENT:
        text = f"Signed receipt of {said.day:%-d %B %Y}, with the key {key}."
        happened = Happened(at, person=f"{said.school}, by its signed receipt", text=text)
        record_received(event=event, token=token, happened=happened, by=by, at=at)
    return held


def _sent(sending: FileSending, *, by: User) -> FileSending:
    hold(sending.transfer, None, by=by)
    held = FileSending.objects.select_for_update(of=("self",)).select_related("event").get(pk=sending.pk)
    if held.event is None:
        raise OutOfTurn(_UNSENT)
    return held


# Called with the transfer, the form's token, what becomes of the own copy, why, who says so, and when.
Settling = Callable[..., object]
_when_settled: list[Settling] = []


def when_settled(function: Settling) -> Settling:
    """Let an app take up what was said of the own copy, in the same transaction. It may refuse."""
    _when_settled.append(function)
    return function


def settle_problems(own_copy: str, text: str) -> Problems:
    """Why it cannot be settled like this. Empty when it can."""
    if own_copy not in FileTransfer.OwnCopy:
        return {"own_copy": "Say what becomes of the school’s own copy"}
    if own_copy in BY_LONG_RULE and not text.strip():
        return {"text": "Say why: whoever approves its destruction reads it"}
    return {}


@transaction.atomic
def settle_transfer(
    *, transfer: FileTransfer, seen: int, token: UUID, own_copy: str, text: str, by: User, at: datetime | None = None
) -> FileTransfer:
    """All of it was received, and it is decided what becomes of the own copy; retention carries that out. The same form
    again settles it once.

    Raises `NotAllowed`, `BadInput`, `ChangedSince`, also where retention refuses what is said of the own copy;
    `OutOfTurn` while something that was sent was not received.
    """
    at = at or timezone.now()
    is_kept = is_noted(token, transfer, by=by) or not text.strip()
    if is_kept and (transfer.settled_by_id, transfer.own_copy) == (by.pk, own_copy):
        return transfer
    held = hold(transfer, seen, by=by)
    raise_first(settle_problems(own_copy, text))
    if FileSending.objects.filter(transfer=held, event__status=E.SENT).exists():
        raise OutOfTurn(_NOT_ALL)
    done = transfer_life.perform("settle", held, by=by, at=at, own_copy=own_copy)
    if text.strip():
        noted = Noted(text, timezone.localdate(at))
        add_note(done, TransferNote.Kind.SETTLED, noted, token=token, by=by, at=at)
    for following in _when_settled:
        following(transfer=done, token=token, own_copy=own_copy, reason=text, by=by, at=at)
    return done


# --- what else happens where the decision as which it went is followed


def was_received(event: SharingEvent, by: User, at: datetime) -> None:
    """The file was received; an addition changes nothing of how the transfer stands."""
    sending = FileSending.objects.filter(event=event).select_related("transfer").first()
    if sending is not None and not sending.is_addition and sending.transfer.status == S.SENT:
        transfer_life.perform("receive", sending.transfer, by=by, at=at)


def was_asked_back(event: SharingEvent, by: User, at: datetime) -> None:
    """The file went to the wrong school, or should not have gone like this: it is to be sent again."""
    sending = FileSending.objects.filter(event=event).select_related("transfer").first()
    if sending is None or sending.is_addition or sending.transfer.status not in (S.SENT, S.RECEIVED):
        return
    empty = {f"{fact}_{end}": None for fact in ("sent", "received") for end in ("at", "by")}
    transfer_life.perform("send_again", sending.transfer, by=by, at=at, **empty)
