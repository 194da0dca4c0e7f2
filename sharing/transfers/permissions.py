"""Who may see that a file follows a child, and who sends it?

Read aloud: *those who share see the files to the next school of their school, as far as they may read one entry of the
child's record: of a child whose only concern is shut to somebody there is no file for them. Leads and deputies send.
Only who asked for a file opens it, and until it has gone nobody else knows of it. Nobody sees anything of a child that
is hidden from them. Where nobody who shares may see a child, those who stand in do it.*
"""

from typing import Any

from django.db.models import Q

from children.permissions import out_of_sight
from safeguarding.accounts.permissions import may
from safeguarding.accounts.roles import only_they
from safeguarding.audit.protection import Rule, among, fact, may_view, rule
from safeguarding.exceptions import NotAllowed
from sharing.events.capabilities import SharingCapability as C
from sharing.events.permissions import children_shared_for

from .models import FileSending, FileTransfer, FileVolume, TransferNote

SENDERS = only_they(C.SEND_FILES)


@rule(FileTransfer)
def transfers_seen(me: Any) -> Rule:
    """Transfers, also where the child's record has ended: then there is no child any more that could be hidden."""
    ended = Q(child_id=None) & among("school_id", fact("schools_with", me, C.SHARE))
    return Rule(because={**_readers(me, "id"), "ended": ended}, never=_hidden_child(me))


@rule(TransferNote)
def notes_seen(me: Any) -> Rule:
    """What was said of it."""
    return Rule(because=_readers(me, "transfer_id"), never=out_of_sight(me, "child_id"))


@rule(FileSending)
def sendings_seen(me: Any) -> Rule:
    """Files that went, as the decisions to share as which they went; before that by who asked for it alone."""
    gone = Q(event_id__isnull=False)
    readers = _readers(me, "transfer_id")
    return Rule(
        because={
            "role": readers["role"] & gone & ~among("event_id", fact("shares_restricted", me)),
            "standing_in": readers["standing_in"] & gone,
            "builder": Q(asked_by=me) & (readers["role"] | readers["standing_in"]),
        },
        never=out_of_sight(me, "child_id") | (gone & among("event_id", fact("shares_hidden", me))),
    )


@rule(FileVolume)
def volumes_seen(me: Any) -> Rule:
    """What lies in the store: for whose sight made it, while they share there."""
    shares = among("school_id", fact("schools_with", me, C.SHARE)) | among("child_id", fact("sharing_standing_in", me))
    return Rule(because={"builder": Q(built_for=me) & shares}, never=out_of_sight(me, "child_id"))


def _readers(me: Any, transfer: str) -> dict[str, Q]:
    by_role = among("school_id", fact("schools_with", me, C.SHARE))
    return {
        "role": by_role & Q(child_id__isnull=False) & ~among(transfer, fact("transfers_shut", me)),
        "standing_in": among("child_id", fact("sharing_standing_in", me)),
    }


def _hidden_child(me: Any) -> Q:
    return Q(child_id__isnull=False) & out_of_sight(me, "child_id")


def may_send(user: Any, transfer: FileTransfer) -> bool:
    """Who confirms where a file goes, has it built and sends it."""
    return may_send_of(user, transfer.school_id, transfer.child_id)


def may_send_of(user: Any, school_id: Any, child_id: Any) -> bool:
    """The same of a child."""
    return may(user, C.SEND_FILES, school_id) or (child_id is not None and child_id in children_shared_for(user))


def ensure_sends(by: Any, transfer: FileTransfer) -> None:
    """Raise `NotAllowed` unless `by` sends the files of this school, and sees this one."""
    if not may_send(by, transfer) or not may_view(by, transfer):
        raise NotAllowed(SENDERS)
