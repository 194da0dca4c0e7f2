"""How does sealing stand just now? What the page "Is the record whole?" shows."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from safeguarding.ages import has_passed
from safeguarding.audit.models import Checkpoint, SealState

from .findings import Verdict
from .models import AnchorPlace
from .notes import Checkpoint as Said
from .notes import NoteError, SignedNote

# The clock seals every minute. The verification, which says that a record is not whole, waits for longer.
LATE = timedelta(minutes=5)
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
    count, oldest = _waiting(said)
    return Standing(newest, state, count, _late_since(oldest, last, timezone.now()) is not None)


def unsealed_since(*, at: datetime) -> datetime | None:
    """Since when an event has waited for its seal, where that is longer than sealing takes. Two queries."""
    last = Checkpoint.objects.order_by("-number").first()
    said = _read(last)[0] if last else None
    # Nothing is sealed after a seal that cannot be read, and to look through every event for each page takes long.
    oldest = last.at if last and said is None else _waiting(said)[1]
    return _late_since(oldest, last, at)


def _late_since(oldest: datetime | None, last: Checkpoint | None, at: datetime) -> datetime | None:
    """Not while seals are made: an event that a clock has dated back waits for the next one as any other."""
    is_sealing = last is not None and not has_passed(LATE, last.at, at)
    return oldest if oldest and not is_sealing and at - oldest >= LATE else None


def _read(checkpoint: Checkpoint) -> tuple[Said | None, str]:
    """None for a seal that cannot be read: the verification tells of it."""
    try:
        note = SignedNote.parse(checkpoint.note)
        return Said.parse(note.body), note.signatures[0][1].hex()
    except NoteError:
        return None, ""


def _waiting(newest: Said | None) -> tuple[int, datetime | None]:
    """How many events have no seal, and when the first of them happened. Of the oldest thousand.

    What Harbour itself did while it was set up waits for the worker's first start: before the first seal only what
    somebody did counts as waiting.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), min(at) FILTER (WHERE %s OR actor_id IS NOT NULL) "
            "FROM (SELECT e.at, e.actor_id FROM audit_event e WHERE e.transaction_id >= %s::text::xid8 AND NOT EXISTS "
            "(SELECT FROM audit_leaf l WHERE l.event_id = e.id) "
            "ORDER BY e.transaction_id, e.id LIMIT %s) w",
            [newest is not None, str(newest.settled_before if newest else 0), MOST_COUNTED + 1],
        )
        count, oldest = cursor.fetchone()
    return count, oldest
