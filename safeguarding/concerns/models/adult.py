"""Which adults of the children's records does a concern name?"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from children.models import Contact
from safeguarding import personal_data
from safeguarding.accounts.models import User
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Retention, Source
from safeguarding.sealing.fields import SealedText

from .bases import OfConcern
from .concern import Concern
from .kinds import KCSIE


class ConcernAdult(OfConcern):
    """That a concern names an adult of the record of a child in it: a parent, a carer, a relative. Said by a lead, and
    taken back with a reason; never deleted. It opens nothing to anybody, and says nothing of what the adult did.
    """

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="adults")
    adult = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField(db_default=Now())
    named_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = SealedText("why the concern does not name them", blank=True)

    class Meta:
        constraints = [
            in_pairs("taken_back", name="concern_adult_taken_back_in_pairs"),
            models.UniqueConstraint(
                fields=["concern", "adult"], condition=Q(taken_back_at=None), name="adult_once_in_a_concern"
            ),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        sealed_by = "concern"
        narrative = ("reason",)
        plain = ("named_at", "taken_back_at")
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT
