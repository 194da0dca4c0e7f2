"""Scheduled jobs of sharing. Each calls one service and may run twice."""

from celery import shared_task

from .services.reminding import tell_of_receipts


@shared_task
def receipts() -> int:
    """Every quarter of an hour, of each once for each day: what was sent and nobody has confirmed."""
    return tell_of_receipts()
