"""Who may see what the law asks of somebody in person, and word from the police, and who may do what with it?"""

from typing import Any
from uuid import UUID

from django.db.models import Q

from safeguarding.accounts.permissions import may
from safeguarding.audit.protection import Rule, among, fact, rule
from safeguarding.concerns.capabilities import ConcernCapability
from safeguarding.concerns.models import Duty, PoliceNotice

from .concern import may_decide, through_the_concern


@rule(Duty)
def duties_seen(me: Any) -> Rule:
    """What the law asks of somebody in person: for those who may see the concern, and for that person while they work
    there.
    """
    mine = Q(owner=me) & among("school_id", fact("schools_of", me))
    return through_the_concern(me, "concern_id", {"owner": mine})


@rule(PoliceNotice)
def police_notices_seen(me: Any) -> Rule:
    """A police notice: for those who may see the concern. Neither whoever took it down nor the key adult reads it by
    that.

    "reporting": whoever takes it down.
    """
    return through_the_concern(me, "concern_id", doors={"reporting": among("concern_id", fact("own_concerns", me))})


def may_do_duty(user: Any, duty: Duty) -> bool:
    """Who does it: the person of whom the law asks it, and nobody in their place."""
    return duty.is_open and duty.owner_id == user.pk


def may_set_duty_aside(user: Any, duty: Duty) -> bool:
    """Who sets it aside: somebody who decides, and not of their own."""
    return duty.is_open and duty.owner_id != user.pk and may_decide(user, duty)


def may_take_police_notice(user: Any, school_id: UUID) -> bool:
    """Who takes down what the police tell the school."""
    return may(user, ConcernCapability.TAKE_POLICE_NOTICES, school_id)
