"""Scheduled job of the privacy notice. It calls one service and may run twice."""

from celery import shared_task

from .services.papers import lay_out_missing


@shared_task
def papers() -> int:
    """Every minute: lay out the newest version of a school that is not there on paper."""
    return lay_out_missing()
