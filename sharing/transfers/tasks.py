"""Scheduled jobs of files to the next school. Each calls one service and may run twice."""

from uuid import UUID

from celery import shared_task

from safeguarding.long_tasks import long_task

from .services.beat import keep_transfers
from .services.building import build, build_all


@shared_task
def keep() -> int:
    """Every quarter of an hour: open a file for each leaver, follow the days, tell of what is due."""
    return keep_transfers()


@long_task(minutes=60, because="a file may have thousands of pages")
def build_file(sending_id: str) -> bool:
    """Build this file, which somebody asked for."""
    return build(UUID(sending_id))


@long_task(minutes=60, because="a file may have thousands of pages")
def build_files() -> int:
    """Every minute: files that wait and that nobody builds, because a worker was stopped or the queue was away."""
    return build_all()
