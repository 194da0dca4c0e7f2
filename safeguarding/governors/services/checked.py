"""How do the lines of the self-check stand that are about records? As who asks for the numbers finds them then: the
machine may not look at them.
"""

import logging
from datetime import datetime
from uuid import UUID

from django.db import transaction

from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import may
from safeguarding.checks import Check, Looker, State, every

logger = logging.getLogger(__name__)


def states_of(school_id: UUID, *, by: User, at: datetime) -> list[str]:
    """The state of each line that the person has. One that cannot be looked at is itself to be put right."""
    looker = Looker(by, school_id, at)
    return [_state(one, looker).value for one in every(of_machine=False) if _has(one, looker)]


def _has(check: Check, looker: Looker) -> bool:
    return may(looker.user, check.sees, looker.school_id)  # type: ignore[arg-type]


def _state(check: Check, looker: Looker) -> State:
    try:
        with transaction.atomic():
            return check.look(looker).state
    except Exception as problem:
        logger.warning("the check %s could not look: %s", check.key, type(problem).__name__)
        return State.FIX
