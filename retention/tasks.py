"""Scheduled jobs of retention. Each calls one service and may run twice."""

from celery import shared_task

from .services.accounts import empty_accounts
from .services.clearing import clear as clear_tables
from .services.destroying import destroy_due
from .services.finishing import finish
from .services.lifting import tell_of_brakes
from .services.list_notices import close_lists
from .services.scan import scan
from .services.telling import tell_of_reviews


@shared_task
def work_out_dates() -> int:
    """Every night: until when each record is kept."""
    return scan()


@shared_task
def close() -> int:
    """Every five minutes: which lists have been carried out, and who is told of it."""
    return close_lists()


@shared_task
def review_holds() -> int:
    """Every morning: whether the day has come to look at a hold again."""
    return tell_of_reviews()


@shared_task(time_limit=4 * 60 * 60)
def destroy() -> int:
    """Every five minutes, in the process `destroyer` alone: what was approved and waited for."""
    done = destroy_due()
    finish()
    return done


@shared_task(time_limit=4 * 60 * 60)
def clear() -> int:
    """Every night, in the process `destroyer`: tables that lost rows are written again."""
    return clear_tables()


@shared_task(time_limit=60 * 60)
def empty() -> int:
    """Every night, in the process `destroyer`: accounts of people who left long ago."""
    return empty_accounts()


@shared_task
def brakes() -> int:
    """Every five minutes: tell people that destruction has stopped."""
    return tell_of_brakes()
