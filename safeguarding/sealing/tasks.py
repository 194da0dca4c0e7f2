"""Every night: has each key its record, and everything that is sealed its key? Which keys are needed no more?

Every few minutes: was there a backup?
"""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings
from django.utils import timezone

from safeguarding.long_tasks import long_task

from .services.backups_standing import put_on_record
from .services.checking import check_nightly
from .services.sweeping import end_spent_keys
from .services.trying import warn_if_it_does_not_work


@worker_ready.connect
def _started(**_: Any) -> None:
    if settings.ROLE == "destroyer":
        sweep.delay()  # at night it may have been away
    else:
        warn_if_it_does_not_work()


@long_task(minutes=240, because="every key is looked at")
def check() -> int | None:
    """How many sealed words have no key. Does nothing when it has been done today."""
    found = check_nightly(at=timezone.now())
    return None if found is None else found.without_key


@shared_task(time_limit=4 * 60 * 60)
def sweep() -> int:
    """How many keys were ended whose rows are gone. Work of `destroyer`; may run twice."""
    return end_spent_keys(at=timezone.now())


@shared_task
def note_backups() -> int:
    """What backs up writes nothing into the record of events; the worker does it soon after."""
    return put_on_record()
