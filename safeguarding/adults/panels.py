"""What do concerns about adults put into the pages that every app shares?"""

from collections.abc import Collection
from functools import partial
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from safeguarding.accounts.notices import leads_to
from safeguarding.accounts.permissions import may
from safeguarding.audit.by_keys import Statement
from safeguarding.audit.page_lists import keep_apart
from safeguarding.audit.reading import read_many, visible
from safeguarding.http import Request
from safeguarding.paging import counted_by_keys
from safeguarding.panels import MENU, NavItem, Panel, Setting, register

from .capabilities import AdultCapability
from .models import StaffConcern, StaffEntry
from .permissions import reads_somewhere
from .services import reading

# As many as a first page shows; the list behind it shows all.
ON_HOME = 3


def _reads(request: Request) -> bool:
    return reads_somewhere(request.user)


def _reads_both(request: Request) -> bool:
    return may(request.user, "view_concerns", request.held.school_id) and _reads(request)


def _reads_these_alone(request: Request) -> bool:
    return _reads(request) and not may(request.user, "view_concerns", request.held.school_id)


_unread_at = counted_by_keys(lambda asked: reading.unread(visible(asked, StaffConcern).filter(asked.one("school_id"))))


def _unread(request: Request) -> Statement:
    return _unread_at.statement(request, [request.held.school_id])


def _reads_by_role(request: Request) -> bool:
    """The Headteacher, who meets them before anything else."""
    return may(request.user, AdultCapability.READ_STAFF_CONCERNS, request.held.school_id)


def _reads_beside(request: Request) -> bool:
    """A lead who receives those that are low-level."""
    return _reads(request) and not _reads_by_role(request)


def _to_read(request: Request, record: Any) -> dict[str, Any] | None:
    """What is open, on the first page of whoever reads it, what has a day first: no panel where there is nothing."""
    mine = visible(request, StaffConcern).filter(school=request.held.school_id)
    rows = reading.most_pressing(mine, visible(request, StaffEntry))
    found = read_many(request, rows[:ON_HOME], purpose="first page")
    if not found:
        return None
    return {"rows": reading.rows_of(found, partial(visible, request), today=timezone.localdate())}


def _nothing(request: Request, record: Any) -> dict[str, Any]:
    return {}


def _references(request: Request, keys: Collection[UUID]) -> dict[UUID, str]:
    found = visible(request, StaffConcern).filter(pk__in=keys).only("reference")
    return {concern.pk: concern.reference for concern in found}


def _logs(request: Request) -> bool:
    return may(request.user, "log_concern", request.held.school_id)


keep_apart("adults")
leads_to("staff_concern", lambda key: reverse("staff_concern", args=[key]), _references)
register(
    # Beside the concerns about children for those who read them, in the menu for those who read these alone.
    *(
        NavItem("staff_concerns", "Concerns about adults", "staff_concerns", may, 24, _unread, hot=True, place=place)
        for place, may in (("concerns", _reads_both), (MENU, _reads_these_alone))
    ),
    Panel("own_role", "adults", "adults/first_page_panel.html", data=_to_read, may=_reads, order=5),
    Panel("today_above", "adults", "adults/first_page_panel.html", data=_to_read, may=_reads_by_role, order=5),
    Panel("today_below_new", "adults", "adults/first_page_panel.html", data=_to_read, may=_reads_beside, order=5),
    Panel("staff_home_aside", "raise_adults", "adults/raise_panel.html", data=_nothing, may=_logs, order=5),
    Panel("today_foot", "raise_adults", "adults/raise_panel.html", data=_nothing, may=_logs, order=95),
    Setting(
        "adults",
        "Who reads low-level concerns about adults",
        "The Headteacher, or the safeguarding lead too; and how the local authority’s designated officer is reached.",
        "low_level_recipient",
        may=lambda r: may(r.user, "read_staff_concerns", r.held.school_id),
        models=("adults.readingchoice",),
        order=60,
    ),
)
