"""What of files to the next school does Harbour look at by itself, and when is it good?"""

from datetime import timedelta

from django.db.models import Q

from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.addresses import address_of
from safeguarding.audit.reading import visible
from safeguarding.check_counts import Counted, Tally
from safeguarding.checks import Check, Found, Looker, State
from safeguarding.dates import as_day, counted, start_of
from sharing.events.capabilities import SharingCapability as C

from .models import FileTransfer

# School days after which a receipt is asked for: practice, as the law names no day (domain reference 1.5).
RECEIPT_AFTER = 5
_SENT = FileTransfer.Status.SENT


def _too_long(looker: Looker) -> tuple[Q, ...]:
    """Sent on a day from which so many school days have passed."""
    last = SchoolCalendar.of(looker.school_id).school_days_ago(as_day(looker.at), RECEIPT_AFTER)
    return (Q(sent_at__lt=start_of(last + timedelta(days=1))),)


def _receipts(looker: Looker, tally: Tally) -> Found:
    [late] = tally.some
    address = f"{address_of('transfers')}?state={_SENT}"
    if late and tally.oldest_at:
        calendar = SchoolCalendar.of(looker.school_id)
        days = calendar.school_days_between(as_day(tally.oldest_at), as_day(looker.at))
        oldest = f"the oldest sent {counted(days, 'school day')} ago"
        return Found(State.LOOK, f"{counted(late, 'file')}, {oldest}.", late, address)
    if tally.number:
        return Found(State.GOOD, f"None; {counted(tally.number, 'file')} sent lately.", 0, address)
    return Found(State.GOOD, "Every file that was sent has its receipt.", 0, address)


CHECKS = (
    Check(
        "transfer_receipts",
        "Files to next schools without a receipt",
        f"The next school confirms each file within {RECEIPT_AFTER} school days, or somebody asks.",
        Counted(
            lambda looker: visible(looker, FileTransfer).filter(school_id=looker.school_id, status=_SENT),
            _receipts,
            some=_too_long,
            moment="sent_at",
        ),
        sees=C.SHARE,
        url_name="transfers",
        order=42,
    ),
)
