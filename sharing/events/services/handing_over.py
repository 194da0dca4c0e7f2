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

from .checking import Problems, raise_first
from .following import Happened, is_there, lock
from .packing import ensure_goes
from .sending import carry_out, sent_problems

M = SharingEvent.Method
# Of these the pack goes as a file, which is encrypted.
AS_FILE = (M.EMAIL, M.PORTAL)
WAYS = (*AS_FILE, M.PAPER)
NO_PACK = "There is no pack yet, or what it is made of has changed since. Make it, look at its pages, then hand it over"


def hand_over_problems(event: SharingEvent, happened: Happened, *, now: datetime) -> Problems:
    """Why it cannot be handed over like this. Empty when it can.

    The recipient must be checked here, for a referral too: what was said at once was recorded, and pages can wait.
    """
    found = {"method": "Choose how it goes"} if happened.method not in WAYS else {}
    return found or sent_problems(event, happened, now=now, is_handed=True)


@transaction.atomic
def hand_over(
    *, event: SharingEvent, token: UUID, happened: Happened, asks: Asks, by: User, at: datetime | None = None
) -> SharingEvent:
    """It goes, as the pages were made. The same form again sends it once.

    Raises `NotAllowed`; `BadInput`, also for a record that has changed and for what stands in the way; `OutOfTurn`
    where there is no pack, or not this one.
    """
    at = at or timezone.now()
    Consent.objects.select_for_update().filter(pk=event.consent_id).first()
    held = lock(event, by=by)
    if is_there(token, held, SharingStep.Kind.SENT):
        return held
    if held.status != SharingEvent.Status.TO_SEND:
        raise OutOfTurn(sharing_life.moves["send"].out_of_turn)
    raise_first(hand_over_problems(held, happened, now=at))
    pack = ensure_goes(asks, held, at=at)
    if not held.stored or held.pack_of != pack.digest:
        raise OutOfTurn(f"{NO_PACK}.")
    return carry_out(held, token, happened, by=by, at=at)
