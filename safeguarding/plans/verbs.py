"""The verbs of plans: what is done with an episode, and with a step of it."""

from django.db import models

from safeguarding.audit.verbs import register


class PlanVerb(models.TextChoices):
    BOOK = "book", "booked a day for it"
    HOLD = "hold", "recorded that it was held"
    CHASE = "chase", "chased it"
    SET_ASIDE = "set_aside", "set it aside"
    BACK = "back", "said that the child is back"
    CORRECT = "correct", "corrected a date of it"
    ERR = "err", "said that it was entered in error"
    PUT_BACK = "put_back", "put it back"
    FOLLOW = "follow", "said what follows from it"


register(PlanVerb)
