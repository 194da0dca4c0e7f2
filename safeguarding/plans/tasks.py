"""Scheduled jobs of plans. Each calls one service and may run twice."""

from celery import shared_task

from .services.missing import count_missing_days
from .services.reminders import tell_of_dates


@shared_task
def dates() -> int:
    """Every quarter of an hour, of each date once for each day: what is to come, and what is late."""
    return tell_of_dates()


@shared_task
def missing_days() -> int:
    """Every hour: work out the days for which term dates or bank holidays were missing, once they are known."""
    return count_missing_days()
