"""Jobs that make the files of an answer. Each calls one service and may run twice."""

from uuid import UUID

from celery import shared_task

from .services.building import run, run_all


@shared_task(time_limit=60 * 60)
def build_answer(bundle_id: str) -> bool:
    """Make the files that somebody asked for."""
    return run(UUID(bundle_id))


@shared_task(time_limit=60 * 60)
def build_answers() -> int:
    """Every minute: files that wait and that nobody makes, because a worker was stopped or the queue was away."""
    return run_all()
