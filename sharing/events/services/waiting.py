"""What of sharing waits for somebody: to be decided or sent, to be confirmed, to be written down at all?"""

from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from safeguarding.concerns.models import Referral
from sharing.events.models import WAITING, SharingEvent

S = SharingEvent.Status


def at_hand(rows: QuerySet[SharingEvent], school_id: UUID, today: date) -> QuerySet[SharingEvent]:
    """What waits for somebody today: what was decided and has not gone, what is due or late, what nobody has answered.

    What is due first comes first.
    """
    unsent = Q(status=S.TO_SEND) | Q(status=S.DRAFT, due_on__lte=today)
    return rows.filter(unsent | _asked(today), school=school_id).order_by("due_on", "follow_up_on", "made_at", "pk")


def waits(rows: QuerySet[SharingEvent], school_id: UUID, today: date) -> QuerySet[SharingEvent]:
    """All of it."""
    return rows.filter(Q(status__in=WAITING) | _asked(today), school=school_id)


def unanswered(rows: QuerySet[SharingEvent], school_id: UUID, today: date) -> QuerySet[SharingEvent]:
    """What was sent, or asked back, and nobody there has answered by the day that was expected."""
    return rows.filter(_asked(today), school=school_id)


def _asked(today: date) -> Q:
    return Q(status__in=(S.SENT, S.ASKED_BACK), follow_up_on__lte=today)


def not_written_down(
    referrals: QuerySet[Referral], rows: QuerySet[SharingEvent], school_id: UUID
) -> QuerySet[Referral]:
    """Referrals that were recorded, and of which no decision to share says what went and by which law."""
    told = rows.filter(referral=OuterRef("pk")).exclude(status=S.DISCARDED)
    return referrals.filter(school=school_id).exclude(status=Referral.Status.WITHDRAWN).exclude(Exists(told))
