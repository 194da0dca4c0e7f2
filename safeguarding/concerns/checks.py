"""What of concerns does Harbour look at by itself, and when is it good?

Each look counts what its reader may see, by the query set of the list in which it is put right.
"""

from datetime import timedelta

from django.db.models import Q

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.roles import Capability
from safeguarding.addresses import address_of
from safeguarding.audit.reading import visible
from safeguarding.check_counts import Counted, Tally
from safeguarding.checks import Check, Found, Looker, State
from safeguarding.dates import as_day, counted, full_moment, short_day

from .models import Action, Concern, Referral
from .services import reading, work
from .services.drafts import unsent_for_a_day
from .services.escalation import UNREAD_AFTER
from .services.list_filters import QUIET

_HOURS = UNREAD_AFTER // timedelta(hours=1)


def _in_list(status: str) -> str:
    return f"{address_of('concerns')}?status={status}"


def _too_long(looker: Looker) -> tuple[Q, ...]:
    since = SchoolCalendar.of(looker.school_id).hours_before(looker.at, UNREAD_AFTER)
    return (Q(logged_at__lte=since),)


def _unread(looker: Looker, tally: Tally) -> Found:
    [late] = tally.some
    address = _in_list(Concern.Status.NEW)
    if late and tally.oldest_at:
        oldest = f"The oldest was logged on {full_moment(tally.oldest_at)}."
        return Found(State.FIX, f"{counted(late, 'concern')} unread. {oldest}", late, address)
    if tally.number:
        return Found(State.GOOD, f"None; {tally.number} unread that {_have(tally.number)} time.", 0, address)
    return Found(State.GOOD, "Every concern has been read.", 0, address)


def _have(number: int) -> str:
    return "has" if number == 1 else "have"


def _quiet(looker: Looker, tally: Tally) -> Found:
    address = _in_list(QUIET)
    if tally.number and tally.oldest_at:
        oldest = f"The oldest was decided on {short_day(tally.oldest_at, as_day(looker.at))}."
        return Found(State.LOOK, f"{counted(tally.number, 'concern')}. {oldest}", tally.number, address)
    return Found(State.GOOD, "None.", 0, address)


def _actions(looker: Looker, tally: Tally) -> Found:
    """The list has what others have to do; one's own stand on one's own page."""
    nobodys, own = tally.some
    address = address_of("my_actions" if tally.number and own == tally.number else "actions_adrift")
    if not tally.number:
        return Found(State.GOOD, "None.", 0, address)
    parts = [counted(tally.number, "action")]
    parts += [f"{nobodys} with nobody who does {'it' if nobodys == 1 else 'them'}"] if nobodys else []
    parts += [f"{own} of your own"] if own else []
    return Found(State.FIX if nobodys else State.LOOK, f"{', '.join(parts)}.", tally.number, address)


def _referrals(looker: Looker, tally: Tally) -> Found:
    if tally.number and tally.oldest_day:
        days = counted((as_day(looker.at) - tally.oldest_day).days, "day")
        return Found(State.LOOK, f"{counted(tally.number, 'referral')}, the oldest {days} late.", tally.number)
    return Found(State.GOOD, "None.", 0)


def _drafts(looker: Looker) -> Found:
    """How many, and since when: never whose, nor what stands in them."""
    found = unsent_for_a_day(looker.school_id, at=looker.at, by=looker.user)
    if not found:
        return Found(State.GOOD, "None.", 0)
    oldest = short_day(found[0].started_at, as_day(looker.at))
    return Found(State.LOOK, f"{counted(len(found), 'draft')}, the oldest of {oldest}.", len(found))


CHECKS = (
    Check(
        "unread",
        f"Concerns unread for more than {_HOURS} school hours",
        "Somebody who decides opens each concern within a school day.",
        Counted(
            lambda looker: reading.unread(visible(looker, Concern).filter(school_id=looker.school_id)),
            _unread,
            some=_too_long,
            moment="logged_at",
        ),
        sees=Capability.VIEW_CONCERNS,
        url_name="concerns",
        order=10,
    ),
    Check(
        "quiet",
        f"Decided, without a review, and nothing for {reading.QUIET_AFTER} school days",
        "What is decided has a day on which somebody looks again, or is closed.",
        Counted(
            lambda looker: reading.quiet(visible(looker, Concern), looker.school_id, today=as_day(looker.at)),
            _quiet,
            moment="decided_at",
        ),
        sees=Capability.VIEW_CONCERNS,
        url_name="concerns",
        order=12,
    ),
    Check(
        "actions",
        "Actions late, or with nobody who does them",
        "Every action has somebody who works here, and no day has passed.",
        Counted(
            lambda looker: reading.undone(visible(looker, Action), looker.school_id, today=as_day(looker.at)),
            _actions,
            some=lambda looker: (Q(owner_gone=True), Q(owner=looker.user)),
        ),
        sees=Capability.VIEW_CONCERNS,
        url_name="actions_adrift",
        order=14,
    ),
    Check(
        "referrals",
        "Referrals without an answer",
        "Agencies answer by the day agreed, or are chased and a new day is agreed.",
        Counted(
            lambda looker: work.unanswered(visible(looker, Referral), looker.school_id, today=as_day(looker.at)),
            _referrals,
            day="answer_by",
        ),
        sees=Capability.VIEW_CONCERNS,
        url_name="answers_owed",
        order=16,
    ),
    Check(
        "drafts",
        "Reports begun a school day ago and not sent",
        "What a colleague begins is sent on the same school day.",
        _drafts,
        sees=Capability.DECIDE_CONCERNS,
        url_name="unsent_drafts",
        order=18,
    ),
)
