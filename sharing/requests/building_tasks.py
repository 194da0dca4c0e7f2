"""Jobs that make the files of an answer. Each calls one service and may run twice."""

from uuid import UUID

from safeguarding.long_tasks import long_task

from .services.building import run, run_all


@long_task(minutes=60, because="an answer may have thousands of pages")
def build_answer(bundle_id: str) -> bool:
    """Make the files that somebody asked for."""
    return run(UUID(bundle_id))


@long_task(minutes=60, because="an answer may have thousands of pages")
def build_answers() -> int:
    """Every minute: files that wait and that nobody makes, because a worker was stopped or the queue was away."""
    return run_all()
