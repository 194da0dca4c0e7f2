"""What must the rest of Harbour know of the law as a school reads it, of the address book, of consents and
decisions to share?
"""

from safeguarding.records import Kind, Refused, declare

from .models import (
    Consent,
    ConsentWording,
    LawConfirmed,
    LegalReason,
    Recipient,
    SharedItem,
    SharingEvent,
    SharingStep,
    TransferTime,
)

_BY_NUMBER = Refused("what went outside is found by its number, and in the register of it")

declare(LegalReason, LawConfirmed, TransferTime, Recipient, ConsentWording, kind=Kind.REFERENCE)
declare(
    Consent,
    called=("consent to sharing", "consents to sharing"),
    page="sharing_consent",
    searched=Refused("it says what somebody agreed to, and nothing of what happened"),
)
declare(
    SharingEvent,
    called=("decision to share", "decisions to share"),
    page="share",
    searched=_BY_NUMBER,
    read_by=("files",),
    needed_by=("receipts of sharing",),
)
declare(
    SharedItem,
    called=("record that was shared", "records that were shared"),
    searched=_BY_NUMBER,
    part_of="event",
)
declare(
    SharingStep,
    called=("step of a decision to share", "steps of decisions to share"),
    searched=_BY_NUMBER,
    part_of="event",
)
