"""Scheduled jobs of retention. Each calls one service and may run twice."""

from celery import shared_task

from .services.scan import scan


@shared_task
def work_out_dates() -> int:
    """Every night: until when each record is kept."""
    return scan()
