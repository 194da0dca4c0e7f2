"""What does sharing put beside Today? What is late, what waits for the reader's hand, what nobody has confirmed."""

from typing import Any

from django.urls import reverse
from django.utils import timezone

from safeguarding.audit.reading import read_many, visible
from safeguarding.dates import counted
from safeguarding.http import Request
from safeguarding.once import once
from sharing.events.forms.register import WAITS
from sharing.events.models import SharingEvent
from sharing.events.services import waiting

# As many as stand beside Today, where several kinds share a panel; the page behind shows all. More than a school has.
SHOWN, MOST = 1, 300


def late(request: Request) -> dict[str, Any] | None:
    """What should have gone, or been decided, by now."""
    today = timezone.localdate()

    def said(one: SharingEvent) -> tuple[str, str]:
        days = (today - one.due_on).days if one.due_on else 0
        return counted(days, "day late", "days late"), "bad"

    return _lines(request, [one for one in _waiting(request) if one.is_late(today)], said, hot=True)


def due(request: Request) -> dict[str, Any] | None:
    """What is due today, and what was decided and has not gone."""
    today = timezone.localdate()
    rows = [one for one in _waiting(request) if one.is_due(today)]
    return _lines(request, rows, lambda one: (one.get_status_display(), "warn"))


def unanswered(request: Request) -> dict[str, Any] | None:
    """What was sent, or asked back, and nobody there has answered by the day that was expected."""
    today = timezone.localdate()

    def said(one: SharingEvent) -> tuple[str, str]:
        return ("Not confirmed" if one.status == SharingEvent.Status.SENT else "Asked back, no answer"), "warn"

    return _lines(request, [one for one in _waiting(request) if one.is_unanswered(today)], said)


def to_lift(request: Request) -> dict[str, Any] | None:
    """What another person asks to let go although something stands in its way."""
    rows = [
        one
        for one in _waiting(request)
        if one.lift_asked_at and one.lifted_at is None and one.lift_asked_by_id != request.user.pk
    ]
    return _lines(request, rows, lambda one: ("Let it go?", "warn"))


def _waiting(request: Request) -> list[SharingEvent]:
    """All that waits today, read once for its lines."""
    school = request.held.school_id

    def read() -> list[SharingEvent]:
        rows = waiting.at_hand(visible(request, SharingEvent), school, timezone.localdate())
        return list(rows.select_related("child", "recipient")[:MOST])

    return once(("sharing that waits", request.user.pk, school), read)


def _lines(request: Request, found: list[SharingEvent], said: Any, *, hot: bool = False) -> dict[str, Any] | None:
    if not found:
        return None
    read_many(request, found[:SHOWN], purpose="sharing that waits")
    whole = ("Sharing", f"{reverse('sharing')}?state={WAITS}")
    return {"shares": [(one, said(one)) for one in found[:SHOWN]], "number": len(found), "hot": hot, "all": whole}
