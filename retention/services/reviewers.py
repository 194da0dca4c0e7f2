"""Who puts records on a list and decides each? A lead; a deputy where lead and Headteacher are one person. Concerns
about adults: who reads them by role.
"""

from collections.abc import Collection
from uuid import UUID

from django.utils import timezone

from retention.capabilities import RetentionCapability as C
from retention.lifecycles import REVIEWERS, may_review
from retention.models import DestructionItem, DestructionList, Group
from safeguarding.accounts.models import RoleAssignment, User
from safeguarding.accounts.permissions import live, may
from safeguarding.audit.protection import known
from safeguarding.exceptions import NotAllowed

READERS = "Only whoever reads a concern about an adult by their role decides whether it is destroyed."


def reviews(by: User, school_id: UUID) -> bool:
    """Whether the person puts records on lists at the school."""
    if may(by, C.KEEP_RETENTION, school_id):
        return True
    return may(by, C.PROPOSE_DESTRUCTION, school_id) and _lead_is_headteacher(school_id)


def rule_of(item: DestructionItem | DestructionList) -> str:
    """Which of the rules of two people says who the second one is."""
    return "destruction_adults" if item.in_group == Group.ADULTS else "destruction"


def reviews_list(by: User, on_list: DestructionList) -> bool:
    """Whether the person decides on the records of a list."""
    return may_review(by, on_list) if on_list.is_about_adults else reviews(by, on_list.school_id)


def ensure_reviews_list(by: User, on_list: DestructionList) -> None:
    """Raise `NotAllowed` unless the person decides on the records of a list."""
    if not on_list.is_about_adults:
        ensure_reviews(by, on_list.school_id)
    if not may_review(by, on_list):
        raise NotAllowed(READERS if on_list.is_about_adults else REVIEWERS)


def may_approve(by: User, on_list: DestructionList) -> bool:
    """Whether it is the person, as far as their role goes, who approves a list that somebody else has sent."""
    if on_list.is_about_adults:
        return on_list.pk in known("adult_lists_approved", by.pk)
    return may(by, C.APPROVE_DESTRUCTION, on_list.school_id)


def decided_by(by: User, records: Collection[UUID]) -> set[UUID]:
    """Of concerns about adults those whose end the person decides."""
    return set(known("adult_endings_decided", by.pk)).intersection(records) if records else set()


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
