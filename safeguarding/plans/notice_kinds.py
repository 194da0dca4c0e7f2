"""The notices of dates in plans. None says which date, or whose."""

from django.db import models

from safeguarding.accounts.notice_kinds import register


class PlanNotice(models.TextChoices):
    PLAN_DUE = "plan_due", "A date in a plan is due tomorrow"
    PLAN_LATE = "plan_late", "A date in a plan has passed"


register(PlanNotice)
