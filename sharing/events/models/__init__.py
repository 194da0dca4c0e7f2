"""What goes outside, by which law, to whom, and who has agreed?

Five files: the law and its times, the address book, consents and their wordings, decisions to share, and what was
chosen for each with what came of it.
"""

from .consents import Consent, ConsentWording
from .followed import SharedItem, SharingStep
from .law import LawConfirmed, LegalReason, TransferTime
from .recipients import Recipient
from .shares import SHARED, WAITING, SharingEvent

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
