"""Scheduled jobs of concerns. Each calls one service and may run twice."""

from celery import shared_task

from .services.emergency import check_sheets
from .services.escalation import chase_unread, escalate_calls
from .services.outside.waiting import chase_notes, escalate_notes


@shared_task
def escalate() -> int:
    """Every 15 seconds: calls that nobody has opened go to the next person, and notes from outside that cannot wait."""
    return escalate_calls() + escalate_notes()


@shared_task
def chase() -> int:
    """Every 5 minutes: concerns, and notes from outside, that nobody has opened for a school day."""
    return chase_unread() + chase_notes()


@shared_task
def sheets() -> int:
    """Every 10 minutes: emergency sheets of which a fact has changed."""
    return check_sheets()
