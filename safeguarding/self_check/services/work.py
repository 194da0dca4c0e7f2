"""Is what happens outside a request being done: are calls passed on, mail sent and events sealed?

Asked when a page is opened, because it would be the worker that says that it does not work.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from safeguarding.ages import has_passed, past
from safeguarding.audit.seals.standing import UNSEALED_SINCE, patience
from safeguarding.once import once
from safeguarding.prepared import prepared

# The beat asks every minute, and what waits for longer than that is dropped: some may be missed.
STOPPED = timedelta(minutes=5)


@dataclass(frozen=True)
class Work:
    """How it stands at `at`.

    `taken_at`: when the worker last took something in time; None where it never did, or nobody knows when.
    `unsealed_since`: since when an event has waited for longer than sealing takes.
    """

    at: datetime
    taken_at: datetime | None
    unsealed_since: datetime | None

    @property
    def is_taken(self) -> bool:
        """Whether the worker takes what there is to do."""
        return not has_passed(STOPPED, self.taken_at, self.at)

    @property
    def stopped_since(self) -> datetime | None:
        """Since when calls are not passed on, or may not be. None where all is well, and before anything was done."""
        return self.taken_at if self.taken_at and not self.is_taken else self.unsealed_since


def work_standing(*, at: datetime | None = None) -> Work:
    """One query, once a page."""
    return once("work", lambda: _read(at or timezone.now()))


def _read(at: datetime) -> Work:
    asked = f"SELECT (SELECT seen_at FROM self_check_queueseen), ({UNSEALED_SINCE})"  # noqa: S608  (a constant)
    [(seen_at, unsealed_since)] = prepared(asked, patience())
    return Work(at, past(seen_at, at), unsealed_since)
