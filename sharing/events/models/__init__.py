"""What goes outside, by which law, to whom, and who has agreed?

Four files: the law and its times, the address book, consents and their wordings, decisions to share with what came of
them.
"""

from .consents import Consent, ConsentWording
from .law import LawConfirmed, LegalReason, TransferTime
from .recipients import Recipient
from .shares import SHARED, WAITING, SharedItem, SharingEvent, SharingStep

__all__ = [
    "SHARED",
    "WAITING",
    "Consent",
    "ConsentWording",
    "LawConfirmed",
    "LegalReason",
    "Recipient",
    "SharedItem",
    "SharingEvent",
    "SharingStep",
    "TransferTime",
]
