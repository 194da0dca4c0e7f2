"""Who is told how the published privacy notice stands? Whoever publishes it holds `MANAGE_SCHOOL`."""

from django.db import models

from safeguarding.accounts.roles import LEADING, register


class NoticeCapability(models.TextChoices):
    FOLLOW_NOTICE = (
        "follow_notice",
        "reads each version of the privacy notice, and is told where it promises more than is done",
    )


C = NoticeCapability
register(
    NoticeCapability, held_by={C.FOLLOW_NOTICE: ("dpo", *LEADING)}, unnamed={C.FOLLOW_NOTICE: "everybody reads it"}
)
