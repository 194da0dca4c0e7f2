"""Which targets has the demo school set itself? Five, one of them raised at the start of this school year.

Not for agencies: the school has only begun to count those.
"""

from datetime import timedelta
from uuid import uuid4

from safeguarding.accounts.models import School
from safeguarding.demo.ground import Ground
from safeguarding.reports.models import Target
from safeguarding.reports.services.targets import set_target

_HEAD = "S01"
F = Target.Figure
# How many days ago, for which figure, and which.
_SET = (
    (420, F.READ, 90),
    (420, F.DECIDED, 90),
    (75, F.READ, 95),
    (75, F.ACTIONS_ON_TIME, 85),
    (75, F.ACTIONS_LATE, 3),
    (75, F.DATES_MISSED, 0),
)


def lay_targets(school: School, ground: Ground) -> None:
    """Each at its own moment, by the Headteacher: the oldest first."""
    head = ground.users[_HEAD]
    for days, figure, value in _SET:
        at = ground.now - timedelta(days=days)
        set_target(school=school, token=uuid4(), figure=figure, value=value, by=head, at=at)
