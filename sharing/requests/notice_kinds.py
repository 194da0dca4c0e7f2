"""The notices of requests about data. None says which child, who asks, or what is held."""

from django.db import models

from safeguarding.accounts.notice_kinds import register


class RequestNotice(models.TextChoices):
    HANDED_IN = "request_handed_in", "A request about data was handed in"
    NAMED = "request_named", "You have a part in a request about data"
    ASKED = "request_asked", "You are asked what is held for a request about data"
    UNFINISHED = "request_unfinished", "Your part of a request about data is not finished"
    TO_APPROVE = "request_to_approve", "An answer to a request about data waits for your approval"
    SENT_BACK = "request_sent_back", "An answer to a request about data was sent back"
    APPROVED = "request_approved", "An answer to a request about data was approved"
    DUE_IN_TEN = "request_due_in_ten", "A request about data is due in ten working days"
    DUE_IN_FIVE = "request_due_in_five", "A request about data is due in five working days"
    LATE = "request_late", "A request about data is late"


register(
    RequestNotice,
    hot=(
        RequestNotice.ASKED,
        RequestNotice.UNFINISHED,
        RequestNotice.TO_APPROVE,
        RequestNotice.SENT_BACK,
        RequestNotice.LATE,
    ),
)
