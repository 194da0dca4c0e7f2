"""Confirm by telephone that the key which signed a file is that of the school it names."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.services import earlier
from safeguarding.dates import full_day
from safeguarding.exceptions import BadInput, OutOfTurn
from sharing.received.models import FileReceived
from sharing.received.permissions import ensure_opens

LONGEST = 200


@dataclass(frozen=True)
class Call:
    """Who confirmed it there, on which day, and where the number was found that was rung."""

    spoke_to: str
    called_on: date | None
    number_from: str


def call_problems(received: FileReceived, call: Call, *, today: date) -> dict[str, str]:
    """Field name to sentence, without its full stop, for what a call lacks."""
    found = {}
    if not call.spoke_to.strip() or len(call.spoke_to) > LONGEST:
        found["spoke_to"] = "Enter who confirmed it there, with their role"
    if call.called_on is None or not received.came_on <= call.called_on <= today:
        found["called_on"] = f"Enter the day of the call, from {full_day(received.came_on)} until today"
    if call.number_from not in FileReceived.NumberFrom:
        found["number_from"] = "Choose where the number was found"
    return found


@transaction.atomic
def confirm_sender(*, received: FileReceived, call: Call, by: User, at: datetime | None = None) -> FileReceived:
    """Somebody has telephoned the school: the key is theirs, and the file may be read. A further file of that school
    with the same key needs no call.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn` where nothing waits for it any more.
    """
    ensure_opens(by, received.school_id)
    at = at or timezone.now()
    held = FileReceived.objects.select_for_update(of=("self",)).select_related("batch").get(pk=received.pk)
    if held.batch is None or not held.waits_for_call:
        raise OutOfTurn("Nobody waits for this call any more. Open the file again to see how it stands.")
    for problem in call_problems(held, call, today=timezone.localdate(at)).values():
        raise BadInput(f"{problem}.")
    held.spoke_to, held.called_on, held.number_from = call.spoke_to.strip(), call.called_on, call.number_from
    held.confirmed_at, held.confirmed_by = at, by
    held.save(update_fields=["spoke_to", "called_on", "number_from", "confirmed_at", "confirmed_by"])
    record(Verb.CONFIRM, held, by=by, purpose="key of the sender")
    held.batch = earlier.release_batch(batch=held.batch, by=by)
    return held
