"""Scheduled jobs of the privacy notice. Each calls one service and may run twice."""

from celery import shared_task

from safeguarding.long_tasks import long_task

from .services.papers import lay_out_missing
from .services.telling import tell_of_promises


@long_task(minutes=10, because="each school's notice waits for the printer")
def papers() -> int:
    """Every minute: lay out the newest version of a school that is not there on paper."""
    return lay_out_missing()


@shared_task
def promises() -> int:
    """Every morning: whether a published version promises more than is done."""
    return tell_of_promises()
