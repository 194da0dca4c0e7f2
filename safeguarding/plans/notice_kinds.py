"""The notices of dates in plans. None says which date, or whose."""

from django.db import models

from safeguarding.accounts.notice_kinds import register


class PlanNotice(models.TextChoices):
    DATE_DUE = "date_due", "A date in a plan is coming up"
    DATE_LATE = "date_late", "A date in a plan has passed"


register(PlanNotice)
