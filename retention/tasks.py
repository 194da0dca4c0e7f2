"""Scheduled jobs of retention. Each calls one service and may run twice."""

from celery import shared_task

from .services.destroying import destroy_due
from .services.lifting import tell_of_brakes
from .services.scan import scan


@shared_task
def work_out_dates() -> int:
    """Every night: until when each record is kept."""
    return scan()


@shared_task(time_limit=4 * 60 * 60)
def destroy() -> int:
    """Every five minutes, in the process `destroyer` alone: what was approved and waited for."""
    return destroy_due()


@shared_task
def brakes() -> int:
    """Every five minutes: tell people that destruction has stopped."""
    return tell_of_brakes()
