"""What do files to the next school put beside Today? What is late, what is due soon, and what has to be added."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from safeguarding.audit.reading import read_many, visible
from safeguarding.dates import counted
from safeguarding.http import Request
from sharing.transfers.forms.transfers import ALL_OPEN
from sharing.transfers.models import FileTransfer
from sharing.transfers.models.transfers import UNSENT
from sharing.transfers.services.additions import number_lacking

# As many as stand beside Today; and as many as a school has at once.
SHOWN, MOST = 1, 100
Said = Callable[[FileTransfer], tuple[str, str]]


def late(request: Request) -> dict[str, Any] | None:
    """What should have gone by now."""
    today = timezone.localdate()
    rows = _of_school(request).filter(status__in=UNSENT, due_on__lt=today).order_by("due_on", "pk")

    def said(one: FileTransfer) -> tuple[str, str]:
        return counted((today - one.due_on).days, "day late", "days late"), "bad"

    return _lines(request, list(rows[:MOST]), said, hot=True)


def due(request: Request) -> dict[str, Any] | None:
    """What should be on its way, and is not late."""
    today = timezone.localdate()
    rows = _of_school(request).filter(status__in=UNSENT, warn_on__lte=today, due_on__gte=today)

    def said(one: FileTransfer) -> tuple[str, str]:
        left = (one.due_on - today).days
        return ("Due today" if not left else f"Due in {counted(left, 'day')}"), "warn"

    return _lines(request, list(rows.order_by("due_on", "pk")[:MOST]), said)


def lacking(request: Request) -> dict[str, Any] | None:
    """What has gone without something that the reader sees."""
    sent = _of_school(request).filter(sent_at__isnull=False, child__isnull=False, child__left_on=F("last_day"))
    found = list(sent.order_by("-sent_at", "-pk")[:MOST])
    numbers = number_lacking(request, found)
    rows = [one for one in found if one.pk in numbers]
    return _lines(request, rows, lambda one: ("Send the addition", "warn"))


def _of_school(request: Request) -> Any:
    return visible(request, FileTransfer).filter(school=request.held.school_id).select_related("child")


def _lines(request: Request, found: Sequence[FileTransfer], said: Said, *, hot: bool = False) -> dict[str, Any] | None:
    if not found:
        return None
    read_many(request, found, purpose="files to next schools")
    whole = ("Files to the next school", f"{reverse('transfers')}?state={ALL_OPEN}")
    return {"transfers": [(one, said(one)) for one in found[:SHOWN]], "number": len(found), "hot": hot, "all": whole}
