"""Scheduled jobs of concerns. Each calls one service and may run twice."""

from celery import shared_task

from safeguarding.accounts.services import acting

from .services.escalation import chase_unread, escalate_calls


@shared_task
def escalate() -> int:
    """Every 15 seconds: calls that nobody has opened go to the next person."""
    return escalate_calls()


@shared_task
def chase() -> int:
    """Every 5 minutes: concerns that nobody has opened for a school day."""
    return chase_unread()


@shared_task
def cover() -> int:
    """Every 5 minutes: what a lead who is away had to do and to read goes to who acts for them."""
    return acting.keep_up()
