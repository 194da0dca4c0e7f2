"""How concerns about adults are raised, worked and closed in these tests: by the services that their pages call."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.adults.models import StaffConcern, StaffEntry
from safeguarding.adults.services import working
from safeguarding.adults.services.raising import Telling, raise_staff_concern
from safeguarding.keys import uuid7

from .conftest import Office

K = StaffEntry.Kind
# Days until pension age, which is more than ten years.
PENSION_IN = 4200


def lay_concern(place: Office, *, threshold: str = "harm", by: User | None = None, **who: Any) -> StaffConcern:
    """Raised by the assistant, about the teacher unless it is said otherwise; read and assessed."""
    telling = Telling(raised_as=threshold, facts="He shouted.", **(who or {"user": place.room.teacher}))
    words = raise_staff_concern(token=uuid7(), school=place.school, telling=telling, by=place.room.assistant)
    by = by or place.room.headteacher
    concern = working.open_staff_concern(concern=StaffConcern.objects.get(pk=words.staff_concern_id), by=by)
    said = {"seen": concern.revision, "threshold": threshold, "reason": "As told.", "by": by}
    return working.assess(concern=concern, token=uuid7(), **said)


def add(concern: StaffConcern, kind: str, by: User, on: date | None = None) -> StaffEntry:
    given = {"on": on or timezone.localdate(), "who": "The LADO", "ruling": "considered", "text": "Said and done."}
    entry = working.Entry(kind, **{"text": ""} | {name: given[name] for name in working.NEEDS[kind]})
    return working.add_entry(concern=concern, token=uuid7(), entry=entry, by=by)


def end(concern: StaffConcern, outcome: str, *kinds: str, by: User) -> StaffConcern:
    """Its outcome, what has to be on record with it, and that it is closed."""
    needed = (K.LADO, K.POLICE, K.DBS) if concern.is_harm else ()
    for kind in (*needed, *kinds):
        add(concern, kind, by)
    concern.refresh_from_db()
    said = {"seen": concern.revision, "outcome": outcome, "reason": "As found.", "by": by}
    concern = working.record_outcome(concern=concern, token=uuid7(), **said)
    return working.close_staff_concern(concern=concern, token=uuid7(), seen=concern.revision, reason="Done.", by=by)


def end_substantiated(place: Office, concern: StaffConcern, by: User | None = None) -> None:
    """Substantiated, closed; its reader records when the adult reaches pension age."""
    by = by or place.room.headteacher
    closed = end(concern, "substantiated", by=by)
    add(closed, K.PENSION, by, timezone.localdate() + timedelta(days=PENSION_IN))
