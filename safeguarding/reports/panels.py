"""What do reports put into the pages that every app shares? An entry of the menu: the Headteacher's first, and one of
the leads'; the setting of targets; on the first page of who has no Today, what waits for them; and where notices about
files lead.
"""

from collections.abc import Collection, Mapping
from functools import partial
from uuid import UUID

from django.urls import reverse

from safeguarding.accounts.notices import leads_to
from safeguarding.accounts.permissions import may
from safeguarding.audit.reading import visible
from safeguarding.concerns.school_decides import manages_school
from safeguarding.first_pages import first_page
from safeguarding.http import Request
from safeguarding.panels import NavItem, Panel, Setting, register

from .capabilities import ReportCapability as C
from .exports import figures, lists, tables
from .models import Export

OVERVIEW, REPORTS = "overview", "reports"


def begins_here(request: Request) -> bool:
    """Whether the overview is the first page of who asks, in the role in which they work."""
    return request.held.role.may(C.BEGIN_WITH_OVERVIEW)


def _reads(request: Request) -> bool:
    return _sees_figures(request) and not begins_here(request)


def _sees_figures(request: Request) -> bool:
    return may(request.user, C.VIEW_REPORTS, request.held.school_id)


def _address(table: str, request: Request, record: None) -> dict[str, str]:
    """Where the list is taken out as a file."""
    return {"address": f"{reverse('take_out')}?table={table}"}


def _titles(request: Request, keys: Collection[UUID]) -> Mapping[UUID, str]:
    rows = visible(request, Export).filter(pk__in=keys).values_list("pk", "table")
    return {key: found.title for key, table in rows if (found := tables.find(table))}


# The tables that can be taken out are there once their modules are.
TABLES = (figures, lists)
leads_to("export", lambda key: reverse("export", args=[key]), _titles)
register(
    NavItem(OVERVIEW, "Overview", "overview", may=begins_here, order=5),
    NavItem(REPORTS, "Reports", "overview", may=_reads, order=65),
    Setting(
        "targets",
        "Targets",
        "How quickly concerns are to be read and decided, and how much may be late. The overview says how it is.",
        "targets",
        may=manages_school,
        models=("reports.target",),
        order=70,
    ),
    *(
        Panel(
            slot, "waiting", "reports/part_first_page.html", data=lambda request, record: first_page(request), order=4
        )
        for slot in ("staff_home_above", "own_role")
    ),
    *(
        Panel(slot, "take_out", "reports/part_take_out.html", data=partial(_address, table), may=_sees_figures)
        for slot, table in (("plans_actions", "dates"), ("sharing_actions", "sharing"))
    ),
)
