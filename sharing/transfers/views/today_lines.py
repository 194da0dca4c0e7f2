"""What do files to the next school put beside Today? What is late, what is due soon, and what has to be added."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from safeguarding.audit.reading import read_many, visible
from safeguarding.dates import counted
from safeguarding.http import Request
from safeguarding.once import once
from sharing.transfers.forms.transfers import ALL_OPEN
from sharing.transfers.models import FileTransfer
from sharing.transfers.models.transfers import UNSENT
from sharing.transfers.services.additions import number_lacking

# As many as stand beside Today; as many as a school has at once; and of how many that went it is asked what they lack.
SHOWN, MOST, LOOKED_INTO = 1, 300, 100
Said = Callable[[FileTransfer], tuple[str, str]]


def late(request: Request) -> dict[str, Any] | None:
    """What should have gone by now."""
    today = timezone.localdate()

    def said(one: FileTransfer) -> tuple[str, str]:
        return counted((today - one.due_on).days, "day late", "days late"), "bad"

    return _lines(request, [one for one in _at_hand(request) if one.is_late(today)], said, hot=True)


def due(request: Request) -> dict[str, Any] | None:
    """What should be on its way, and is not late."""
    today = timezone.localdate()

    def said(one: FileTransfer) -> tuple[str, str]:
        left = (one.due_on - today).days
        return ("Due today" if not left else f"Due in {counted(left, 'day')}"), "warn"

    return _lines(request, [one for one in _at_hand(request) if one.is_due_soon(today)], said)


def lacking(request: Request) -> dict[str, Any] | None:
    """What has gone without something that the reader sees."""
    found = [one for one in _at_hand(request) if not one.is_unsent][:LOOKED_INTO]
    numbers = number_lacking(request, found)
    rows = sorted((one for one in found if one.pk in numbers), key=attrgetter("sent_at", "pk"), reverse=True)
    return _lines(request, rows, lambda one: ("Send the addition", "warn"))


def _at_hand(request: Request) -> list[FileTransfer]:
    """What should be on its way by today, and what has gone: read once for the three lines."""
    school = request.held.school_id

    def read() -> list[FileTransfer]:
        unsent = Q(status__in=UNSENT, warn_on__lte=timezone.localdate())
        gone = ~Q(status__in=UNSENT) & Q(sent_at__isnull=False, child__isnull=False, child__left_on=F("last_day"))
        rows = visible(request, FileTransfer).filter(unsent | gone, school=school).select_related("child")
        return list(rows.order_by(F("sent_at").desc(nulls_first=True), "due_on", "pk")[:MOST])

    return once(("files to next schools", request.user.pk, school), read)


def _lines(request: Request, found: Sequence[FileTransfer], said: Said, *, hot: bool = False) -> dict[str, Any] | None:
    if not found:
        return None
    read_many(request, found[:SHOWN], purpose="files to next schools")
    whole = ("Files to the next school", f"{reverse('transfers')}?state={ALL_OPEN}")
    return {"transfers": [(one, said(one)) for one in found[:SHOWN]], "number": len(found), "hot": hot, "all": whole}
