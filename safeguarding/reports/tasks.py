"""Jobs of reports. Each calls one service and may run twice."""

from uuid import UUID

from safeguarding.long_tasks import long_task

from .exports.services import drop_old, run, run_all


@long_task(minutes=60, because="a list may have a hundred thousand rows")
def make_export(export_id: str) -> bool:
    """Make the list that somebody asked for."""
    return run(UUID(export_id))


@long_task(minutes=60, because="a list may have a hundred thousand rows")
def make_exports() -> int:
    """Every minute: lists that wait and that nobody makes, and files whose seven days are over."""
    return drop_old() + run_all()
