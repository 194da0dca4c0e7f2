"""The verb of the self-check. That Harbour looked at itself is `VERIFY`."""

from django.db import models

from safeguarding.audit.verbs import register


class CheckVerb(models.TextChoices):
    NOTE_DRILL = "note_restore_drill", "noted that a backup was put back on trial"


register(CheckVerb)
