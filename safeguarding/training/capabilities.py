"""Which roles keep the register of staff training? Everybody sees their own, whatever their role."""

from django.db import models

from safeguarding.accounts.roles import ACTING_LEAD, register


class TrainingCapability(models.TextChoices):
    KEEP_TRAINING = "keep_training", "keeps the register of staff training"


C = TrainingCapability
KEEPERS = ("office", "deputy_lead", ACTING_LEAD, "lead", "headteacher")
register(TrainingCapability, held_by={C.KEEP_TRAINING: KEEPERS}, unnamed={C.KEEP_TRAINING: "it is about staff"})
