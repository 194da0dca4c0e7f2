"""The notice of a print."""

from django.db import models

from safeguarding.accounts.notice_kinds import register


class PrintNotice(models.TextChoices):
    PRINT = "print", "A print that you asked for has been made, or could not be made"


register(PrintNotice)
