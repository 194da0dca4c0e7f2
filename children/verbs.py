"""The verbs of children’s records: opened in an emergency; what protects a child ended, or was never so."""

from django.db import models

from safeguarding.audit.verbs import register


class ChildVerb(models.TextChoices):
    EMERGENCY = "emergency", "opened it in an emergency"
    END = "end", "said when it ended"
    MARK_WRONG = "mark_wrong", "said that it was never so"


register(ChildVerb)
