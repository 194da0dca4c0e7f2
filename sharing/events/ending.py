"""What of sharing keeps a child's record from ending?"""

from safeguarding.ending.kinds import period
from safeguarding.ending.reasons import fills, keeps, waits_fact

from .models import Consent, SharingEvent

period(
    "consent",
    Consent,
    rules={"R15": "consent_over"},
    called=("Consent", "Consents"),
    child="child",
    plain=True,
)
keeps(waits_fact(SharingEvent), says="Something was shared on this consent.", model=SharingEvent, of=("consent",))
keeps("keeps_open_share", says="A decision to share is open.", model=SharingEvent, of=("child_file",))
fills("fills_share", says="There is a decision to share, or not to share.", model=SharingEvent)
fills("fills_consent", says="There is a consent.", model=Consent)
