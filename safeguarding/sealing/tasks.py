"""Every night: has each key its record, and everything that is sealed its key?"""

from celery import shared_task
from django.utils import timezone

from .services.checking import check_nightly


@shared_task(time_limit=4 * 60 * 60)
def check() -> int | None:
    """How many sealed words have no key. Does nothing when it has been done today."""
    found = check_nightly(at=timezone.now())
    return None if found is None else found.without_key
