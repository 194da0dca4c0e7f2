"""Jobs of gathering. Each calls one service and may run twice."""

from uuid import UUID

from celery import shared_task

from .services.adding import settle
from .services.gathering import run, run_all


@shared_task(time_limit=60 * 60)
def gather_request(case_id: str) -> bool:
    """Gather what is held, for which somebody asked."""
    return run(UUID(case_id))


@shared_task(time_limit=60 * 60)
def settle_request(case_id: str) -> bool:
    """Look into what was added, and see who reviews it and whom it names."""
    return settle(UUID(case_id))


@shared_task(time_limit=60 * 60)
def gather_requests() -> int:
    """Every minute: requests that wait and at which nobody is, because a worker was stopped or the queue was away."""
    return run_all()
