"""What is said of the own copy as a file to the next school is settled, where the long rule for abuse may keep it?"""

from datetime import datetime
from uuid import UUID

from retention.capabilities import RetentionCapability as C
from retention.models import Statement
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import ensure
from sharing.transfers.models import FileTransfer
from sharing.transfers.services.receiving import when_settled

from .signs import answers, say_own_copy
from .statements import KEEPERS

_SAYS = {
    FileTransfer.OwnCopy.ENDS: Statement.Kind.OURS_ENDS,
    FileTransfer.OwnCopy.STAYS: Statement.Kind.OURS_STAYS,
}


@when_settled
def take_up(*, transfer: FileTransfer, token: UUID, own_copy: str, reason: str, by: User, at: datetime) -> None:
    """State it, as it would be under Retention. Who may not know of a sign on the file says nothing of it: then whoever
    may is asked there.

    Raises `NotAllowed`, `BadInput`.
    """
    kind, child = _SAYS.get(FileTransfer.OwnCopy(own_copy)), transfer.child
    if kind is None or child is None:
        return
    ensure(by, C.KEEP_RETENTION, transfer.school_id, KEEPERS)
    if answers(by, child):
        say_own_copy(child=child, token=token, kind=kind, reason=reason, by=by, at=at)
