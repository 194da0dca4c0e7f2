"""How is a consent told beyond a page?"""

from safeguarding.parts import as_declared, called, tell

from .models import Consent, ConsentWording, Recipient

called(ConsentWording, lambda row: row.called)
called(Recipient, lambda row: row.called)
tell(Consent, title="Consent to sharing", blocks=as_declared(at="answered_on", but=("recorded_at", "withdrawn_at")))
