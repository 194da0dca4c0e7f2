"""Who may see consents and decisions to share, and who shares?

Read aloud: *leads, the deputy and the Headteacher see and record the consents and the decisions of every child at their
school that is not hidden from them. A decision that names a concern which is restricted is for those who may open
that concern; one that names a concern which is hidden from somebody does not exist for them. That a concern was
entered in error does not hide that something of it was shared. Where none of them may see a child, the alternate lead
does, else the chair: those who stand in for its plans.*
"""

from typing import Any
from uuid import UUID

from django.db.models import Q

from children.models import Child
from children.permissions import out_of_sight
from safeguarding.accounts.permissions import may
from safeguarding.accounts.roles import only_they
from safeguarding.audit.protection import Rule, among, fact, known, may_view, overlapping, rule
from safeguarding.concerns.permissions import never_in_changes, written_behind
from safeguarding.exceptions import NotAllowed
from safeguarding.once import once
from safeguarding.plans.permissions import stands_in_for_plans

from .capabilities import SharingCapability as C
from .models import Consent, SharedItem, SharingEvent, SharingStep

SHARERS = only_they(C.SHARE)
# What a withdrawal stops may be out of sight of whoever records it.
WITHDRAWING = "withdrawing"
never_in_changes("object_id", "share_changes_hidden")
written_behind(WITHDRAWING)


@rule(Consent)
def consents_seen(me: Any) -> Rule:
    """Consents: by role, or standing in; never of a hidden child."""
    return Rule(because=_sharers(me), never=out_of_sight(me, "child_id"))


@rule(SharingEvent)
def shares_seen(me: Any) -> Rule:
    """Decisions: the same, as far as every concern that they name is open.

    "withdrawing": what waits on a consent that is withdrawn is stopped, whoever sees it, also where it names a concern
    that is hidden from who withdraws. It is a draft then.
    """
    on_consent = Q(status__in=("to_send", "draft"), consent_id__isnull=False)
    because = _sharers(me)
    because["role"] &= ~overlapping("concerns", fact("sharing_shut_concerns", me))
    return Rule(
        because=because,
        never=out_of_sight(me, "child_id") | overlapping("concerns", fact("hidden_concerns", me)),
        above={WITHDRAWING: on_consent & ~out_of_sight(me, "child_id")},
    )


@rule(SharedItem)
@rule(SharingStep)
def with_the_decision(me: Any) -> Rule:
    """What was chosen, and what happened with it."""
    because = _sharers(me)
    because["role"] &= ~among("event_id", fact("shares_restricted", me))
    return Rule(because=because, never=out_of_sight(me, "child_id") | among("event_id", fact("shares_hidden", me)))


def _sharers(me: Any) -> dict[str, Q]:
    return {
        "role": among("school_id", fact("schools_with", me, C.SHARE)),
        "standing_in": among("child_id", fact("sharing_standing_in", me)),
    }


def children_shared_for(user: Any) -> frozenset[UUID]:
    """Return the keys of the children for whom the person shares standing in. Once a page; no query for a role that
    stands in for nobody.
    """
    if not stands_in_for_plans(user):
        return frozenset()
    return once(("shared for", user.pk), lambda: frozenset(known("sharing_standing_in", user.pk)))


def shares_standing_in(user: Any) -> bool:
    """Whether there is such a child today."""
    return bool(children_shared_for(user))


def may_share(user: Any, child: Child) -> bool:
    """Whether the person records what is shared of a child whom they see."""
    return _may(user, child.school_id, child.pk)


def may_share_event(user: Any, event: SharingEvent) -> bool:
    """Who decides on, sends and asks back what they see."""
    return _may(user, event.school_id, event.child_id)


def _may(user: Any, school_id: UUID, child_id: UUID) -> bool:
    return may(user, C.SHARE, school_id) or child_id in children_shared_for(user)


def ensure_shares(by: Any, child: Child) -> None:
    """Raise `NotAllowed` unless `by` shares for this child, and sees it."""
    if not may_share(by, child) or not may_view(by, child):
        raise NotAllowed(SHARERS)


def ensure_shares_event(by: Any, event: SharingEvent) -> None:
    """Raise `NotAllowed` unless `by` shares for the child of this decision, and sees the decision."""
    if not may_share_event(by, event) or not may_view(by, event):
        raise NotAllowed(SHARERS)
