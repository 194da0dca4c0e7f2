"""Which roles see how safeguarding is going in figures, and whose first page is that?

Domain reference 7: who reads the concerns of a school sees the figures made of what they may read. The Headteacher
answers for the school, and begins there; leads begin with Today.
"""

from django.db import models

from safeguarding.accounts.roles import DECIDING, opens_at, register


class ReportCapability(models.TextChoices):
    """What people do with figures."""

    VIEW_REPORTS = "view_reports", "sees how safeguarding is going in figures made of what they may read"
    BEGIN_WITH_OVERVIEW = "begin_with_overview", "begins with the overview of the school"


C = ReportCapability
register(
    ReportCapability,
    held_by={C.VIEW_REPORTS: DECIDING, C.BEGIN_WITH_OVERVIEW: ("headteacher",)},
    unnamed={C.BEGIN_WITH_OVERVIEW: "it opens no record"},
)
opens_at("overview", C.BEGIN_WITH_OVERVIEW, first=True)
