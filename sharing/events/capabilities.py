"""Which roles share, keep consents and the address book, and send the file to the next school?

Domain reference 7, "Record/approve a share" and "Transfer CP file"; who keeps consents and recipients follows the
first (section 12).
"""

from django.db import models

from safeguarding.accounts.roles import ACTING_LEAD, DECIDING, register


class SharingCapability(models.TextChoices):
    """What people do with what goes outside."""

    SHARE = "share", "records what is shared outside, consents to it, and the address book"
    SEND_FILES = "send_files", "sends the child protection file to the next school"


C = SharingCapability
register(
    SharingCapability,
    held_by={C.SHARE: DECIDING, C.SEND_FILES: ("deputy_lead", "trust_lead", ACTING_LEAD, "lead")},
)
