"""What of a report does its reader see? The same for the page, the paper and the workbook."""

from dataclasses import dataclass
from typing import Any

from safeguarding.accounts.services import get_school
from safeguarding.audit.protection import known
from safeguarding.audit.reading import visible
from safeguarding.governors.models import GovernorReport, ReportBuild, ReportCell, ReportComment
from safeguarding.governors.services import showing
from safeguarding.governors.services.showing import ShownSection
from safeguarding.http import Request


@dataclass(frozen=True)
class Seen:
    """A report with its sections, as its reader sees them. `in_part`: without break-downs of tables about children."""

    report: GovernorReport
    build: ReportBuild | None
    sections: list[ShownSection]
    in_part: bool


def seen_of(request: Request, report: GovernorReport) -> Seen:
    """What the reader sees of its cells and comments. Four queries."""
    in_part = report.school_id in known("schools_seen_in_part", request.user.pk)
    build = visible(request, ReportBuild).filter(pk=report.chosen_id).first() if report.chosen_id else None
    rows = visible(request, ReportCell).filter(build=build) if build else []
    comments = {one.section: one for one in visible(request, ReportComment).filter(report=report)}
    return Seen(report, build, showing.shown_of(rows, comments, in_part=in_part), in_part)


def context_of(request: Request, report: GovernorReport) -> dict[str, Any]:
    """What page and paper print of it."""
    seen = seen_of(request, report)
    return {
        "report": report,
        "school": get_school(report.school_id),
        "sections": seen.sections,
        "in_part": seen.in_part,
        "build": seen.build,
        "told": showing.told(seen.build) if seen.build else [],
        "shows": report.is_read and seen.build is not None,
    }
