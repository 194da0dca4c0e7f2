"""Record that a file of a child has come from another school on paper, on a stick or by e-mail."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput
from safeguarding.turns import wait_for
from sharing.received.models import LONGEST_SENDER, FileReceived
from sharing.received.permissions import ensure_records
from sharing.received.verbs import ReceivedVerb

LONGEST = 2000
# A file that Harbour made is opened, and not written down.
WAYS = [one for one in FileReceived.How if one != FileReceived.How.HARBOUR]


@dataclass(frozen=True)
class Came:
    """Which school sent it, how and when it came, what it is and where it is kept."""

    sender: str
    how: str
    came_on: date | None
    content: str


def came_problems(came: Came, *, today: date) -> dict[str, str]:
    """Field name to sentence, without its full stop, for what is missing."""
    found = {}
    if not came.sender.strip() or len(came.sender) > LONGEST_SENDER:
        found["sender"] = "Enter the school that sent it"
    if came.how not in WAYS:
        found["how"] = "Choose how it came"
    if came.came_on is None or came.came_on > today:
        found["came_on"] = "Enter the day on which it came, today or before"
    if not came.content.strip() or len(came.content) > LONGEST:
        found["content"] = "Write what came, and where it is kept"
    return found


@transaction.atomic
def record_received(*, child: Child, token: UUID, came: Came, by: User, at: datetime | None = None) -> FileReceived:
    """Put on the record that it came. The same form again records it once. Raises `NotAllowed`, `BadInput`."""
    ensure_records(by, child)
    at = at or timezone.now()
    wait_for(token)
    if (there := FileReceived.objects.filter(token=token, received_by=by).first()) is not None:
        return there
    for problem in came_problems(came, today=timezone.localdate(at)).values():
        raise BadInput(f"{problem}.")
    made = FileReceived(
        child=child,
        school_id=child.school_id,
        token=token,
        how=came.how,
        sender=" ".join(came.sender.split()),
        came_on=came.came_on or timezone.localdate(at),
        content=came.content.strip(),
        received_at=at,
        received_by=by,
    )
    made.save(force_insert=True)
    record(ReceivedVerb.RECEIVE, made, by=by, purpose=came.how)
    return made
