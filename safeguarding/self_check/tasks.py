"""Every night, and when the worker starts: look at everything of the machine. Every minute: the queue moves.

Each calls one service and may run twice.
"""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings

from .services.look import look_now, note_queue


@worker_ready.connect
def _started(**_: Any) -> None:
    if settings.ROLE != "destroyer":
        note_queue()
        look_now()  # at night it may have been away


@shared_task
def look() -> int:
    """How many checks of the machine are not good."""
    return look_now()


@shared_task
def queue_seen() -> None:
    """This task was taken from the queue before it had expired there."""
    note_queue()
