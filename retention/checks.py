"""What of retention does Harbour look at by itself, and when is it good?"""

from safeguarding.audit.reading import visible
from safeguarding.check_counts import Counted, Tally
from safeguarding.checks import Check, Found, Looker, State
from safeguarding.dates import as_day, counted, short_day

from .capabilities import RetentionCapability as C
from .models import DestructionItem, RetentionDate
from .services.scan import on_no_list


def _due(looker: Looker, tally: Tally) -> Found:
    if not tally.number or tally.oldest_day is None:
        return Found(State.GOOD, "None.", 0)
    since = short_day(tally.oldest_day, as_day(looker.at))
    return Found(State.LOOK, f"{counted(tally.number, 'record')}, the first due since {since}.", tally.number)


CHECKS = (
    Check(
        "destruction",
        "Records whose time is over, on no list",
        "What is due is put on a list, and two people decide whether it is destroyed.",
        Counted(
            lambda looker: on_no_list(
                visible(looker, RetentionDate).filter(school_id=looker.school_id), visible(looker, DestructionItem)
            ),
            _due,
            day="due_on",
        ),
        sees=C.VIEW_RETENTION,
        url_name="retention",
        order=60,
    ),
)
