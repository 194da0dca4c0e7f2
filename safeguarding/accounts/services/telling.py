"""Tell people that there is something to read: a row in each inbox, then the bell."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import Notice, User


@transaction.atomic
def tell(
    *, people: Iterable[User], school_id: UUID, kind: Notice.Kind, object_type: str, object_id: UUID
) -> list[Notice]:
    """Put a notice in each inbox, once until it is opened, and ring the bell after commit.

    Must run inside the transaction of what it is about: either both are there or neither. Returns the new notices.
    """
    wanted = [
        Notice(user=user, school_id=school_id, kind=kind, object_type=object_type, object_id=object_id)
        for user in {p.pk: p for p in people}.values()
    ]
    made: list[Notice] = Notice.objects.bulk_create(wanted, ignore_conflicts=True)
    if made:
        transaction.on_commit(ring, robust=True)
    return made


def ring() -> None:
    """Ask the worker to look for mail to send. When the queue is away its beat looks every half minute anyway."""
    from .tasks import deliver_notices

    deliver_notices.apply_async(retry=False)


@transaction.atomic
def open_notices(*, user: User, object_id: UUID, at: datetime | None = None) -> int:
    """`user` has seen what these notices point to. Returns how many were open."""
    return Notice.objects.filter(user=user, object_id=object_id, opened_at=None).update(opened_at=at or timezone.now())
