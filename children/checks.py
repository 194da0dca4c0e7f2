"""What of access to children, and of their list, does Harbour look at by itself, and when is it good?

Each look counts what its reader may see, by the query set of the list in which it is put right.
"""

from datetime import date
from functools import partial

from django.conf import settings
from django.db.models import Max, Q

from children.capabilities import ChildCapability
from children.models import EmergencyAccess, ImportRow, ImportRun
from children.services.sight import emergencies_to_see, undeclared
from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.roles import Capability
from safeguarding.audit.reading import visible
from safeguarding.check_counts import Counted, Tally
from safeguarding.checks import Check, Found, Looker, State
from safeguarding.dates import as_day, counted, short_day

# School days after which a list that has not come, or a row that waits, needs a look, and is to be put right.
AMBER_AFTER, RED_AFTER = 3, 7


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


def _last_list(looker: Looker) -> Found:
    """When the last list of the school arrived, where its own system sends them (`PUPIL_LIST_FOLDER`)."""
    runs = visible(looker, ImportRun).filter(school=looker.school_id, status=ImportRun.Status.CONFIRMED)
    arrived = runs.filter(is_partial=False).aggregate(newest=Max("received_at"))["newest"]
    if arrived is None:
        return Found(State.NOT_SET_UP, "No list of children has been imported yet.")
    today, day = as_day(looker.at), as_day(arrived)
    says = f"The last list arrived on {short_day(day, today)}."
    if settings.PUPIL_LIST_FOLDER is None:
        return Found(State.GOOD, says)
    return Found(_late(looker, day), says)


def _rows_to_decide(looker: Looker, tally: Tally) -> Found:
    if not tally.number or tally.oldest_at is None:
        return Found(State.GOOD, "No row waits.", 0)
    day = as_day(tally.oldest_at)
    says = f"{counted(tally.number, 'row')} to decide, the first since {short_day(day, as_day(looker.at))}."
    return Found(_late(looker, day), says, tally.number)


def _late(looker: Looker, day: date) -> State:
    """Green until three school days after a day, red after seven."""
    days = SchoolCalendar.of(looker.school_id).school_days_between(day, as_day(looker.at))
    return State.FIX if days > RED_AFTER else State.LOOK if days > AMBER_AFTER else State.GOOD


CHECKS = (
    Check(
        "list_of_children",
        "Last list of children",
        "The school’s own system sends its list every night.",
        _last_list,
        sees=ChildCapability.KEEP_CHILDREN,
        url_name="imports",
        order=34,
    ),
    Check(
        "rows_of_lists",
        "Rows of a list that nobody has decided about",
        "Somebody decides within three school days.",
        Counted(
            lambda looker: (
                visible(looker, ImportRow)
                .filter(school=looker.school_id, decision="", run__status=ImportRun.Status.CONFIRMED)
                .exclude(kind=ImportRow.Kind.REJECTED)
            ),
            _rows_to_decide,
            moment="run__confirmed_at",
        ),
        sees=ChildCapability.KEEP_CHILDREN,
        url_name="imports",
        order=35,
    ),
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
