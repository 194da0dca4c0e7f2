"""Look at everything of the machine, and keep what was found.

First everything is looked at, then all of it is written in one transaction: a run that is killed leaves what the last
one found. Two runs come to the same.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding import checks
from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import only_they
from safeguarding.audit.models import Outcome, Verb
from safeguarding.audit.services import record
from safeguarding.checks import INSTALLATION, Check, Found, Looker, State
from safeguarding.self_check.capabilities import CheckCapability
from safeguarding.self_check.models import CheckResult, QueueSeen

_ASKERS = only_they(CheckCapability.VIEW_CHECKS, "of this school can have Harbour look at itself")
_FAILED = "This could not be looked at. The log of Harbour says what went wrong."
_LONGEST = 300
_KEPT = ("state", "number", "says", "address", "looked_at")
logger = logging.getLogger("harbour.checks")


def look_now(*, by: User | None = None, school_id: UUID | None = None, at: datetime | None = None) -> int:
    """Look at everything of the machine: of the installation, and of each school or of the one given.

    `by` asks for it, at that school; None: the machine, every night. Returns how many are not good, of those that are
    set up. A check that raises is itself to be put right. Raises `NotAllowed`, before anything is looked at.
    """
    if by is not None:
        if school_id is None:
            raise ValueError("Say at which school this person asks.")
        ensure(by, CheckCapability.VIEW_CHECKS, school_id, _ASKERS)
    at = at or timezone.now()
    schools = [school_id] if school_id else list(School.objects.order_by("pk").values_list("pk", flat=True))
    rows = [
        _row(check, school, at)
        for check in checks.every(of_machine=True)
        for school in (schools if check.each_school else (None,))
    ]
    return _keep(rows, by)


def _row(check: Check, school_id: UUID | None, at: datetime) -> CheckResult:
    found = found_by(check, Looker(None, school_id or INSTALLATION, at))
    return CheckResult(
        check_key=check.key,
        school_id=school_id,
        state=found.state.value,
        number=found.number,
        says=found.says[:_LONGEST],
        address=found.address,
        looked_at=at,
    )


def found_by(check: Check, looker: Looker) -> Found:
    """What a check finds. One that raises is red.

    What it raised is in the log by its kind alone: its words may hold what they should not.
    """
    try:
        with transaction.atomic():  # an error of the database ends with this check
            return check.look(looker)
    except Exception as error:
        logger.error("the check %s could not look: %s", check.key, type(error).__name__)
        return Found(State.FIX, _FAILED)


@transaction.atomic
def _keep(rows: Iterable[CheckResult], by: User | None) -> int:
    """In one order, so that two runs wait for each other and never both."""
    rows = sorted(rows, key=lambda row: (row.check_key, str(row.school_id or "")))
    CheckResult.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["check_key", "school"], update_fields=list(_KEPT)
    )
    amiss = sum(row.state in (State.LOOK, State.FIX) for row in rows)
    record(
        Verb.VERIFY,
        by=by,
        object_type=str(CheckResult._meta.label_lower),
        count=amiss,
        purpose="self-check",
        outcome=Outcome.FAILED if amiss else Outcome.DONE,
    )
    return amiss


@transaction.atomic
def note_queue(*, at: datetime | None = None) -> None:
    """The worker has taken something from the queue in time. No event: every minute, and about nobody."""
    QueueSeen.objects.update_or_create(pk=QueueSeen.ONLY, defaults={"seen_at": at or timezone.now()})
