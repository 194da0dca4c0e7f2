"""The notice of a concern about an adult, which does not say that it is one."""

from django.db import models

from safeguarding.accounts.notice_kinds import register


class AdultNotice(models.TextChoices):
    ADULTS = "adults", "Something for you to read"


register(AdultNotice)
