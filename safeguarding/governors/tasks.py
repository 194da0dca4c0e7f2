"""Jobs of reports to governors. Each calls one service and may run twice."""

from uuid import UUID

from safeguarding.long_tasks import long_task

from .services.counting import run, run_all


@long_task(minutes=10, because="every record of a year is counted")
def count_report(build_id: str) -> bool:
    """Count the numbers of a report, for which somebody asked."""
    return run(UUID(build_id))


@long_task(minutes=10, because="every record of a year is counted")
def count_reports() -> int:
    """Every minute: numbers that wait to be counted, because a worker was stopped or the queue was away."""
    return run_all()
