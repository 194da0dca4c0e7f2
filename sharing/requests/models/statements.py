"""What does somebody say who disagrees with what the record says? It outlives the request."""

from typing import ClassVar

from django.db import models

from safeguarding import personal_data
from safeguarding.accounts.models import User
from safeguarding.concerns.models.bases import OfConcern
from safeguarding.personal_data import Retention, Source
from safeguarding.sealing.fields import SealedText

from .cases import CATEGORY, WHY


class Statement(OfConcern):
    """A statement of disagreement: the requester’s words beside a concern that was not corrected (domain reference 5.4:
    an opinion is not rectified, a statement is added). Sealed by the concern, read by its rule, never changed.
    """

    token = models.UUIDField(unique=True)
    text = SealedText("what they say")
    written_on = models.DateField("written on")
    # The number of the request. No link: the statement stays with the concern when the case has ended.
    reference = models.CharField("request", max_length=14)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "statement of disagreement"
        verbose_name_plural = "statements of disagreement"
        indexes: ClassVar = [models.Index(fields=["concern", "id"], name="statement_of_concern")]

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        sealed_by = "concern"
        narrative = ("text",)
        plain = ("token", "written_on", "reference", "made_at")
        source = Source.SCHOOL
        category = CATEGORY
        collection = WHY
        retention = Retention.GOES_WITH_IT
