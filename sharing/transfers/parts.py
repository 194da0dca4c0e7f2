"""How are files to the next school told beyond a page? That and when they went, and what was said of it; the volumes
hold what the records themselves tell.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

from safeguarding.parts import as_declared, called, left_out, tell
from sharing.events.models import Recipient
from sharing.events.said_recipients import recipients_with, said

from .models import FileSending, FileTransfer, FileVolume, TransferNote


def _received(keys: Collection[UUID]) -> Iterable[str]:
    """The next schools to which these files went."""
    went = FileTransfer.objects.filter(pk__in=keys, sent_at__isnull=False).values_list("recipient", flat=True)
    return [said(one) for one in Recipient.objects.filter(pk__in=[key for key in went if key])]


recipients_with(FileTransfer, _received)
called(FileTransfer, lambda row: f"File to {row.destination}" if row.destination else "File to the next school")
tell(
    FileTransfer,
    title="File to the next school",
    blocks=as_declared(
        at="last_day", but=("due_on", "warn_on", "opened_at", "told_warn_for", "told_late_for", "revision")
    ),
)
tell(TransferNote, title="Note on the file to the next school", blocks=as_declared(at="happened_on", but=("made_at",)))
left_out(
    FileSending,
    because="It is how a file was built. That it went is told by the decision to share, what was in it by the records.",
)
left_out(FileVolume, because="It holds what the records tell, once more as a file.")
