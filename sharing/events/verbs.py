"""The verbs of sharing: what left the building, that it was stopped, that two people let it go."""

from django.db import models

from safeguarding.audit.verbs import register


class SharingVerb(models.TextChoices):
    SHARE = "share", "shared it outside"
    TAKE_BACK_SHARE = "take_back_share", "stopped it before it was sent"
    LIFT_BAR = "lift_bar", "let it go outside as the second person"


register(SharingVerb)
