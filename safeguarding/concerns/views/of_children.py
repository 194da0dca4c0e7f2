"""What do concerns put beside a child: what may be done from every tab of the record, and how many are open."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from children.permissions import may_see_files
from children.services import may_be_named
from safeguarding.accounts.permissions import may
from safeguarding.audit.reading import visible
from safeguarding.concerns.forms.typed import ABOUT
from safeguarding.concerns.models import Concern, ConcernChild
from safeguarding.dates import counted
from safeguarding.http import Request
from safeguarding.panels import Panel


def _logs_about(request: Request, child: Any) -> dict[str, Any] | None:
    """The way to a log form that names the child, at the school where the person works now."""
    logs = may(request.user, "log_concern", child.school_id) and request.held.school_id == child.school_id
    if not (logs and may_be_named(child, timezone.localdate())):
        return None
    return {"log_url": f"{reverse('log_concern')}?{ABOUT}={child.pk}"}


def _meets(request: Request, child: Any) -> dict[str, Any] | None:
    """The way to the two pages for a meeting, on every tab of a child whose concerns the person reads."""
    return {} if may_see_files(request.user, child) else None


def open_concerns(request: Request, children: Collection[UUID]) -> dict[UUID, str]:
    """How many concerns that are not closed name each of these children, of those that the person reads: one query.

    Nothing for who reads no concerns at the school.
    """
    if not (children and may(request.user, "view_concerns", request.held.school_id)):
        return {}
    still_open = visible(request, Concern).filter(school=request.held.school_id).exclude(status=Concern.Status.CLOSED)
    naming = visible(request, ConcernChild).filter(child__in=children, concern__in=still_open.values("pk"))
    numbers = naming.order_by().values_list("child").annotate(Count("concern", distinct=True))
    return {key: counted(number, "open concern") for key, number in numbers}


ENTRIES = (
    Panel("record_actions", "log", "concerns/log_action.html", data=_logs_about, order=10),
    Panel("record_actions", "brief", "concerns/brief_action.html", data=_meets, order=20),
)
