"""Is somebody else at this case just now? One worker gathers and settles at a time."""

from contextlib import AbstractContextManager
from uuid import UUID

from safeguarding.locks import one_at_a_time
from sharing.requests.models import RightsRequest

S = RightsRequest.Status
# Items are read, and so gathered, while a case is one of these.
WORKED_ON = (S.OPEN, S.PREPARED, S.APPROVED)


def alone(case_id: UUID) -> AbstractContextManager[bool]:
    """Whether this process is the only one at the case."""
    return one_at_a_time(f"gather request {case_id}")
