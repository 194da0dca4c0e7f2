"""What do files to the next school put into a child's chronology? That one is not sent, and why. That one went is told
by the decision to share as which it went.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.urls import reverse

from children.models import Child
from safeguarding.accounts.titles import Titles, with_names
from safeguarding.audit.by_keys import ByKeys
from safeguarding.audit.reading import visible
from safeguarding.concerns.chronology import Entry, Source, When
from safeguarding.concerns.entries.full import in_full
from safeguarding.concerns.places import Row
from safeguarding.http import Request

from .models import FileTransfer, TransferNote

KIND = "outside"
_placed = ByKeys[FileTransfer](
    lambda asked: (
        visible(asked, FileTransfer)
        .filter(asked.of("child_id"), stopped_at__isnull=False)
        .only("id", "child_id", "stopped_at")
    )
)
_told = ByKeys[FileTransfer](lambda asked: with_names(visible(asked, FileTransfer).filter(asked.of()), "stopped_by"))
# Why it is not sent, the last of each transfer the newest: it may be taken up again.
_why = ByKeys[TransferNote](
    lambda asked: (
        visible(asked, TransferNote)
        .filter(asked.of("transfer_id"), kind=TransferNote.Kind.STOPPED)
        .order_by("made_at", "pk")
    )
)


def _stopped(request: Request, children: Sequence[Child]) -> list[Row]:
    # Most children are here, and of them nothing is asked.
    left = [child.pk for child in children if child.left_on]
    return [
        Row(one.stopped_at, one.pk, "file_not_sent", None, one.child_id)
        for one in _placed(request, left)
        if one.stopped_at
    ]


def _tell_stopped(request: Request, when: When, titles: Titles) -> Mapping[UUID, Entry]:
    transfers = _told(request, when)
    why = {note.transfer_id: note for note in _why(request, [one.pk for one in transfers])}
    return {
        one.pk: Entry(
            at=when[one.pk],
            title="File to the next school: not to be sent",
            sentence=f"{one.get_because_display()}.",
            source=f"decided by {titles.of(one.stopped_by, one.stopped_at)}",
            icon="out",
            link=reverse("transfer", args=[one.pk]),
            substance=in_full(
                ("", f"{one.get_because_display()}."),
                *([("", why[one.pk].text), ("Spoken to", why[one.pk].person)] if one.pk in why else []),
            ),
        )
        for one in transfers
        if one.stopped_at
    }


SOURCES = (Source("file_not_sent", KIND, _tell_stopped, rows=_stopped),)
