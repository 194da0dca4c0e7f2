"""What do reports put into the pages that every app shares? An entry of the menu: the Headteacher's first, and one of
the leads'.
"""

from safeguarding.accounts.permissions import may
from safeguarding.http import Request
from safeguarding.panels import NavItem, register

from .capabilities import ReportCapability as C

OVERVIEW, REPORTS = "overview", "reports"


def begins_here(request: Request) -> bool:
    """Whether the overview is the first page of who asks, in the role in which they work."""
    return request.held.role.may(C.BEGIN_WITH_OVERVIEW)


def _reads(request: Request) -> bool:
    return may(request.user, C.VIEW_REPORTS, request.held.school_id) and not begins_here(request)


register(
    NavItem(OVERVIEW, "Overview", "overview", may=begins_here, order=5),
    NavItem(REPORTS, "Reports", "overview", may=_reads, order=65),
)
