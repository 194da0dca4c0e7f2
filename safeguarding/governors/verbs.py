"""The verbs of the governors' report."""

from django.db import models

from safeguarding.audit.verbs import register


class GovernorVerb(models.TextChoices):
    BEGIN = "begin_report", "began a report to governors"
    COUNT = "count_report", "had the numbers of a report counted"
    COMMENT = "comment_report", "wrote a comment of a report"
    ANSWER_NAME = "answer_name", "said whether a word is a name"
    APPROVE = "approve_report", "approved a report to governors"
    PUBLISH = "publish_report", "published a report to governors"
    REPLACE = "replace_report", "replaced a report by a corrected one"
    WITHDRAW = "withdraw_report", "withdrew a report to governors"


register(GovernorVerb)
