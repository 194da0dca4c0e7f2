"""Scheduled jobs of requests about data. Each calls one service and may run twice."""

from celery import shared_task

from . import building_tasks, gathering_tasks
from .services.reminders import remind

__all__ = ["building_tasks", "gathering_tasks", "reminders"]


@shared_task
def reminders() -> int:
    """Every quarter of an hour: tell of requests that fall due."""
    return remind()
