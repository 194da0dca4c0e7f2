"""A report as a PDF and as a workbook: the same cells as its page."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from safeguarding.accounts.permissions import requires_for_record
from safeguarding.audit.models import Verb
from safeguarding.audit.reading import read_one, visible
from safeguarding.governors.capabilities import GovernorCapability as C
from safeguarding.governors.models import GovernorReport
from safeguarding.governors.services import showing
from safeguarding.http import Request
from safeguarding.printing.paper import paper

from .showing import context_of, seen_of

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _read(request: Request, report_id: UUID, verb: Verb) -> GovernorReport:
    """One that has numbers. Raises `Http404`, also of one that was withdrawn."""
    rows = visible(request, GovernorReport).select_related("approved_by", "published_by", "replaced_by", "replaces")

    def has_numbers(one: GovernorReport) -> bool:
        return one.chosen_id is not None and one.status != GovernorReport.Status.WITHDRAWN

    found = read_one(request, rows, pk=report_id, verb=verb, also=has_numbers)
    request.of_school = found.school_id
    return found


@require_GET
@requires_for_record(C.READ_REPORT)
def governor_report_paper(request: Request, report_id: UUID) -> HttpResponse:
    """The report on paper; a draft says that it is one."""
    report = _read(request, report_id, Verb.PRINT)
    context: dict[str, Any] = context_of(request, report)
    return paper(
        request,
        "pdf/governors_report.html",
        context,
        title=f"Report to governors, {report.name}",
        school_id=report.school_id,
    )


@require_GET
@requires_for_record(C.READ_REPORT)
def governor_report_sheet(request: Request, report_id: UUID) -> HttpResponse:
    """The same numbers and comments as a workbook."""
    report = _read(request, report_id, Verb.EXPORT)
    seen = seen_of(request, report)
    if seen.build is None:
        raise Http404
    answer = HttpResponse(showing.as_workbook(report, seen.build, seen.sections), content_type=_XLSX)
    name = f"Report to governors, {report.name}.xlsx"
    answer["Content-Disposition"] = content_disposition_header(True, name) or ""
    return answer
