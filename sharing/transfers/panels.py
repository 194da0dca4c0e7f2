"""What do files to the next school put into the pages that every app shares? The entry of the menu, lines beside Today,
a panel on the child's tab Sharing, where notices lead, the chronology, and what follows a receipt.
"""

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from children.models import Child
from safeguarding import checks
from safeguarding.accounts.notices import leads_to
from safeguarding.accounts.permissions import may
from safeguarding.audit.by_keys import Statement
from safeguarding.audit.reading import visible
from safeguarding.concerns import chronology
from safeguarding.http import Request
from safeguarding.paging import counted_by_keys
from safeguarding.panels import LATE, MINE, Line, NavItem, Panel, register
from safeguarding.plans.services.work import Today
from sharing.events import outcomes
from sharing.events.capabilities import SharingCapability as C
from sharing.events.permissions import shares_standing_in

from .checks import CHECKS
from .entries import SOURCES
from .models import OPEN, FileTransfer
from .models.transfers import UNSENT
from .permissions import may_send_of
from .services import receiving
from .services.telling import OBJECT
from .views import today_lines


def _opens_list(request: Request) -> bool:
    return may(request.user, C.SHARE, request.held.school_id) or shares_standing_in(request.user)


def _sends_here(request: Request) -> bool:
    return may(request.user, C.SEND_FILES, request.held.school_id)


def _reads_here(request: Request) -> bool:
    return may(request.user, C.SHARE, request.held.school_id)


_late_at = counted_by_keys(
    lambda asked: visible(asked, FileTransfer).filter(asked.one("school_id"), status__in=UNSENT, due_on__lt=Today())
)


def _late(request: Request) -> Statement:
    return _late_at.statement(request, [request.held.school_id])


def _of_child(request: Request, child: Child) -> dict[str, Any] | None:
    """The files of a child, and the way to open one where none is."""
    today = timezone.localdate()
    rows = list(visible(request, FileTransfer).filter(child=child).order_by("-last_day", "-pk"))
    opens = may_send_of(request.user, child.school_id, child.pk) and not any(one.status in OPEN for one in rows)
    if not rows and not opens:
        return None
    return {
        "child": child,
        "transfers": [(one, one.is_late(today), one.is_due_soon(today)) for one in rows],
        "opens": opens,
    }


def _address(key: UUID) -> str:
    return reverse("transfer", args=[key])


chronology.register(*SOURCES)
checks.register(*CHECKS)
leads_to(OBJECT, _address)
outcomes.register(outcomes.Outcome(receiving.was_received, receiving.was_asked_back))
register(
    NavItem(
        "transfers", "Next schools", "transfers", may=_opens_list, order=20, waiting=_late, hot=True, place="sharing"
    ),
    Line(LATE, "transfers", "transfers/today_lines.html", today_lines.late, may=_reads_here, order=26),
    Line(MINE, "transfers", "transfers/today_lines.html", today_lines.due, may=_sends_here, order=46),
    Line(MINE, "additions", "transfers/today_lines.html", today_lines.lacking, may=_sends_here, order=47, opens=True),
    Panel("child_sharing", "transfers", "transfers/of_child.html", _of_child),
)
