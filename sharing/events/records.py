"""What must the rest of Harbour know of the law as a school reads it, of the address book, and of consents?"""

from safeguarding.records import Kind, Refused, declare

from .models import Consent, ConsentWording, LawConfirmed, LegalReason, Recipient, TransferTime

declare(LegalReason, LawConfirmed, TransferTime, Recipient, ConsentWording, kind=Kind.REFERENCE)
declare(
    Consent,
    called=("consent to sharing", "consents to sharing"),
    page="sharing_consent",
    searched=Refused("it says what somebody agreed to, and nothing of what happened"),
)
