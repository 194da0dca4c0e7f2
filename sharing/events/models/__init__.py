"""What goes outside, by which law, to whom, and who has agreed?

Three files: the law and its times, the address book, consents and their wordings.
"""

from .consents import Consent, ConsentWording
from .law import LawConfirmed, LegalReason, TransferTime
from .recipients import Recipient

__all__ = ["Consent", "ConsentWording", "LawConfirmed", "LegalReason", "Recipient", "TransferTime"]
