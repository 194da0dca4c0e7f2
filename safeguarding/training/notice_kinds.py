"""The notices of training and guidance. Each goes to the person themselves; none says which training it is."""

from django.db import models

from safeguarding.accounts.notice_kinds import register


class TrainingNotice(models.TextChoices):
    COURSE_DUE = "course_due", "Training that your role asks for is not in the register"
    TRAINING_ENDS = "training_ends", "Training of yours soon runs out"
    TRAINING_OUT = "training_out", "Training of yours is out of date"
    GUIDANCE_TO_READ = "guidance_to_read", "There is guidance for you to read"


register(TrainingNotice)
