"""What of retention does Harbour look at by itself, and when is it good?"""

from safeguarding.audit.reading import visible
from safeguarding.check_counts import Counted, Tally
from safeguarding.checks import Check, Found, Looker, State
from safeguarding.dates import as_day, counted, short_day

from .capabilities import RetentionCapability as C
from .models import DestructionItem, RetentionDate
from .services.leavers import Show, leavers, left_long_ago
from .services.scan import on_no_list
from .services.signs import to_decide


def _due(looker: Looker, tally: Tally) -> Found:
    if not tally.number or tally.oldest_day is None:
        return Found(State.GOOD, "None.", 0)
    since = short_day(tally.oldest_day, as_day(looker.at))
    return Found(State.LOOK, f"{counted(tally.number, 'record')}, the first due since {since}.", tally.number)


def _unstated(looker: Looker, tally: Tally) -> Found:
    if not tally.number or tally.oldest_day is None:
        return Found(State.GOOD, "None.", 0)
    since = short_day(tally.oldest_day, as_day(looker.at))
    return Found(State.LOOK, f"{counted(tally.number, 'child', 'children')}, the first left on {since}.", tally.number)


def _undecided(looker: Looker, tally: Tally) -> Found:
    if not tally.number:
        return Found(State.GOOD, "None.", 0)
    return Found(State.LOOK, f"{counted(tally.number, 'file')}, kept until somebody says it.", tally.number)


CHECKS = (
    Check(
        "long_rule",
        "Files to decide: the long rule for abuse",
        "A lead answers each sign of abuse, and says what becomes of our copy where the next school has the file.",
        Counted(lambda looker: to_decide(looker, looker.school_id), _undecided),
        sees=C.VIEW_RETENTION,
        url_name="retention",
        order=62,
    ),
    Check(
        "leavers",
        "Leavers with nothing stated after 20 school days",
        "Somebody confirms which school they went to, or a lead states that this was the last.",
        Counted(
            lambda looker: leavers(looker, looker.school_id, Show.UNSTATED).filter(
                child__left_on__lte=left_long_ago(looker.school_id, as_day(looker.at))
            ),
            _unstated,
            day="child__left_on",
        ),
        sees=C.VIEW_RETENTION,
        url_name="retention_left",
        order=61,
    ),
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
