"""Scheduled jobs of plans. Each calls one service and may run twice."""

from celery import shared_task

from .services.reminders import tell_of_dates


@shared_task
def dates() -> int:
    """Every quarter of an hour, of each date once for each day: what is due by tomorrow, and what is late."""
    return tell_of_dates()
