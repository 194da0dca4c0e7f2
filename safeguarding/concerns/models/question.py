"""What has a safeguarding lead asked whoever logged a concern?

The answer is an addition to the account, which stays as it was.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from safeguarding import personal_data
from safeguarding.accounts.models import User
from safeguarding.personal_data import Retention, Source
from safeguarding.sealing.fields import SealedText

from .bases import OfConcern
from .concern import Concern
from .kinds import KCSIE


class Question(OfConcern):
    """A lead's question to the reporter, who sees it beside their own account. Open until it is answered."""

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="questions")
    token = models.UUIDField(unique=True)
    text = SealedText("what you ask")
    # Whoever logged the concern: the question is theirs to read, as their account is.
    reporter = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["school", "asked_at"], name="question_open", condition=Q(answered_at=None))]

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        sealed_by = "concern"
        narrative = ("text",)
        plain = ("token", "asked_at", "answered_at")
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT
