"""The notices of concerns: to leads, to reporters, and to who has something to do."""

from django.db import models

from safeguarding.accounts.notice_kinds import register


class ConcernNotice(models.TextChoices):
    CALL = "call", "A safeguarding lead is needed now"
    NEW_CONCERN = "new_concern", "A new concern"
    ADDED = "added", "Something was added to a concern"
    DECIDED = "decided", "A concern has been decided"
    REOPENED = "reopened", "A concern has been opened again"
    UNREAD = "unread", "A concern has not been read yet"
    OUTSIDE = "outside", "Somebody without an account has left a note"
    SHEET = "sheet", "An emergency sheet is out of date"
    ASIDE = "aside", "A note from outside is put forward to be set aside"
    IN_ERROR = "in_error", "A concern is said to be entered in error: a second person is asked"
    ERROR_ENDED = "error_ended", "What became of a concern said to be entered in error"
    RECEIPT = "receipt", "Your report has been read or closed"
    ASKED = "asked", "A safeguarding lead asks you about your report"
    MEETING = "meeting", "A meeting about a concern is coming up"
    ACTION = "action", "An action for you"
    ACTION_DUE = "action_due", "An action of yours is due"
    DUTY = "duty", "Something that the law asks of you in person"
    DUTY_DUE = "duty_due", "What the law asks of you in person is due"
    SUPPORT = "support", "Support from you is asked for: speak to a safeguarding lead"
    REFERRAL_LATE = "referral_late", "An agency has not answered in its time"
    STAND_IN = "stand_in", "A concern for you to read in somebody’s place"
    DRAFT = "draft", "A safeguarding lead asks about your unsent draft"
    DRAFT_READ = "draft_read", "A safeguarding lead has read your unsent draft"


register(
    ConcernNotice,
    hot=(ConcernNotice.CALL, ConcernNotice.UNREAD),
    followed=(ConcernNotice.CALL, ConcernNotice.SUPPORT),
)
