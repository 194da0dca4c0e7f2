"""Let something go outside although an address or an order stands in its way: one person asks, another one lets it."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.second_person import ensure_second, second_people
from safeguarding.accounts.services import settle_notices, tell
from safeguarding.audit.by_keys import Asks
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import may_view
from safeguarding.audit.services import record
from safeguarding.dates import as_day
from safeguarding.exceptions import BadInput, ChangedSince, OutOfTurn
from sharing.events.models import SharingEvent
from sharing.events.notice_kinds import SharingNotice
from sharing.events.verbs import SharingVerb

from .bars import standing_bars
from .drafts import CHANGED
from .following import lock
from .packing import put_together

RULE = "bar"
_NOTHING_BARS = "Nothing stands in the way of this. Open it again to see how it stands."


@transaction.atomic
def ask_to_lift(
    *, event: SharingEvent, seen: int, why: str, asks: Asks, by: User, at: datetime | None = None
) -> SharingEvent:
    """The first of two people asks that it goes all the same, and says why.

    Raises `NotAllowed`, `BadInput`, `ChangedSince`, `OutOfTurn` where nothing stands in its way.
    """
    at = at or timezone.now()
    held = _held(event, seen, by)
    bars = put_together(asks, held, on=as_day(at)).bars
    if not standing_bars(held, bars):
        raise OutOfTurn(_NOTHING_BARS)
    if not why.strip():
        raise BadInput("Write why it has to go all the same.")
    held.lift_of, held.lift_why = sorted(one.key for one in bars), why.strip()
    held.lift_asked_at, held.lift_asked_by = at, by
    held.lifted_at, held.lifted_by = None, None
    held.revision += 1
    held.save(
        update_fields=["lift_of", "lift_why", "lift_asked_at", "lift_asked_by", "lifted_at", "lifted_by", "revision"]
    )
    record(Verb.ASK, held, by=by, purpose="bar")
    tell(
        people=may_lift(held, first=by, on=at),
        school_id=held.school_id,
        kind=SharingNotice.LIFT_ASKED,
        object_type="sharing_event",
        object_id=held.pk,
        at=at,
    )
    return held


@transaction.atomic
def lift_bar(*, event: SharingEvent, seen: int, by: User, at: datetime | None = None) -> SharingEvent:
    """The second person lets it go: what stood in its way when they were asked, and nothing else.

    Raises `NotAllowed`, `ChangedSince`, `OutOfTurn`.
    """
    at = at or timezone.now()
    held = _held(event, seen, by)
    if held.lift_asked_by is None or held.lifted_at is not None:
        raise OutOfTurn("Nobody waits for this. Open it again to see how it stands.")
    ensure_second(RULE, by, held.school_id, as_day(at), first=held.lift_asked_by)
    held.lifted_at, held.lifted_by = at, by
    held.revision += 1
    held.save(update_fields=["lifted_at", "lifted_by", "revision"])
    record(SharingVerb.LIFT_BAR, held, by=by)
    settle_notices(object_id=held.pk, kinds=(SharingNotice.LIFT_ASKED,), by=by, at=at)
    return held


def may_lift(event: SharingEvent, *, first: User, on: datetime) -> list[User]:
    """Who may be the second of the two, of those who see the decision."""
    found = second_people(RULE, event.school_id, as_day(on), first=first, about=None)
    return [user for user in found if may_view(user, event)]


def _held(event: SharingEvent, seen: int, by: User) -> SharingEvent:
    held = lock(event, by=by)
    if held.status != SharingEvent.Status.TO_SEND:
        raise OutOfTurn("This does not wait to be sent any more. Open it again to see how it stands.")
    if held.revision != seen:
        raise ChangedSince(CHANGED)
    return held
