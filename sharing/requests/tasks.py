"""Scheduled jobs of requests about data. Each calls one service and may run twice."""

from uuid import UUID

from celery import shared_task

from . import building_tasks, gathering_tasks
from .services import unfinished
from .services.reminders import remind

__all__ = ["building_tasks", "gathering_tasks", "remind_of_parts", "reminders"]


@shared_task
def reminders() -> int:
    """Every quarter of an hour: tell of requests that fall due, and remind who has not finished a part of one."""
    return remind()


@shared_task
def remind_of_parts(case_id: str) -> bool:
    """Remind those who have not finished their part of a request, as somebody has asked."""
    return unfinished.remind_of_parts(UUID(case_id))
