"""Ring the bell: send the mail that says there is something to read."""

from celery import shared_task

from .mail import deliver


@shared_task
def deliver_notices() -> int:
    """Send what is waiting. May run twice, or on two workers: each row is taken by one."""
    return deliver()
