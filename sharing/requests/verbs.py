"""The verbs of requests about data."""

from django.db import models

from safeguarding.audit.verbs import register


class RequestVerb(models.TextChoices):
    HAND_IN = "hand_in_request", "handed in a request about data"
    TAKE_UP = "take_up_request", "took up the request about data"
    GATHER = "gather", "had what is held gathered"
    REDACT = "redact", "decided what is taken out"
    PREPARE = "prepare_answer", "said that the answer is prepared"
    LOOK = "look_at_item", "looked at it before approving"
    SEND_BACK = "send_back_answer", "sent the answer back"
    APPROVE = "approve_answer", "approved the answer"
    BUILD = "build_answer", "had the answer made as files"
    LOCK = "lock_answer", "locked the answer with words"
    ANSWER = "answer_request", "answered the request about data"


register(RequestVerb)
