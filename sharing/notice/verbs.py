"""The verb of the privacy notice: publish."""

from django.db import models

from safeguarding.audit.verbs import register


class NoticeVerb(models.TextChoices):
    PUBLISH_NOTICE = "publish_notice", "published the privacy notice"


register(NoticeVerb)
