"""What has been raised about one adult, taken together?

A plain rule and no score: the same account, or the same name.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import QuerySet
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.adults.models import AdultNamed, PatternReview, StaffConcern, Threshold
from safeguarding.adults.permissions import ensure_decides
from safeguarding.adults.services.working import lock
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput
from safeguarding.keys import entry_token

See = Callable[[type[models.Model]], QuerySet[Any]]


@dataclass(frozen=True)
class Together:
    """The concerns about the adult of one concern that its reader sees, newest first, and when they were looked at
    together.
    """

    who: str
    concerns: Sequence[StaffConcern]
    # Those found by the name alone, of somebody without an account: it may be another of that name.
    by_name: frozenset[UUID]
    reviews: Sequence[PatternReview]

    @property
    def low_level(self) -> int:
        """How many of them are low-level, as assessed, or as raised while nobody has assessed them."""
        return sum((one.threshold or one.raised_as) == Threshold.LOW_LEVEL for one in self.concerns)

    @property
    def harm(self) -> int:
        """How many may meet the harm threshold."""
        return sum(one.is_harm for one in self.concerns)


def together(concern: StaffConcern, see: See) -> Together:
    """What there is about the same adult, as far as the reader sees it. A name is compared without case and spaces."""
    live = see(AdultNamed).filter(part=AdultNamed.Part.ABOUT, withdrawn_at=None, school_id=concern.school_id)
    about = list(live.filter(staff_concern=concern).select_related("user"))
    accounts = {one.user_id for one in about if one.user_id}
    names = {_plain(one.name) for one in about if not one.user_id}
    same = set(live.filter(user__in=accounts).values_list("staff_concern_id", flat=True))
    alike = {one.staff_concern_id for one in live.filter(user=None) if _plain(one.name) in names} if names else set()
    keys = same | alike | {concern.pk}
    return Together(
        who=", ".join(one.who for one in about),
        concerns=list(see(StaffConcern).filter(pk__in=keys).order_by("-raised_at", "-pk")),
        by_name=frozenset(alike - same - {concern.pk}),
        reviews=list(
            see(PatternReview).filter(staff_concern__in=keys).select_related("looked_by").order_by("-looked_at")
        ),
    )


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


@transaction.atomic
def look_together(
    *,
    concern: StaffConcern,
    token: UUID,
    seen: Together,
    found: str,
    reason: str,
    by: User,
    at: datetime | None = None,
) -> PatternReview:
    """Record that they were looked at together, as `seen` by whoever did, what was found and why. The same again
    returns what is there.

    It counts others than this one, so whoever does not see each of them does not see it either.
    A pattern that may meet the threshold changes no concern by itself: each is assessed anew on its own page.
    """
    ensure_decides(by, concern)
    now, key = lock(concern), entry_token(token, by.pk, found, reason)
    if there := PatternReview.objects.filter(token=key).first():
        return there
    if found not in PatternReview.Found:
        raise BadInput("Choose what you found.")
    if not reason.strip():
        raise BadInput("Write why.")
    made = PatternReview(
        staff_concern=now,
        school_id=now.school_id,
        token=key,
        low_level=seen.low_level,
        found=found,
        reason=reason.strip(),
        covered=[one.pk for one in seen.concerns],
        looked_at=at or timezone.now(),
        looked_by=by,
    )
    made.save(force_insert=True)
    record(Verb.REVIEW, now, by=by)
    return made
