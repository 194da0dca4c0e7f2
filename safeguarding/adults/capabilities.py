"""Which roles read and decide concerns about adults?"""

from django.db import models

from safeguarding.accounts.roles import register


class AdultCapability(models.TextChoices):
    READ_STAFF_CONCERNS = (
        "read_staff_concerns",
        "reads and decides concerns about adults who work here, but for those about themselves",
    )
    READ_ABOUT_HEAD = "read_about_head", "reads and decides concerns about the Headteacher"
    RECEIVE_LOW_LEVEL = "receive_low_level", "reads low-level concerns about adults, where the school has chosen so"


register(
    AdultCapability,
    held_by={
        AdultCapability.READ_STAFF_CONCERNS: ("headteacher",),
        AdultCapability.READ_ABOUT_HEAD: ("chair",),
        AdultCapability.RECEIVE_LOW_LEVEL: ("lead",),
    },
)
