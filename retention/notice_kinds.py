"""The notices of retention. None says which record, or whose."""

from django.db import models

from safeguarding.accounts.notice_kinds import register


class RetentionNotice(models.TextChoices):
    HOLD_SET = "hold_set", "A legal hold was set"
    LIFT_ASKED = "hold_lift_asked", "Somebody asks you to lift a legal hold, as the second person"
    HOLD_REVIEW = "hold_review", "The day to look at a legal hold again has come"


register(RetentionNotice, hot=(RetentionNotice.LIFT_ASKED,))
