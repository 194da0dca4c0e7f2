"""Scheduled jobs of concerns. Each calls one service and may run twice."""

from celery import shared_task

from .services.escalation import chase_unread, escalate_calls
from .services.scanning import drop_strays, scan_waiting


@shared_task
def escalate() -> int:
    """Every 15 seconds: calls that nobody has opened go to the next person."""
    return escalate_calls()


@shared_task
def chase() -> int:
    """Every 5 minutes: concerns that nobody has opened for a school day."""
    return chase_unread()


@shared_task
def scan() -> int:
    """Every half minute: files that wait to be scanned for viruses."""
    return scan_waiting()


@shared_task(time_limit=60 * 60)
def strays() -> int:
    """Once an hour: stored files that belong to nothing."""
    return drop_strays()
