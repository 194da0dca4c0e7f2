"""Scheduled jobs of files to the next school. Each calls one service and may run twice."""

from celery import shared_task

from .services.beat import keep_transfers


@shared_task
def keep() -> int:
    """Every quarter of an hour: open a file for each leaver, follow the days, tell of what is due."""
    return keep_transfers()
