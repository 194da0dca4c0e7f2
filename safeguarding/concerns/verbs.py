"""The verbs of work on a concern: calls for a lead, actions, drafts, and what takes two people."""

from django.db import models

from safeguarding.audit.verbs import register


class ConcernVerb(models.TextChoices):
    CALL = "call", "called a lead"
    COMPLETE = "complete", "finished an action"
    DRAFT = "draft", "opened a draft"
    PROPOSE = "propose", "proposed it to a second person"
    REFUSE = "refuse", "refused it"
    TAKE_BACK = "take_back", "took it back"


register(ConcernVerb)
