"""Jobs of gathering. Each calls one service and may run twice."""

from uuid import UUID

from safeguarding.long_tasks import long_task

from .services.adding import settle
from .services.gathering import run, run_all


@long_task(minutes=60, because="a child may have years of records")
def gather_request(case_id: str) -> bool:
    """Gather what is held, for which somebody asked."""
    return run(UUID(case_id))


@long_task(minutes=60, because="a child may have years of records")
def settle_request(case_id: str) -> bool:
    """Look into what was added, and see who reviews it and whom it names."""
    return settle(UUID(case_id))


@long_task(minutes=60, because="a child may have years of records")
def gather_requests() -> int:
    """Every minute: requests that wait and at which nobody is, because a worker was stopped or the queue was away."""
    return run_all()
