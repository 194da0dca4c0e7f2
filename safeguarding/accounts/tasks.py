"""Ring the bell: send the mail that says there is something to read."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings
from django.utils import timezone

from .mail import deliver, warn_if_not_set_up
from .seal_mail import mail_newest


@worker_ready.connect
def _started(**_: Any) -> None:
    if settings.ROLE != "destroyer":
        warn_if_not_set_up()


@shared_task
def deliver_notices() -> int:
    """Send what is waiting. May run twice, or on two workers: each row is taken by one."""
    return deliver()


@shared_task
def mail_newest_seal() -> int:
    """Once a day. Does nothing when that has been done."""
    return mail_newest(at=timezone.now())
