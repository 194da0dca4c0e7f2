"""How does sealing stand just now? What the page "Is the record whole?" shows."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from safeguarding.audit.models import Checkpoint, SealState

from .checking import PATIENCE
from .findings import Verdict
from .models import AnchorPlace
from .notes import Checkpoint as Said
from .notes import NoteError, SignedNote

# So many waiting events are counted; more are "more than".
MOST_COUNTED = 999


@dataclass(frozen=True)
class Newest:
    """The newest seal. `key` names the key that signed it."""

    number: int
    size: int
    root: str
    at: datetime
    origin: str
    key: str


@dataclass(frozen=True)
class Standing:
    newest: Newest | None
    state: SealState
    waiting: int
    # Events have waited for longer than sealing takes.
    is_late: bool

    @property
    def verdict(self) -> Verdict | None:
        return None if self.state.verdict is None else Verdict(self.state.verdict)

    @property
    def place(self) -> AnchorPlace | None:
        """Where the anchors lie; None before the first is written."""
        return AnchorPlace(self.state.anchor_place) if self.state.anchor_place else None

    @property
    def is_anchored(self) -> bool:
        """Whether the newest seal has been written outside the database."""
        return self.newest is None or self.state.anchored_number >= self.newest.number


def standing() -> Standing:
    """Five queries, whatever the size of the record."""
    state = SealState.objects.first() or SealState()
    last = Checkpoint.objects.order_by("-number").first()
    said, key = _read(last) if last else (None, "")
    newest = (
        None
        if said is None
        else Newest(said.number, said.size, b64encode(said.root).decode(), said.at, said.origin, key)
    )
    count, is_late = _waiting(said.settled_before if said else 0)
    return Standing(newest, state, count, is_late)


def _read(checkpoint: Checkpoint) -> tuple[Said | None, str]:
    """None for a seal that cannot be read: the verification tells of it."""
    try:
        note = SignedNote.parse(checkpoint.note)
        return Said.parse(note.body), note.signatures[0][1].hex()
    except NoteError:
        return None, ""


def _waiting(low: int) -> tuple[int, bool]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(min(at) < clock_timestamp() - make_interval(secs => %s), false) "
            "FROM (SELECT e.at FROM audit_event e "
            "WHERE e.transaction_id >= %s::text::xid8 AND NOT EXISTS (SELECT FROM audit_leaf l WHERE "
            "l.event_id = e.id) "
            "ORDER BY e.transaction_id, e.id LIMIT %s) w",
            [PATIENCE.total_seconds(), str(low), MOST_COUNTED + 1],
        )
        count, is_late = cursor.fetchone()
    return count, is_late
