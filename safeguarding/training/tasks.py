"""Scheduled jobs of training. Each calls one service and may run twice."""

from celery import shared_task

from .services.reminding import remind_all


@shared_task
def reminders() -> int:
    """Every morning: tell people of training that is due, and of guidance that they have not read."""
    return remind_all()
