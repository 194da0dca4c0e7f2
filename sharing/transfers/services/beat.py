"""What does the machine do with files to the next school by itself? It opens them, follows their days, and tells."""

from datetime import datetime

from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import School
from safeguarding.ages import over
from safeguarding.audit.context import system_task
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.services.reminding import FROM
from sharing.transfers.models import FileSending, FileTransfer
from sharing.transfers.models.transfers import UNSENT

from .opening import follow_days, open_leavers
from .telling import remind
from .words import SHOWN_FOR

TASK = "transfers"


@system_task(TASK)
def keep_transfers(*, at: datetime | None = None) -> int:
    """Open a file for each leaver, follow the days of those that have not gone, and tell of what is due. May run twice.

    Returns how many were opened.
    """
    here = timezone.localtime(at or timezone.now())
    opened = sum(open_leavers(school, at=here) for school in School.objects.order_by("pk"))
    unsent = list(
        FileTransfer.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(status__in=UNSENT, child__isnull=False)
        .order_by("pk")
    )
    left = Child.objects.filter(pk__in=[one.child_id for one in unsent], left_on__isnull=False)
    follow_days(unsent, dict(left.values_list("pk", "left_on")))
    if here.time() >= FROM:
        remind(unsent, at=here)
    forget_words(at=here)
    return opened


def forget_words(*, at: datetime) -> int:
    """Words that were shown are kept nowhere once their page is over. Returns how many were emptied."""
    # However long the machine was away.
    rows = list(FileSending.objects.filter(over("words_shown_at", SHOWN_FOR, at)).exclude(words=b""))
    for one in rows:
        one.words = ""
        one.save(update_fields=["words"])
        record(Verb.CHANGE, one, purpose="words are over")
    return len(rows)
