"""What do requests about data put into the pages that every app shares? The entry of the menu, lines beside Today, what
the office and those who are asked find on their first page, the record of a child, where notices lead, numbers.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.urls import reverse

from children.services.keeping import Requests, requests_with
from safeguarding import checks
from safeguarding import first_pages as task_register
from safeguarding.accounts.notices import leads_to
from safeguarding.accounts.permissions import may
from safeguarding.audit.by_keys import Statement
from safeguarding.audit.page_lists import keep_apart
from safeguarding.audit.reading import visible
from safeguarding.concerns import chronology
from safeguarding.glance import seen
from safeguarding.http import Request
from safeguarding.paging import counted_by_keys
from safeguarding.panels import LATE, MINE, SECOND, Line, NavItem, Panel, register
from safeguarding.references import quoted

from .capabilities import RequestCapability as C
from .checks import CHECKS
from .entries import SOURCES
from .models import (
    Redaction,
    RequestFile,
    RequestItem,
    RequestPerson,
    RequestRole,
    RequestStep,
    RightsRequest,
    SearchPlace,
)
from .permissions import works_on_requests
from .services import correcting
from .services.locking import OBJECT
from .views import first_pages


def _handles(request: Request) -> bool:
    return may(request.user, C.HANDLE_REQUESTS, request.held.school_id)


def _opens_list(request: Request) -> bool:
    return _handles(request) or works_on_requests(request.user)


def _is_asked(request: Request) -> bool:
    return bool(seen(request.user, "requests_asked")[0])


def _logs(request: Request) -> bool:
    return may(request.user, "log_concern", request.held.school_id)


# What nobody has taken up: its time runs.
_new_at = counted_by_keys(
    lambda asked: visible(asked, RightsRequest).filter(asked.one("school_id"), status=RightsRequest.Status.HANDED_IN)
)


def _new(request: Request) -> Statement | int:
    return _new_at.statement(request, [request.held.school_id]) if _handles(request) else 0


def _nothing(request: Request, record: Any) -> dict[str, Any]:
    return {}


def _address(request: Request, reference: str) -> str:
    """Where the request with this number is shown, for who may see it."""
    if not reference.startswith(("SAR-", "RQ-")):
        return ""
    found = visible(request, RightsRequest).filter(school=request.held.school_id, reference=reference)
    row = found.only("pk").first()
    return reverse("request", args=[row.pk]) if row else ""


def _references(request: Request, keys: Collection[UUID]) -> dict[UUID, str]:
    return {one.pk: one.reference for one in visible(request, RightsRequest).filter(pk__in=keys).only("reference")}


# Who works on a request tells where something is hidden from who prepares it, who may read the log of the school. What
# was built, locked and handed over stays in it.
for _kind in (
    RightsRequest,
    RequestRole,
    RequestStep,
    SearchPlace,
    RequestItem,
    RequestFile,
    RequestPerson,
    Redaction,
):
    keep_apart(_kind._meta.label_lower)
chronology.register(*SOURCES)
checks.register(*CHECKS)
requests_with(Requests(correcting.open_about, correcting.tie))
task_register.register(*first_pages.TASKS)
leads_to(OBJECT, lambda key: reverse("request", args=[key]), _references)
quoted(_address)
register(
    NavItem("requests", "Requests", "requests", may=_opens_list, order=35, waiting=_new),
    Line(LATE, "requests", "requests/today_lines.html", first_pages.late, may=_handles, order=28),
    Line(MINE, "requests", "requests/today_lines.html", first_pages.due, may=_handles, order=48),
    Line(SECOND, "requests_to_approve", "requests/today_lines.html", first_pages.to_approve, may=_handles, order=40),
    Line(MINE, "request_searches", "requests/today_asked.html", first_pages.asked_lines, may=_is_asked, order=49),
    *(
        Panel(slot, "requests_asked", "requests/asked_panel.html", data=first_pages.asked, may=_is_asked, order=8)
        for slot in ("staff_home", "own_role")
    ),
    Panel("staff_home", "requests", "requests/office_panel.html", data=first_pages.of_office, order=9),
    *(
        Panel(slot, "hand_in_request", "requests/hand_in_panel.html", data=_nothing, may=_logs, order=order)
        for slot, order in (("staff_home_aside", 8), ("today_foot", 96))
    ),
    Panel("record_actions", "requests", "requests/of_child.html", first_pages.of_child, may=_handles, order=40),
)
