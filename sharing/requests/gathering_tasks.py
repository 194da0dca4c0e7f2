"""Jobs of gathering. Each calls one service and may run twice.

One that is stopped has kept what it had copied, and the next goes on there. Finding people begins again, so it has an
hour: a limit that it always met would leave the case waiting for ever.
"""

from uuid import UUID

from safeguarding.long_tasks import long_task

from .services.adding import settle
from .services.gathering import run, run_all

# In minutes.
_LONGEST = 60


@long_task(
    minutes=_LONGEST, because="a child may have years of records, and finding people begins again where it was cut off"
)
def gather_request(case_id: str) -> bool:
    """Gather what is held, for which somebody asked."""
    return run(UUID(case_id))


@long_task(
    minutes=_LONGEST, because="a child may have years of records, and finding people begins again where it was cut off"
)
def settle_request(case_id: str) -> bool:
    """Look into what was added, and see who reviews it and whom it names."""
    return settle(UUID(case_id))


@long_task(
    minutes=_LONGEST, because="a child may have years of records, and finding people begins again where it was cut off"
)
def gather_requests() -> int:
    """Every minute: requests that wait and at which nobody is, because a worker was stopped or the queue was away."""
    return run_all()
