"""What of plans keeps a child's record from ending?"""

from safeguarding.ending.dates import since
from safeguarding.ending.reasons import keeps

from .models import Episode

keeps("keeps_open_plan", says="A plan or a status is open.", model=Episode)

since("looked_after", "since_looked_after", rests="rests_on_care", model=Episode)
since("plan_for_needs", "since_plan_for_needs", rests="rests_on_needs", model=Episode)
