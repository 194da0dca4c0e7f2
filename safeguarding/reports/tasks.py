"""Jobs of reports. Each calls one service and may run twice."""

from uuid import UUID

from celery import shared_task

from .exports.services import drop_old, run, run_all


@shared_task(time_limit=60 * 60)
def make_export(export_id: str) -> bool:
    """Make the list that somebody asked for."""
    return run(UUID(export_id))


@shared_task(time_limit=60 * 60)
def make_exports() -> int:
    """Every minute: lists that wait and that nobody makes, and files whose seven days are over."""
    return drop_old() + run_all()
