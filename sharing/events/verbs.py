"""The verbs of sharing: what left the building, and that somebody asked after it."""

from django.db import models

from safeguarding.audit.verbs import register


class SharingVerb(models.TextChoices):
    SHARE = "share", "shared it outside"
    TAKE_BACK_SHARE = "take_back_share", "stopped it before it was sent"


register(SharingVerb)
