"""Note that a backup was put back on trial."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import Capability, only_they
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, check
from safeguarding.self_check.models import RestoreDrill
from safeguarding.self_check.verbs import CheckVerb

_NOTERS = only_they(Capability.KEEP_KEYS, "of this school can note that a backup was put back")
SHOWN = 12


@transaction.atomic
def note_drill(
    *, by: User, school_id: UUID, tried_on: date, came_back: str, token: UUID, at: datetime | None = None
) -> RestoreDrill:
    """Somebody put a backup back on another machine. The same form sent twice is one.

    Raises `NotAllowed`, or `BadInput` for a day that has not come yet.
    """
    ensure(by, Capability.KEEP_KEYS, school_id, _NOTERS)
    if there := RestoreDrill.objects.filter(token=token, noted_by=by).first():
        return there
    if tried_on > timezone.localdate(at or timezone.now()):
        raise BadInput("The day on which it was tried has not come yet. Give the day on which you tried it.")
    drill = RestoreDrill(tried_on=tried_on, came_back=came_back, noted_by=by, token=token)
    check(drill)
    drill.save(force_insert=True)
    record(CheckVerb.NOTE_DRILL, drill, by=by, school_id=school_id, purpose=drill.came_back)
    return drill


def newest_drills() -> list[RestoreDrill]:
    """The last dozen, the newest first, with who noted them. One query."""
    return list(RestoreDrill.objects.select_related("noted_by").order_by("-tried_on", "-noted_at")[:SHOWN])
