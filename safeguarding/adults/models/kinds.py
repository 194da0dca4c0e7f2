"""What can be chosen? How grave it may be, and how it ended."""

from django.db import models

from safeguarding.keys import uuid7

KCSIE4 = "mandatory: concerns about adults, what was decided and why go in writing (KCSIE 2025, part four)"


def key() -> models.UUIDField:
    """The primary key of a table: made in Python before the row is written."""
    return models.UUIDField(primary_key=True, default=uuid7, editable=False)


class Threshold(models.TextChoices):
    """On which side of the harm threshold a concern lies (KCSIE part four; domain reference 1.6)."""

    LOW_LEVEL = "low_level", "Low-level concern"
    HARM = "harm", "May meet the harm threshold"


class Outcome(models.TextChoices):
    """The five words of KCSIE part four for what may meet the harm threshold."""

    SUBSTANTIATED = "substantiated", "Substantiated"
    MALICIOUS = "malicious", "Malicious"
    FALSE = "false", "False"
    UNSUBSTANTIATED = "unsubstantiated", "Unsubstantiated"
    UNFOUNDED = "unfounded", "Unfounded"


class LowLevelEnd(models.TextChoices):
    """How a low-level concern ended. Harbour's own words: the guidance has none."""

    EXPLAINED = "explained", "Explained, nothing more to do"
    SPOKEN = "spoken", "Spoken to, expectations made clear"
    TRAINING = "training", "Guidance, training or supervision given"
    CONDUCT = "conduct", "Goes on under the school’s conduct procedure"
    EMPLOYER = "employer", "Passed to the employer or agency"
