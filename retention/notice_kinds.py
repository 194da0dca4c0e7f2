"""The notices of retention. None says which record, or whose."""

from django.db import models

from safeguarding.accounts.notice_kinds import register


class BrakeNotice(models.TextChoices):
    STOPPED = "brake_stopped", "Destruction has stopped at your school: something is not as it should be"
    LIFT_ASKED = "brake_lift_asked", "Somebody asks you to let destruction go on, as the second person"


class RetentionNotice(models.TextChoices):
    HOLD_SET = "hold_set", "A legal hold was set"
    LIFT_ASKED = "hold_lift_asked", "Somebody asks you to lift a legal hold, as the second person"
    HOLD_REVIEW = "hold_review", "The day to look at a legal hold again has come"


class ListNotice(models.TextChoices):
    SENT = "list_sent", "A destruction list waits for your approval"
    ADVICE = "list_advice", "A destruction list waits for your advice"
    ADVISED = "list_advised", "The data protection officer has advised on a destruction list"
    APPROVED = "list_approved", "A destruction list was approved, and waits fourteen days"
    BACK = "list_back", "A destruction list was sent back to be looked at again"
    STOPPED = "list_stopped", "A destruction list was stopped"
    DONE = "list_done", "A destruction list was carried out"


register(RetentionNotice, hot=(RetentionNotice.LIFT_ASKED,))
register(ListNotice, hot=(ListNotice.SENT, ListNotice.BACK))
register(BrakeNotice, hot=(BrakeNotice.STOPPED, BrakeNotice.LIFT_ASKED))
