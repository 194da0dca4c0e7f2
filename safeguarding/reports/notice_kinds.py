"""The notice of a file."""

from django.db import models

from safeguarding.accounts.notice_kinds import register


class ReportNotice(models.TextChoices):
    EXPORT = "export", "A list that you asked for has been made, or could not be made"


register(ReportNotice)
