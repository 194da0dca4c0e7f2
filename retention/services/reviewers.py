"""Who puts records on a list and decides each? A lead; a deputy where lead and Headteacher are one person."""

from uuid import UUID

from django.utils import timezone

from retention.capabilities import RetentionCapability as C
from retention.lifecycles import REVIEWERS
from safeguarding.accounts.models import RoleAssignment, User
from safeguarding.accounts.permissions import live, may
from safeguarding.exceptions import NotAllowed


def reviews(by: User, school_id: UUID) -> bool:
    """Whether the person puts records on lists at the school."""
    if may(by, C.KEEP_RETENTION, school_id):
        return True
    return may(by, C.PROPOSE_DESTRUCTION, school_id) and _lead_is_headteacher(school_id)


def ensure_reviews(by: User, school_id: UUID) -> None:
    """Raise `NotAllowed` unless the person puts records on lists at the school."""
    if reviews(by, school_id):
        return
    if may(by, C.PROPOSE_DESTRUCTION, school_id):
        raise NotAllowed("A deputy puts records on a list only where lead and Headteacher are one person.")
    raise NotAllowed(REVIEWERS)


def _lead_is_headteacher(school_id: UUID) -> bool:
    today = live(timezone.localdate())
    held = RoleAssignment.objects.filter(today, school_id=school_id, user__is_active=True)
    leads = set(held.filter(role_key="lead").values_list("user_id", flat=True))
    heads = set(held.filter(role_key="headteacher").values_list("user_id", flat=True))
    return bool(leads) and leads <= heads
