"""The notices of sharing. None says which child, or who it goes to."""

from django.db import models

from safeguarding.accounts.notice_kinds import register


class SharingNotice(models.TextChoices):
    STOPPED = "share_stopped", "A consent was withdrawn: what was to be sent is a draft again"
    UNANSWERED = "share_unanswered", "Nobody has confirmed, or answered to, what was shared"
    LIFT_ASKED = "share_lift_asked", "Somebody asks you to let something go outside, as the second person"


register(SharingNotice, hot=(SharingNotice.LIFT_ASKED,))
