"""Hand a pack over: encrypted by e-mail or portal, or on paper. With that it has been sent."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.audit.by_keys import Asks
from safeguarding.exceptions import OutOfTurn
from sharing.events.lifecycles import sharing_life
from sharing.events.models import Consent, SharingEvent, SharingStep

from .bars import standing_bars
from .checking import Problems, raise_first
from .choosing import standing_items
from .drafts import ensure_seen
from .following import Happened, is_there, lock
from .packing import ensure_goes, put_together
from .sending import carry_out, is_agreed, sent_problems

M = SharingEvent.Method
# Of these the pack goes as a file, which is encrypted.
AS_FILE = (M.EMAIL, M.PORTAL)
WAYS = (*AS_FILE, M.PAPER)
NO_PACK = "There is no pack yet, or what it is made of has changed since. Make it, look at its pages, then hand it over"

NOT_AGAIN = (
    "This is not given out again. The consent is over, the recipient has ended, a document in it may not be opened any "
    "more, or something stands in its way by now: decide once more"
)


def hand_over_problems(event: SharingEvent, happened: Happened, *, now: datetime) -> Problems:
    """Why it cannot be handed over like this. Empty when it can.

    The recipient must be checked here, for a referral too: what was said at once was recorded, and pages can wait.
    """
    found = {"method": "Choose how it goes"} if happened.method not in WAYS else {}
    return found or sent_problems(event, happened, now=now, is_handed=True)


@transaction.atomic
def hand_over(
    *,
    event: SharingEvent,
    token: UUID,
    happened: Happened,
    asks: Asks,
    by: User,
    seen: int | None = None,
    at: datetime | None = None,
) -> SharingEvent:
    """It goes, as the pages were made and the person saw them. The same form again sends it once.

    Raises `NotAllowed`; `BadInput`, also for a record that has changed and for what stands in the way; `ChangedSince`
    where another pack was made since; `OutOfTurn` where there is no pack, or not this one.
    """
    at = at or timezone.now()
    Consent.objects.select_for_update().filter(pk=event.consent_id).first()
    held = lock(event, by=by)
    if is_there(token, held, SharingStep.Kind.SENT):
        return held
    if held.status != SharingEvent.Status.TO_SEND:
        raise OutOfTurn(sharing_life.moves["send"].out_of_turn)
    ensure_seen(held, seen)
    raise_first(hand_over_problems(held, happened, now=at))
    pack = ensure_goes(asks, held, at=at)
    if not held.stored or held.pack_of != pack.digest:
        raise OutOfTurn(f"{NO_PACK}.")
    return carry_out(held, token, happened, by=by, at=at)


def ensure_given_again(asks: Asks, event: SharingEvent, *, at: datetime) -> None:
    """Raise `OutOfTurn` where a pack that was handed over may not be given out once more: it was asked back, its
    consent is over, or something stands in its way by now.

    Records that have changed since bar nothing: it is the pack that went.
    """
    if event.status not in (SharingEvent.Status.SENT, SharingEvent.Status.RECEIVED) or not event.stored:
        raise OutOfTurn("This is not given out again: it was asked back, or has not gone.")
    if event.recipient.ended_at is not None or not is_agreed(event, at):
        raise OutOfTurn(f"{NOT_AGAIN}.")
    pack, items = put_together(asks, event, on=timezone.localdate(at)), standing_items(event)
    if standing_bars(event, pack.bars) or sum(one.is_enclosed for one in items) != len(pack.documents):
        raise OutOfTurn(f"{NOT_AGAIN}.")
