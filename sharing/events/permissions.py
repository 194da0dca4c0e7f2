"""Who may see consents to sharing, and who shares?

Read aloud: *leads, the deputy and the Headteacher see and record the consents of every child at their school that is
not hidden from them. Where none of them may see a child, the alternate lead does, else the chair: those who stand in
for its plans.*
"""

from typing import Any
from uuid import UUID

from children.models import Child
from children.permissions import out_of_sight
from safeguarding.accounts.permissions import may
from safeguarding.accounts.roles import only_they
from safeguarding.audit.protection import Rule, among, fact, known, may_view, rule
from safeguarding.exceptions import NotAllowed
from safeguarding.once import once
from safeguarding.plans.permissions import stands_in_for_plans

from .capabilities import SharingCapability as C
from .models import Consent

SHARERS = only_they(C.SHARE)


@rule(Consent)
def consents_seen(me: Any) -> Rule:
    """Consents: by role, or standing in; never of a hidden child."""
    return Rule(
        because={
            "role": among("school_id", fact("schools_with", me, C.SHARE)),
            "standing_in": among("child_id", fact("sharing_standing_in", me)),
        },
        never=out_of_sight(me, "child_id"),
    )


def children_shared_for(user: Any) -> frozenset[UUID]:
    """Return the keys of the children for whom the person shares standing in. Once a page; no query for a role that
    stands in for nobody.
    """
    if not stands_in_for_plans(user):
        return frozenset()
    return once(("shared for", user.pk), lambda: frozenset(known("sharing_standing_in", user.pk)))


def may_share(user: Any, child: Child) -> bool:
    """Whether the person records what is shared of a child whom they see."""
    return may(user, C.SHARE, child.school_id) or child.pk in children_shared_for(user)


def ensure_shares(by: Any, child: Child) -> None:
    """Raise `NotAllowed` unless `by` shares for this child, and sees it."""
    if not may_share(by, child) or not may_view(by, child):
        raise NotAllowed(SHARERS)
