"""What of retention keeps a record from ending?"""

from safeguarding.ending.reasons import keeps

from .models import LegalHold, RetentionDate

keeps("keeps_hold", says="A hold keeps this record.", model=LegalHold)
keeps("keeps_changed_date", says="Its date or its rule changed in the last 30 days.", model=RetentionDate)
keeps("keeps_not_due", says="Its time is not over.", model=RetentionDate, is_open=True)
