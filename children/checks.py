"""What of access to children does Harbour look at by itself, and when is it good?

Each look counts what its reader may see, by the query set of the list in which it is put right.
"""

from functools import partial

from django.db.models import Q

from children.models import EmergencyAccess
from children.services.sight import emergencies_to_see, undeclared
from safeguarding.accounts.roles import Capability
from safeguarding.audit.reading import visible
from safeguarding.check_counts import Counted, Tally
from safeguarding.checks import Check, Found, Looker, State
from safeguarding.dates import as_day, counted, short_day


def _emergencies(looker: Looker, tally: Tally) -> Found:
    [late] = tally.some
    today = as_day(looker.at)
    if not tally.number or tally.oldest_day is None:
        return Found(State.GOOD, "None waits to be reviewed.", 0)
    says = f"{tally.number} {'waits' if tally.number == 1 else 'wait'} to be reviewed"
    day = short_day(tally.oldest_day, today)
    if late:
        return Found(State.FIX, f"{says}, the first was due on {day}.", tally.number)
    return Found(State.LOOK, f"{says}, the first by {day}.", tally.number)


def _undeclared(looker: Looker, tally: Tally) -> Found:
    """Who has still time before the next review is told beside it."""
    [late] = tally.some
    still = tally.number - late
    if late:
        more = f" {still} more have time until the next review." if still else ""
        return Found(State.LOOK, f"{counted(late, 'person', 'people')}.{more}", late)
    if still:
        return Found(State.GOOD, f"None; {counted(still, 'person has', 'people have')} still to answer this year.", 0)
    return Found(State.GOOD, "Everybody has answered this school year.", 0)


CHECKS = (
    Check(
        "emergencies",
        "Emergency access that nobody has reviewed",
        "Somebody else looks at every emergency access within two school days.",
        Counted(
            lambda looker: emergencies_to_see(
                visible(looker, EmergencyAccess).filter(school_id=looker.school_id), reviewed=False
            ),
            _emergencies,
            some=lambda looker: (Q(review_by__lt=as_day(looker.at)),),
            day="review_by",
        ),
        sees=Capability.MANAGE_ACCESS,
        url_name="emergencies",
        order=30,
    ),
    Check(
        "conflicts",
        "Conflicts of interest not declared when access was reviewed",
        "Before access is reviewed, everybody has said whether they are close to a child here, and to which.",
        Counted(
            lambda looker: undeclared(partial(visible, looker), looker.school_id, on=as_day(looker.at)),
            _undeclared,
            some=lambda looker: (Q(is_past_review=True),),
        ),
        sees=Capability.MANAGE_ACCESS,
        url_name="conflicts",
        order=32,
    ),
)
