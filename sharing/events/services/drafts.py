"""How is a draft held while somebody writes it, and what goes when a decision becomes one again?"""

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from safeguarding.accounts.models import User
from safeguarding.accounts.services import settle_notices
from safeguarding.exceptions import ChangedSince, OutOfTurn
from safeguarding.sealing import files
from sharing.events.models import SharingEvent
from sharing.events.notice_kinds import SharingNotice
from sharing.events.permissions import ensure_shares_event

CHANGED = "Somebody changed this decision while you were writing. Open it again to see it as it is."


def hold_draft(event: SharingEvent, seen: int, *, by: User) -> SharingEvent:
    """The draft, locked, as the person saw it."""
    ensure_shares_event(by, event)
    held = SharingEvent.objects.select_for_update(of=("self",)).select_related("child__school").get(pk=event.pk)
    if held.status != SharingEvent.Status.DRAFT:
        raise OutOfTurn("This is no draft any more. Open it again to see how it stands.")
    if held.revision != seen:
        raise ChangedSince(CHANGED)
    return held


def ensure_seen(event: SharingEvent, seen: int | None) -> None:
    """Raise `ChangedSince` where somebody saved since."""
    now = SharingEvent.objects.select_for_update(of=("self",)).only("revision").get(pk=event.pk)
    if seen is not None and now.revision != seen:
        raise ChangedSince(CHANGED)


def undone(event: SharingEvent, *, by: User, at: datetime) -> dict[str, Any]:
    """The fields of a decision that is taken back: without its pack, which leaves the store, and without what two
    people let go, or were asked to.
    """
    if event.lift_asked_at:
        settle_notices(object_id=event.pk, kinds=(SharingNotice.LIFT_ASKED,), by=by, at=at)
    if event.stored:
        transaction.on_commit(partial(files.drop, event.stored), robust=True)
    return {
        "decided_at": None,
        "decided_by": None,
        **dict.fromkeys(("stored", "pack_digest", "pack_of", "lift_why"), ""),
        "pack_size": 0,
        "lift_of": [],
        **{f"{stamp}_{end}": None for stamp in ("packed", "lift_asked", "lifted") for end in ("at", "by")},
    }
