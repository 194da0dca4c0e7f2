"""Scheduled jobs of files. Each calls one service and may run twice."""

from celery import shared_task

from safeguarding.long_tasks import long_task

from .services.scanning import scan_waiting
from .services.strays import drop_strays


@shared_task
def scan() -> int:
    """Every half minute: files that wait to be scanned for viruses."""
    return scan_waiting()


@long_task(minutes=60, because="a provider lists its files page by page")
def strays() -> int:
    """Once an hour: stored files that belong to nothing."""
    return drop_strays()
