"""What of access that was given does Harbour look at? Looked at with the rights of who reads it."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from children.models import ChildGrant
from safeguarding.accounts.models import RoleAssignment
from safeguarding.accounts.permissions import live
from safeguarding.accounts.roles import Capability
from safeguarding.audit.reading import visible
from safeguarding.check_counts import Counted, Tally
from safeguarding.checks import Check, Found, Looker, State
from safeguarding.concerns.models import ConcernGrant
from safeguarding.dates import counted

_GIVEN: tuple[type[Any], ...] = (ChildGrant, ConcernGrant)


def _of_leavers(looker: Looker) -> list[QuerySet[Any]]:
    """Access that is in force, and whose holder has no role at the school or no open account any more."""
    on = timezone.localdate(looker.at)
    here = RoleAssignment.objects.filter(live(on), school_id=looker.school_id, user__is_active=True)
    in_force = (
        visible(looker, model).filter(school_id=looker.school_id, ended_at=None, expires_on__gte=on) for model in _GIVEN
    )
    return [given.exclude(user__in=here.values("user_id")) for given in in_force]


def _says(looker: Looker, tally: Tally) -> Found:
    """It opens nothing while they have no role, and would again with the next one."""
    if not tally.number:
        return Found(State.GOOD, "Everybody with access by name has a role here.", 0)
    said = counted(tally.number, "access given by name is", "accesses given by name are")
    says = f"{said} of people whose role here has ended. Withdraw what nobody needs."
    return Found(State.LOOK, says, tally.number)


LEAVERS = Check(
    "access_of_leavers",
    "Access of people who have left",
    "Access given by name ends with the role of who has it.",
    Counted(_of_leavers, _says),
    sees=Capability.MANAGE_ACCESS.value,
    url_name="access_home",
    order=45,
)
