"""What of the installation itself does Harbour look at: the queue, the disk, and whether a backup was ever put back?"""

from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from safeguarding import disk
from safeguarding.accounts.models import Term
from safeguarding.accounts.roles import Capability
from safeguarding.checks import Check, Found, Looker, State
from safeguarding.dates import counted, full_day, full_moment

from .models import RestoreDrill
from .services.work import work_standing

QUEUE = "queue"
# The beat asks every minute: more than one turn was missed.
SLOW = timedelta(minutes=3)
# Where no terms are entered; as for the review of access.
A_TERM = timedelta(days=120)
# Files and imports are refused below a tenth (`disk.LEAST_FREE`): it is said before.
LITTLE_FREE = 2 * disk.LEAST_FREE


def queue(looker: Looker) -> Found:
    """Whether the worker works, by what it last took in time, and by the seals that it makes. Calls, mail and
    reminders wait while it does not.
    """
    now = work_standing(at=looker.at)
    if now.taken_at is None:
        return Found(State.FIX, "The worker has taken nothing from the queue yet.")
    age = looker.at - now.taken_at
    minutes = max(0, int(age.total_seconds() // 60))
    if not now.is_taken:
        return Found(State.FIX, f"The worker has taken nothing in time for {_long(minutes)}.", minutes)
    if now.unsealed_since:
        return Found(State.FIX, f"No event has been sealed since {full_moment(now.unsealed_since)}.")
    if age >= SLOW:
        return Found(State.LOOK, f"The worker is {_long(minutes)} behind.", minutes)
    return Found(State.GOOD, "The worker takes what is to be done within minutes.", minutes)


def room(looker: Looker) -> Found:
    """The fullest disk of this machine; `number` is how much of it is free, in per cent."""
    free = disk.least_free()
    number = int(free * 100)
    if disk.is_full():
        return Found(State.FIX, "The disk is full: nothing more is taken.", number)
    if free < disk.LEAST_FREE:
        return Found(State.FIX, f"{number} per cent of the disk is free: no file can be attached.", number)
    if free < LITTLE_FREE:
        return Found(State.LOOK, f"{number} per cent of the disk is free. Below ten no file can be attached.", number)
    return Found(State.GOOD, f"{number} per cent of the disk is free.", number)


def restore_drill(looker: Looker) -> Found:
    """Good where it was tried since the term began, and everything was there; late after another term."""
    if settings.DEMO:
        return Found(State.NOT_SET_UP, "Practice is not backed up, so there is nothing to put back.")
    on = timezone.localdate(looker.at)
    last = RestoreDrill.objects.filter(tried_on__lte=on).order_by("-tried_on", "-noted_at").first()
    if last is None:
        return Found(State.FIX, "Nobody has noted yet that a backup was put back on trial.")
    day = full_day(last.tried_on)
    if last.came_back != RestoreDrill.Came.WHOLE:
        return Found(State.FIX, f"A backup was put back on trial on {day}, and not everything was there.")
    began, before = _terms(looker.school_id, on)
    if last.tried_on >= began:
        return Found(State.GOOD, f"A backup was put back on trial on {day}, and everything was there.")
    state = State.LOOK if last.tried_on >= before else State.FIX
    return Found(state, f"A backup was last put back on trial on {day}. It is due once a term.")


def _terms(school_id: UUID, on: date) -> tuple[date, date]:
    """The days on which this term and the one before began; without terms 120 days back, and twice that."""
    begun = Term.objects.filter(school_id=school_id, withdrawn_at=None, starts_on__lte=on).order_by("-starts_on")
    found = list(begun.values_list("starts_on", flat=True)[:2])
    began = found[0] if found else on - A_TERM
    return began, found[1] if len(found) > 1 else began - A_TERM


def _long(minutes: int) -> str:
    """6 minutes, 3 hours, 2 days."""
    if minutes < 120:
        return counted(minutes, "minute")
    return counted(minutes // 60, "hour") if minutes < 2880 else counted(minutes // 1440, "day")


_KEEPS = Capability.KEEP_KEYS.value
CHECKS = (
    Check(
        "restore_drill",
        "A backup put back on trial",
        "Once a term a backup is put back on another machine, and everything is there.",
        restore_drill,
        sees=_KEEPS,
        url_name="restore_drill",
        of_machine=True,
        each_school=True,
        order=66,
    ),
    Check(
        QUEUE,
        "Work in the background",
        "What is to be done is taken up within minutes.",
        queue,
        sees=_KEEPS,
        url_name="",
        of_machine=True,
        order=76,
    ),
    Check(
        "disk",
        "Room on the disk",
        "A fifth of the disk is free.",
        room,
        sees=_KEEPS,
        url_name="",
        of_machine=True,
        order=77,
    ),
)
