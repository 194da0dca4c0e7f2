"""Every night, and when the worker starts: does the database still guard every row as the code says?"""

import logging
from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings
from django.db import connection, transaction

from safeguarding.audit.models import Outcome, Verb
from safeguarding.audit.services import record

from .row_security import problems

logger = logging.getLogger("harbour.walls")


@worker_ready.connect
def _started(**_: Any) -> None:
    if settings.ROLE != "destroyer":
        check_walls()


@shared_task
def check_walls() -> int:
    """How many things about the walls are not as `migrate` made them.

    Each is a line in the log; the look is an event.
    """
    found = problems(connection)
    for sentence in found:
        logger.error("%s", sentence)
    with transaction.atomic():
        record(
            Verb.VERIFY,
            object_type="rules.wall",
            count=len(found),
            purpose="walls",
            outcome=Outcome.FAILED if found else Outcome.DONE,
        )
    return len(found)
