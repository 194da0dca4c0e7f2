"""Which roles see how Harbour itself is doing?

The Headteacher answers for the school, leads work with what the checks look at, and who keeps the installation running
puts right what is of the machine. Each line asks for its own capability beside this one (`checks.Check.sees`).
"""

from django.db import models

from safeguarding.accounts.roles import DECIDING, register


class CheckCapability(models.TextChoices):
    """What people do with the self-check."""

    VIEW_CHECKS = "view_checks", "sees what Harbour finds when it looks at itself"


C = CheckCapability
register(
    CheckCapability,
    held_by={C.VIEW_CHECKS: ("it_admin", *DECIDING)},
    unnamed={C.VIEW_CHECKS: "it shows numbers, without names"},
)
