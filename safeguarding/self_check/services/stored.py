"""What did the machine find when it last looked at itself?

Whether the worker works is asked now: it would be the worker that stores that it does not.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from safeguarding import checks
from safeguarding.checks import INSTALLATION, Found, Looker, State
from safeguarding.self_check.machine import QUEUE, queue
from safeguarding.self_check.models import CheckResult


@dataclass(frozen=True)
class StoredFound:
    """What was found, and when."""

    found: Found
    at: datetime


def latest(school_id: UUID, *, at: datetime | None = None) -> dict[str, StoredFound]:
    """The newest result of each check of the machine, by its key: those of the school and of the installation.

    A check that has not been looked at yet is missing; so is one that is registered no more. One query, and those of
    the worker.
    """
    at = at or timezone.now()
    machine = {check.key: check for check in checks.every(of_machine=True)}
    rows = CheckResult.objects.filter(Q(school_id=school_id) | Q(school_id=None), check_key__in=machine)
    found = {
        row.check_key: StoredFound(Found(State(row.state), row.says, row.number, row.address), row.looked_at)
        for row in rows
    }
    if QUEUE in machine:
        found[QUEUE] = StoredFound(queue(Looker(None, INSTALLATION, at)), at)
    return found
