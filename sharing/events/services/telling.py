"""Who is told of a decision to share? Whoever decided or sent it, else the leads; and never who may not see it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import people_with
from safeguarding.accounts.services import leads_on_duty, settle_notices, tell
from safeguarding.audit.protection import who_sees
from safeguarding.plans.capabilities import PlanCapability
from sharing.events.capabilities import SharingCapability
from sharing.events.models import SharingEvent
from sharing.events.notice_kinds import SharingNotice


def tell_of(
    event: SharingEvent, kind: SharingNotice, *, first: Iterable[User | None], at: datetime, but: User | None = None
) -> int:
    """Tell the first of these who see it: those in `first`, the leads on duty, everybody who shares, those who stand
    in. `but` has done what is told. Returns how many were told.
    """
    today = timezone.localdate(at)
    own = [one for one in first if one is not None]
    others = [
        *people_with(SharingCapability.SHARE, event.school_id, today),
        *people_with(PlanCapability.STAND_IN_PLANS, event.school_id, today),
    ]
    groups: list[list[User]] = [own, leads_on_duty(event.school_id, on=today), others]
    if but is not None and but in own:
        return 0
    seen = who_sees(event, {one.pk for some in groups for one in some})
    told = next((found for some in groups if (found := [one for one in some if one.pk in seen and one != but])), [])
    tell(
        people=told,
        school_id=event.school_id,
        kind=kind,
        object_type="sharing_decision",
        object_id=event.pk,
        at=at,
    )
    return len(told)


def settle(event: SharingEvent, *kinds: SharingNotice, by: Any, at: datetime) -> None:
    """Nobody has to look at it any more."""
    settle_notices(object_id=event.pk, kinds=kinds, by=by, at=at)
