"""What of sharing keeps a child's record from ending?"""

from safeguarding.ending.reasons import keeps

from .models import SharingEvent

keeps("keeps_open_share", says="A decision to share is open.", model=SharingEvent)
