"""Let go of stored files that belong to nothing. Work of the worker, for nobody in particular."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from safeguarding.audit.context import system_task
from safeguarding.audit.models import Outcome, Verb
from safeguarding.audit.services import record
from safeguarding.sealing import files
from safeguarding.sealing.exceptions import FilesAway
from safeguarding.uploads.models import names_in_store

# One form that is cut off leaves sixty at most: ten files, each with its pictures.
MOST_STRAYS = 300
# A form takes no longer between storing a file and saving its row.
_YOUNG = timedelta(days=1)


def drop_strays(*, at: datetime | None = None) -> int:
    """Delete stored files that no row names and that are older than a day. Returns how many; 0 while the store is away.

    Forms that were cut off leave a few. Where there are many, it is the rows that are missing (an older backup was put
    back, a wall hides them), and nothing is deleted.
    """
    at = at or timezone.now()
    with system_task("files"):
        known = names_in_store()
    try:
        strays = [name for name in files.stored_names() if name not in known and at - files.stored_at(name) > _YOUNG]
        if not strays:
            return 0
        too_many = len(strays) > MOST_STRAYS
        if not too_many:
            files.drop(*strays)
    except FilesAway:
        return 0  # the next time
    with transaction.atomic():
        record(
            Verb.DISCARD,
            object_type="uploads.file",
            count=len(strays),
            purpose="stray files",
            outcome=Outcome.REFUSED if too_many else Outcome.DONE,
        )
    return 0 if too_many else len(strays)
