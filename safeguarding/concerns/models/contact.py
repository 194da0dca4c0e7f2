"""With whom outside the school did somebody speak or write about a concern, and were parents told?"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from children.models import Contact
from safeguarding import personal_data
from safeguarding.accounts.models import User
from safeguarding.personal_data import Retention, Source
from safeguarding.sealing.fields import SealedText

from .agencies import Agency, How
from .bases import OfConcern
from .concern import Concern
from .kinds import KCSIE
from .lead import Decision


class ContactMade(OfConcern):
    """A conversation, a letter or a message with a parent, a carer or an agency. Added and never replaced."""

    class With(models.TextChoices):
        PARENT = "parent", "A parent or carer"
        AGENCY = "agency", "An agency"
        OTHER = "other", "Somebody else"

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="contacts_made")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    kind = models.CharField("with whom", max_length=8, choices=With)
    # An adult of the child's record. The words say who it was then, whatever becomes of that record.
    adult = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    with_whom = SealedText("name and role")
    agency = models.CharField(max_length=12, choices=Agency, blank=True)
    how = models.CharField(max_length=10, choices=How)
    said = SealedText("what was said")
    parents_told = models.CharField("do parents know", max_length=10, choices=Decision.ParentsTold)
    parents_reason = SealedText("reason parents have not been told", blank=True)
    # That the order or agreement that binds this adult was read first.
    heeded_order = models.BooleanField(default=False)
    made_at = models.DateTimeField("when")
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(adult=None) | Q(kind="parent"), name="adult_is_a_parent_or_carer"),
            models.CheckConstraint(condition=Q(kind="agency") | Q(agency=""), name="agency_of_an_agency"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        sealed_by = "concern"
        narrative = ("with_whom", "said", "parents_reason")
        plain = ("token", "kind", "agency", "how", "parents_told", "heeded_order", "made_at", "recorded_at")
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT
