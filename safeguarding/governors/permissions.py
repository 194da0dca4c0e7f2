"""Who may see a report to governors, its numbers, and its comments?

Read aloud: *the Headteacher and the leads see the reports of their school from the first draft. Governors see what was
published, with the comments. Break-downs are seen by governors, and by those who read every record of the school:
beside the figures of somebody who reads a part of them, an exact number would tell of what is hidden. They see totals.*
"""

from typing import Any

from django.db.models import Q

from safeguarding.audit.protection import Rule, among, fact, rule

from .capabilities import GovernorCapability as C
from .models import GovernorReport, NameAnswer, ReportBuild, ReportCell, ReportComment


def _at(me: Any, capability: C) -> Q:
    return among("school_id", fact("schools_with", me, capability))


@rule(GovernorReport)
def reports_seen(me: Any) -> Rule:
    """A draft by who writes it; what was once published by who reads reports, also that it was withdrawn."""
    return Rule(
        because={"writes": _at(me, C.WRITE_REPORT), "reads": Q(published_at__isnull=False) & _at(me, C.READ_REPORT)}
    )


@rule(ReportBuild)
def builds_seen(me: Any) -> Rule:
    """When its numbers were counted."""
    return Rule(because={"reads": among("id", fact("report_builds_open_to", me))})


@rule(ReportCell)
def cells_seen(me: Any) -> Rule:
    """Totals by who reads the report; break-downs not by who counts a part of the same records."""
    opened = among("build_id", fact("report_builds_open_to", me))
    return Rule(
        because={
            "total": Q(is_total=True) & opened,
            "whole": opened & ~among("school_id", fact("schools_seen_in_part", me)),
        }
    )


@rule(ReportComment)
def comments_seen(me: Any) -> Rule:
    """Comments of a draft by who writes it, of a published one by its readers."""
    return Rule(because={"reads": among("report_id", fact("reports_open_to", me))})


@rule(NameAnswer)
def answers_seen(me: Any) -> Rule:
    """What was asked about a comment, by who writes reports."""
    return Rule(because={"writes": _at(me, C.WRITE_REPORT)})
