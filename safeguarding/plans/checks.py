"""What of plans and dates does Harbour look at by itself, and when is it good?"""

from safeguarding.addresses import address_of
from safeguarding.audit.reading import visible
from safeguarding.check_counts import Counted, Tally
from safeguarding.checks import Check, Found, Looker, State
from safeguarding.dates import as_day, counted

from .capabilities import PlanCapability as C
from .models import Step
from .services import work


def _dates(looker: Looker, tally: Tally) -> Found:
    """Children, not dates: one child may have several."""
    [own] = tally.some
    address = f"{address_of('plans')}?late=on"
    if not tally.number or tally.oldest_day is None:
        return Found(State.GOOD, "None.", 0, address)
    late = counted((as_day(looker.at) - tally.oldest_day).days, "day")
    says = f"{counted(tally.number, 'child', 'children')}, the oldest date {late} late."
    if own:
        return Found(State.FIX, f"{says} Of {own} the late work is the school’s own.", tally.number, address)
    return Found(State.LOOK, f"{says} Others are to be chased.", tally.number, address)


CHECKS = (
    Check(
        "plan_dates",
        "Children with a plan whose next date has passed",
        "Every date of a plan is held by its day, or a new one is agreed.",
        Counted(
            lambda looker: work.since_when(work.late(visible(looker, Step), looker.school_id)),
            _dates,
            some=lambda looker: (work.OURS,),
            day="late_on",
            of="child",
        ),
        sees=C.VIEW_PLAN_BADGES,
        url_name="plans",
        order=20,
    ),
)
