"""What did the machine find when it last looked at itself?"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from safeguarding.checks import Found, State
from safeguarding.self_check.models import CheckResult


@dataclass(frozen=True)
class StoredFound:
    """What was found, and when."""

    found: Found
    at: datetime


def latest(school_id: UUID) -> dict[str, StoredFound]:
    """The newest result of each check of the machine, by its key: those of the school and of the installation.

    A check that has not been looked at yet is missing. One query.
    """
    rows = CheckResult.objects.filter(Q(school_id=school_id) | Q(school_id=None))
    return {
        row.check_key: StoredFound(Found(State(row.state), row.says, row.number, row.address), row.looked_at)
        for row in rows
    }
