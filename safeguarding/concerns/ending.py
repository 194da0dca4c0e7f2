"""What of concerns keeps a child's record from ending?"""

from safeguarding.ending.dates import since
from safeguarding.ending.reasons import keeps, waits_fact

from .models import (
    Action,
    Chronicled,
    Concern,
    ConcernChild,
    Draft,
    Duty,
    Referral,
    SupportPlan,
    WithheldName,
)

keeps("keeps_open_concern", says="A concern is open.", model=Concern)
keeps("keeps_not_named", says="Nobody has said yet who a child in a concern is.", model=ConcernChild)
keeps("keeps_withheld", says="A lead has not decided yet whether a concern names this child.", model=WithheldName)
keeps("keeps_open_action", says="Something is still to be done.", model=Action)
keeps("keeps_open_referral", says="An agency has not answered a referral.", model=Referral)
keeps("keeps_open_duty", says="A duty in person is open.", model=Duty)
keeps("keeps_open_support", says="A plan of support is open.", model=SupportPlan)
keeps(waits_fact(Draft), says="A report is begun and not sent.", model=Draft)
keeps("keeps_entry", says="Something was entered in the last 12 months.", model=Chronicled, by="row")

since("abuse", "since_abuse", rests="rests_on_abuse", model=Concern)
