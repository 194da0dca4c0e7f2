"""How are reports to governors told beyond a page? Not at all: they name nobody."""

from safeguarding.parts import left_out

from .models import GovernorReport, NameAnswer, ReportBuild, ReportCell, ReportComment

left_out(
    GovernorReport,
    ReportBuild,
    ReportCell,
    ReportComment,
    NameAnswer,
    called="Reports to governors",
    because="It is numbers of the school and what the school says of them. It is about nobody.",
)
