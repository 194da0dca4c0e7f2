"""What of sharing waits for somebody: to be decided or sent, to be confirmed, to be written down at all?"""

from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from safeguarding.concerns.models import Referral
from sharing.events.models import WAITING, SharingEvent

S = SharingEvent.Status


def to_do(rows: QuerySet[SharingEvent], school_id: UUID) -> QuerySet[SharingEvent]:
    """Drafts, and what was decided and has not gone: that which is due first comes first."""
    return rows.filter(school=school_id, status__in=WAITING)


def late(rows: QuerySet[SharingEvent], school_id: UUID, today: date) -> QuerySet[SharingEvent]:
    """What should have gone, or been decided, by now."""
    return to_do(rows, school_id).filter(due_on__lt=today)


def due(rows: QuerySet[SharingEvent], school_id: UUID, today: date) -> QuerySet[SharingEvent]:
    """What is not late, and waits for the reader's hand: due today, or decided and not sent."""
    return to_do(rows, school_id).exclude(due_on__lt=today).filter(Q(due_on=today) | Q(status=S.TO_SEND))


def unanswered(rows: QuerySet[SharingEvent], school_id: UUID, today: date) -> QuerySet[SharingEvent]:
    """What was sent, or asked back, and nobody there has answered, although the day has come."""
    return rows.filter(school=school_id, status__in=(S.SENT, S.ASKED_BACK), follow_up_on__lte=today)


def waits(rows: QuerySet[SharingEvent], school_id: UUID, today: date) -> QuerySet[SharingEvent]:
    """All of it."""
    open_ = Q(status__in=WAITING) | Q(status__in=(S.SENT, S.ASKED_BACK), follow_up_on__lte=today)
    return rows.filter(open_, school=school_id)


def not_written_down(
    referrals: QuerySet[Referral], rows: QuerySet[SharingEvent], school_id: UUID
) -> QuerySet[Referral]:
    """Referrals that were recorded, and of which no decision to share says what went and by which law."""
    told = rows.filter(referral=OuterRef("pk")).exclude(status=S.DISCARDED)
    return referrals.filter(school=school_id).exclude(status=Referral.Status.WITHDRAWN).exclude(Exists(told))
