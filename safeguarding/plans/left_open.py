"""Which dates wait in plans that began with a concern? Whoever closes it is told once."""

from safeguarding.concerns.models import Concern
from safeguarding.concerns.services.whole import See
from safeguarding.dates import short_day

from .models import Step
from .services import work


def plan_dates(concern: Concern, see: See) -> list[str]:
    """Each in words, in the order of their days; what has no day last."""
    steps = work.by_day(work.waiting(see(Step)).filter(episode__began_with=concern))
    return [f"{one.title}, {short_day(one.happens_on)}" if one.happens_on else one.title for one in steps]
