"""What do files from other schools put into the pages that every app shares? An entry below Sharing, what waits beside
Today, the ways from a child's sharing and from the earlier records.
"""

from typing import Any

from django.urls import reverse

from safeguarding.accounts.permissions import may
from safeguarding.audit.by_keys import ByKeys
from safeguarding.audit.reading import read_many, visible
from safeguarding.concerns.models import EarlierBatch
from safeguarding.http import Request
from safeguarding.panels import MINE, Line, NavItem, Panel, register

from .models import FileReceived
from .permissions import OPENS

# On a child's page; beside Today, where the list behind shows all; and as many as are counted there.
SHOWN, ON_TODAY, MOST = 20, 1, 100
_WAITS = (EarlierBatch.Status.HELD, EarlierBatch.Status.READY)


_waiting_at = ByKeys(
    lambda asked: (
        visible(asked, FileReceived)
        .filter(asked.one("school_id"), batch__status__in=_WAITS)
        .select_related("batch")
        .order_by("received_at", "pk")[:MOST]
    )
)


def _opens(request: Request) -> bool:
    return may(request.user, OPENS, request.held.school_id)


def _of_child(request: Request, child: Any) -> dict[str, Any] | None:
    """The files of a child, and the way to record one; no panel for who opens none."""
    if not may(request.user, OPENS, child.school_id):
        return None
    rows = visible(request, FileReceived).filter(child=child).select_related("batch").order_by("-received_at", "-pk")
    return {"files": read_many(request, rows[:SHOWN], purpose="files from other schools", about=child)}


def _of_batch(request: Request, batch: EarlierBatch) -> dict[str, Any] | None:
    """The file that a batch came as."""
    if not batch.is_file:
        return None
    found = visible(request, FileReceived).filter(batch=batch).only("pk", "sender").first()
    return {"received": found} if found else None


def _link(request: Request, record: Any) -> dict[str, Any]:
    return {}


def _waiting(request: Request) -> dict[str, Any] | None:
    """Files that wait for a call, or to be looked at."""
    found = _waiting_at(request, [request.held.school_id])
    if not found:
        return None
    lists = {"all": ("Files from other schools", reverse("received_files"))} if len(found) > ON_TODAY else {}
    return {"files": read_many(request, found[:ON_TODAY]), "number": len(found), **lists}


register(
    NavItem("received", "From other schools", "received_files", may=_opens, order=40, place="sharing"),
    Line(MINE, "received", "received/today_lines.html", _waiting, may=_opens, order=46),
    Panel("child_sharing", "received", "received/of_child.html", _of_child, order=50),
    Panel("earlier_batch", "received", "received/of_batch.html", _of_batch, may=_opens, order=20),
    Panel("earlier_batches", "received", "received/of_earlier.html", _link, may=_opens, order=20),
)
