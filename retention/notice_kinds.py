"""The notices of retention. None says which record, or whose."""

from django.db import models

from safeguarding.accounts.notice_kinds import register


class BrakeNotice(models.TextChoices):
    STOPPED = "brake_stopped", "Destruction has stopped at your school: something is not as it should be"
    LIFT_ASKED = "brake_lift_asked", "Somebody asks you to let destruction go on, as the second person"


register(BrakeNotice, hot=(BrakeNotice.STOPPED, BrakeNotice.LIFT_ASKED))
