"""Which roles read the governors' report, write it, and approve it?

Domain reference 7, "Reports": the governor reads numbers and never a record. Leads may draft; the Headteacher, who
answers for the school, approves and publishes.
"""

from django.db import models

from safeguarding.accounts.roles import DECIDING, opens_at, register


class GovernorCapability(models.TextChoices):
    """What people do with the governors' report."""

    READ_REPORT = "read_report", "reads the reports to governors that the school has published"
    WRITE_REPORT = "write_report", "writes reports to governors"
    APPROVE_REPORT = "approve_report", "approves and publishes reports to governors"


C = GovernorCapability
register(
    GovernorCapability,
    held_by={
        C.READ_REPORT: ("governor", *DECIDING),
        C.WRITE_REPORT: DECIDING,
        C.APPROVE_REPORT: ("headteacher",),
    },
    # Numbers that name nobody.
    without_records=(C.READ_REPORT,),
    unnamed=dict.fromkeys(C, "a report names nobody"),
)
# After all that were said: whoever holds something else begins there.
opens_at("governor_home", C.READ_REPORT)
