"""The notices of governors' reports. None says a number."""

from django.db import models

from safeguarding.accounts.notice_kinds import register


class GovernorNotice(models.TextChoices):
    PUBLISHED = "report_published", "A report to governors was published"


register(GovernorNotice)
