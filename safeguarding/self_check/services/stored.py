"""What did the machine find when it last looked at itself?

Whether the worker works is asked now: it would be the worker that stores that it does not.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import CharField, PositiveIntegerField, Q, Value
from django.db.models.functions import Cast
from django.utils import timezone

from safeguarding import checks
from safeguarding.checks import Found, State
from safeguarding.self_check.machine import QUEUE, queue_seen
from safeguarding.self_check.models import CheckResult, QueueSeen


@dataclass(frozen=True)
class StoredFound:
    """What was found, and when."""

    found: Found
    at: datetime


# As an answer of the table of results has them; with no state, it is when the worker last took something.
_COLUMNS = ("check_key", "state", "number", "says", "address")
_WHEN_SEEN = {
    "check_key": Value(QUEUE, CharField()),
    "state": Value("", CharField()),
    "number": Cast(Value(None), PositiveIntegerField()),
    "says": Value("", CharField()),
    "address": Value("", CharField()),
}


def latest(school_id: UUID, *, at: datetime | None = None) -> dict[str, StoredFound]:
    """The newest result of each check of the machine, by its key: those of the school and of the installation.

    A check that has not been looked at yet is missing; so is one that is registered no more. One query.
    """
    at = at or timezone.now()
    known = {check.key for check in checks.every(of_machine=True)}
    results = CheckResult.objects.filter(Q(school_id=school_id) | Q(school_id=None), check_key__in=known)
    taken = QueueSeen.objects.annotate(**_WHEN_SEEN).values_list(*_COLUMNS, "seen_at")
    found, seen_at = {}, None
    for key, state, number, says, address, moment in results.values_list(*_COLUMNS, "looked_at").union(taken, all=True):
        if state:
            found[key] = StoredFound(Found(State(state), says, number, address), moment)
        else:
            seen_at = moment
    if QUEUE in known:
        found[QUEUE] = StoredFound(queue_seen(seen_at, at), at)
    return found
