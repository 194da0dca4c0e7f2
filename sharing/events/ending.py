"""What of sharing keeps a child's record from ending?"""

from safeguarding.ending.reasons import fills, keeps

from .models import Consent, SharingEvent

keeps("keeps_open_share", says="A decision to share is open.", model=SharingEvent)
fills("fills_share", says="There is a decision to share, or not to share.", model=SharingEvent)
fills("fills_consent", says="There is a consent.", model=Consent)
