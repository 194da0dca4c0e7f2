"""The verb of a record that was opened in an emergency."""

from django.db import models

from safeguarding.audit.verbs import register


class ChildVerb(models.TextChoices):
    EMERGENCY = "emergency", "opened it in an emergency"


register(ChildVerb)
