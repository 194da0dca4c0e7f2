"""How does sealing stand just now? What the page "Is the record whole?" shows."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from safeguarding.ages import SLACK
from safeguarding.audit.models import Checkpoint, SealState
from safeguarding.prepared import prepared

from .findings import Verdict
from .models import AnchorPlace
from .notes import Checkpoint as Said
from .notes import NoteError, SignedNote

# The clock seals every minute. The verification, which says that a record is not whole, waits for longer.
LATE = timedelta(minutes=5)
# Since when an event has waited for its seal, where that is longer than sealing takes, by the clock of the
# database, which dates both; asked with `patience()`.
# Not while seals are made: an event that a clock has dated back waits for the next one as any other. Nothing is sealed
# after a seal that cannot be read. What Harbour itself did while it was set up waits for the worker’s first start:
# before the first seal only what somebody did counts.
UNSEALED_SINCE = r"""
SELECT CASE
    WHEN newest.at > now.at - %(late)s::interval AND newest.at <= now.at + %(slack)s::interval THEN NULL
    WHEN newest.number IS NOT NULL AND newest.low IS NULL THEN least(newest.at, now.at - %(late)s::interval)
    ELSE (
        SELECT nullif(least(min(waits.at), now.at - %(late)s::interval), now.at - %(late)s::interval) FROM (
            SELECT event.at FROM audit_event AS event
            WHERE event.transaction_id >= coalesce(newest.low, '0')
            AND (newest.number IS NOT NULL OR event.actor_id IS NOT NULL)
            AND NOT EXISTS (SELECT FROM audit_leaf AS leaf WHERE leaf.event_id = event.id)
            ORDER BY event.transaction_id, event.id LIMIT 1000
        ) AS waits
    )
END
FROM (SELECT clock_timestamp() AS at OFFSET 0) AS now LEFT JOIN (
    SELECT number, at, substring(note FROM '\n(?:settled|cut) (\d{1,19})\n')::xid8 AS low
    FROM audit_checkpoint ORDER BY number DESC LIMIT 1
) AS newest ON true
"""
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
    """Six queries, whatever the size of the record."""
    state = SealState.objects.first() or SealState()
    last = Checkpoint.objects.order_by("-number").first()
    said, key = _read(last) if last else (None, "")
    newest = (
        None
        if said is None
        else Newest(said.number, said.size, b64encode(said.root).decode(), said.at, said.origin, key)
    )
    is_late = unsealed_since() is not None
    return Standing(newest, state, _waiting(said.settled_before if said else 0), is_late)


def unsealed_since() -> datetime | None:
    """Since when an event has waited for its seal, where that is longer than sealing takes. One query."""
    [(since,)] = prepared(UNSEALED_SINCE, patience())
    return since


def patience() -> dict[str, timedelta]:
    """What `UNSEALED_SINCE` is asked with."""
    return {"late": LATE, "slack": SLACK}


def _read(checkpoint: Checkpoint) -> tuple[Said | None, str]:
    """None for a seal that cannot be read: the verification tells of it."""
    try:
        note = SignedNote.parse(checkpoint.note)
        return Said.parse(note.body), note.signatures[0][1].hex()
    except NoteError:
        return None, ""


def _waiting(low: int) -> int:
    """How many events have no seal, of the oldest thousand."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT FROM audit_event e WHERE e.transaction_id >= %s::text::xid8 AND NOT EXISTS "
            "(SELECT FROM audit_leaf l WHERE l.event_id = e.id) ORDER BY e.transaction_id, e.id LIMIT %s) w",
            [str(low), MOST_COUNTED + 1],
        )
        count: int = cursor.fetchone()[0]
    return count
