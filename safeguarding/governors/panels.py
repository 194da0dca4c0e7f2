"""What do reports to governors put into the pages that every app shares? The governor's first page, a page below the
overview, the way there from the overview itself, what waits to be approved, and a setting.
"""

from typing import Any

from django.urls import reverse

from safeguarding.accounts.notices import leads_to
from safeguarding.accounts.permissions import may
from safeguarding.audit.reading import read_many, visible
from safeguarding.http import Request
from safeguarding.panels import MINE, Line, NavItem, Panel, Setting, register
from safeguarding.reports.panels import OVERVIEW, REPORTS, begins_here

from .capabilities import GovernorCapability as C
from .models import GovernorReport
from .services.publishing import OBJECT, latest

GOVERNOR, WRITER, OF_LEADS = "governor_report", "governor_reports", "governor_reports_of_leads"
_S = GovernorReport.Status
_SHOWN = 12


def _writes(request: Request) -> bool:
    return may(request.user, C.WRITE_REPORT, request.held.school_id)


def _only_reads(request: Request) -> bool:
    return may(request.user, C.READ_REPORT, request.held.school_id) and not _writes(request)


def _approves(request: Request) -> bool:
    return may(request.user, C.APPROVE_REPORT, request.held.school_id)


def _manages(request: Request) -> bool:
    return may(request.user, "manage_school", request.held.school_id)


def nav_of(request: Request) -> str:
    """The entry of the menu within which the pages stand, for whoever asks."""
    if not _writes(request):
        return GOVERNOR
    return WRITER if begins_here(request) else OF_LEADS


def _newest(request: Request) -> list[GovernorReport]:
    """Read once for a page: two of its pieces ask."""
    known: list[GovernorReport] | None = request.__dict__.get("newest_governor_reports")
    if known is None:
        rows = visible(request, GovernorReport).filter(school=request.held.school_id).exclude(status=_S.WITHDRAWN)
        known = list(rows.order_by("-starts_on", "-version")[:_SHOWN])
        request.__dict__["newest_governor_reports"] = known
    return known


def _on_overview(request: Request, record: Any) -> dict[str, Any]:
    """The latest published report and the draft, where there are."""
    rows = _newest(request)
    found = [latest(rows), next((one for one in rows if one.status in (_S.DRAFT, _S.APPROVED)), None)]
    return {"reports": read_many(request, [one for one in found if one], purpose="reports to governors")}


def _to_approve(request: Request) -> dict[str, Any] | None:
    """Drafts whose numbers are counted, and what was approved and is not published."""
    rows = [one for one in _newest(request) if one.status in (_S.DRAFT, _S.APPROVED) and one.chosen_id]
    if not rows:
        return None
    return {"reports": read_many(request, rows, purpose="reports to governors"), "number": len(rows)}


leads_to(OBJECT, lambda key: reverse("governor_report", args=[key]))
register(
    NavItem(GOVERNOR, "Report", "governor_home", may=_only_reads, order=5),
    NavItem(
        WRITER, "Reports to governors", "governor_reports", may=lambda r: _writes(r) and begins_here(r), order=10,
        place=OVERVIEW,
    ),
    NavItem(
        OF_LEADS, "Reports to governors", "governor_reports", may=lambda r: _writes(r) and not begins_here(r), order=10,
        place=REPORTS,
    ),
    Panel("overview_aside", "governors", "governors/part_overview.html", _on_overview, may=_writes, order=30),
    Line(MINE, "governors", "governors/part_to_approve.html", _to_approve, may=_approves, order=60, approves=True),
    Setting(
        "governors",
        "Reports to governors",
        "Below which number a group is hidden, so that no number tells of single children.",
        "governor_settings",
        may=_manages,
        models=("governors.reportsetting",),
        order=47,
    ),
)  # fmt: skip
