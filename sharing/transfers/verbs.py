"""The verbs of files to the next school."""

from django.db import models

from safeguarding.audit.verbs import register


class TransferVerb(models.TextChoices):
    SETTLE_TRANSFER = "settle_transfer", "settled the file to the next school"
    SEND_AGAIN = "send_again", "said that the file has to be sent again"


register(TransferVerb)
