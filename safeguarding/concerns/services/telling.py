"""Who gets word of what happens to a concern? The leads who would read it, and whoever logged it."""

from datetime import datetime

from django.utils import timezone

from safeguarding.accounts.models import Notice, User
from safeguarding.accounts.services import readers_on_duty, tell
from safeguarding.concerns.models import Concern


def tell_readers(concern: Concern, kind: Notice.Kind, *, by: User, at: datetime) -> None:
    """There is something to read for the leads on duty; for `by`, who wrote it, only where nobody else is there."""
    tell(
        people=readers_on_duty(concern.school_id, on=timezone.localdate(at), by=by),
        school_id=concern.school_id,
        kind=kind,
        object_type="concern",
        object_id=concern.pk,
        at=at,
    )


def tell_reporter(concern: Concern, *, by: User, at: datetime) -> None:
    """There is news for who logged it: read, decided or closed. What it says is the safe phrase, nothing else."""
    if concern.logged_by_id != by.pk:
        tell(
            people=[concern.logged_by],
            school_id=concern.school_id,
            kind=Notice.Kind.RECEIPT,
            object_type="report",
            object_id=concern.pk,
            at=at,
        )
