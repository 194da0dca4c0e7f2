"""The notice to people that the privacy notice is not true. It names nobody."""

from django.db import models

from safeguarding.accounts.notice_kinds import register


class PromiseNotice(models.TextChoices):
    BROKEN = "promise_broken", "The privacy notice promises more than is done"


register(PromiseNotice)
