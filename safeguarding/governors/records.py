"""What must the rest of Harbour know of reports to governors, and which task counts their numbers?"""

from safeguarding.records import Kind, Refused, declare

from .models import GovernorReport, NameAnswer, ReportBuild, ReportCell, ReportComment, ReportSetting

# The one task of the machine: what it reads of records beside these is said by who counts (`building.py`).
TASK = "governors report"
_NOT_SEARCHED = Refused("a report is found in the list of reports, and names nobody")
# It is of no record that a history hangs on.
_NOT_FOLLOWED = Refused("each of its moves is an event, and its page says who did what and when")
_OF_REPORTS = {"searched": _NOT_SEARCHED, "followed": _NOT_FOLLOWED}

declare(
    GovernorReport,
    called=("report to governors", "reports to governors"),
    name=lambda row: row.name,
    page="governor_report",
    needed_by=(TASK,),
    **_OF_REPORTS,
)
declare(ReportBuild, ReportCell, needed_by=(TASK,), **_OF_REPORTS)
declare(ReportComment, NameAnswer, **_OF_REPORTS)
declare(ReportSetting, kind=Kind.REFERENCE)
