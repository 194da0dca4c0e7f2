"""The notices of files to the next school. None says which child, or which school."""

from django.db import models

from safeguarding.accounts.notice_kinds import register


class TransferNotice(models.TextChoices):
    LEAVER = "transfer_leaver", "A child has left: the file has to follow"
    SOON = "transfer_soon", "A file to the next school should be on its way by now"
    LATE = "transfer_late", "A file to the next school is late"


register(TransferNotice, hot=(TransferNotice.LATE,))
