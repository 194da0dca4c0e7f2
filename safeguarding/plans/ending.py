"""What of plans keeps a child's record from ending?"""

from safeguarding.ending.reasons import keeps

from .models import Episode

keeps("keeps_open_plan", says="A plan or a status is open.", model=Episode)
