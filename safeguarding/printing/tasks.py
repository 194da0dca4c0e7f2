"""Scheduled jobs of prints. Each calls one service and may run twice."""

from celery import shared_task

from .services import drop_old, go_on


@shared_task
def work_on_prints() -> int:
    """Every few seconds: prints that nobody waits for any more, and those whose day is over."""
    return go_on() + drop_old()
