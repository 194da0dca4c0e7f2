"""Who may see what is below the threshold of a concern, and who had an action before?"""

from typing import Any

from django.db.models import Q

from children.models import Child
from safeguarding.accounts.permissions import may
from safeguarding.accounts.roles import Capability
from safeguarding.audit.protection import Rule, among, fact, rule, who_sees
from safeguarding.concerns.capabilities import ConcernCapability
from safeguarding.concerns.models import HandOver, PastoralNote, StepUp, SupportPlan, SupportStep

from .concern import through_the_concern


@rule(HandOver)
def hand_overs_seen(me: Any) -> Rule:
    """Who had an action before: for those who see the concern."""
    return through_the_concern(me, "concern_id")


@rule(PastoralNote)
@rule(SupportPlan)
@rule(SupportStep)
@rule(StepUp)
def pastoral_seen(me: Any) -> Rule:
    """Below the threshold: for those who read the school's concerns; for pastoral roles, of children they have access
    to; and for who wrote it, while they work there. Teachers and the office never see a note of somebody else, access
    given or not.
    """
    writes = among("school_id", fact("schools_with", me, ConcernCapability.WRITE_PASTORAL))
    return Rule(
        because={
            "role": among("school_id", fact("schools_with", me, Capability.VIEW_CONCERNS)),
            "grant": writes & among("child_id", fact("granted_children", me)),
            "emergency": writes & among("child_id", fact("emergency_children", me)),
            "author": Q(author=me) & among("school_id", fact("schools_of", me)),
        },
        never=among("child_id", fact("hidden_children", me)),
    )


def may_write_pastoral(user: Any, child: Child) -> bool:
    """Who reads and writes notes and plans of this child: not by having written one before."""
    seen = who_sees(PastoralNote(child_id=child.pk, school_id=child.school_id), [user.pk]).get(user.pk)
    return bool(seen) and may(user, ConcernCapability.WRITE_PASTORAL, child.school_id)
