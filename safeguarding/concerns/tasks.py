"""Scheduled jobs of concerns. Each calls one service and may run twice."""

from celery import shared_task

from .services.agencies import tell_of_silence
from .services.escalation import chase_unread, escalate_calls
from .services.reminding import remind


@shared_task
def escalate() -> int:
    """Every 15 seconds: calls that nobody has opened go to the next person."""
    return escalate_calls()


@shared_task
def chase() -> int:
    """Every 5 minutes: concerns that nobody has opened for a school day."""
    return chase_unread()


@shared_task
def silence() -> int:
    """Every quarter of an hour: agencies that are silent beyond their time."""
    return tell_of_silence()


@shared_task
def reminders() -> int:
    """Every quarter of an hour: actions that are due tomorrow or today, and those that are late."""
    return remind()
