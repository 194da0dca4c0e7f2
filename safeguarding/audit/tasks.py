"""Every minute: seal what has happened. Every night: look whether the record is whole."""

from celery import shared_task
from django.utils import timezone

from safeguarding.long_tasks import long_task

from .seals import services


@shared_task
def seal() -> int:
    """May run twice, or on two workers: one seals, the other does nothing."""
    return services.seal_and_anchor()


@long_task(minutes=240, because="years of events are read")
def verify() -> int | None:
    """Does nothing when it has been done today."""
    return services.verify_nightly(at=timezone.now())
