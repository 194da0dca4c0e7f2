"""The verb of files from other schools."""

from django.db import models

from safeguarding.audit.verbs import register


class ReceivedVerb(models.TextChoices):
    RECEIVE = "receive", "took in a file from another school"


register(ReceivedVerb)
