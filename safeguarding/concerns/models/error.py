"""Who has said that a concern was entered in error, and who has confirmed it?

Two people each time, also to put it back.
"""

from django.db import models
from django.db.models import Q

from safeguarding import personal_data
from safeguarding.accounts.models import User
from safeguarding.accounts.roles import ROLES
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Retention, Source
from safeguarding.sealing.fields import SealedText

from .bases import OfConcern
from .concern import Concern
from .kinds import KCSIE


class EnteredInError(OfConcern):
    """One proposal, and what the second person said to it. With `undoes` it is to put the concern back.

    Nothing is deleted: the concern and this row end together, by the ruling of the concern.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", "Waits for a second person"
        CONFIRMED = "confirmed", "Confirmed"
        REFUSED = "refused", "Refused"
        TAKEN_BACK = "taken_back", "Taken back"

    class Mistake(models.TextChoices):
        TEST = "test", "A test, or practice"
        SCHOOL = "school", "It belongs to another school"
        DUPLICATE = "duplicate", "The same was logged twice"
        NOBODY = "nobody", "It is about nobody here"
        OTHER = "other", "Something else"

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="errors")
    token = models.UUIDField(unique=True)
    undoes = models.BooleanField("puts it back", default=False)
    mistake = models.CharField("what the mistake was", max_length=10, choices=Mistake, blank=True)
    reason = SealedText("reason")
    status = models.CharField(max_length=10, choices=Status, default=Status.PROPOSED)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # The role in which it was said: all that the reporter is told of who it was.
    proposed_role = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_role = models.CharField(max_length=40, blank=True)
    answer = SealedText("why it was confirmed or refused", blank=True)

    class Meta:
        verbose_name = "entry in error"
        constraints = [
            models.UniqueConstraint("concern", name="one_error_at_a_time", condition=Q(status="proposed")),
            models.CheckConstraint(condition=Q(undoes=True) | ~Q(mistake=""), name="error_says_which"),
            in_pairs("decided", name="error_decided_in_pairs"),
        ]
        indexes = [models.Index(fields=["school", "proposed_at"], name="error_waits", condition=Q(status="proposed"))]

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        record = "concern"
        sealed_by = "concern"
        narrative = ("reason", "answer")
        plain = (
            "token",
            "undoes",
            "mistake",
            "status",
            "proposed_at",
            "proposed_role",
            "decided_at",
            "decided_role",
        )
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT

    @property
    def proposed_as(self) -> str:
        """The role of who proposed it, in words."""
        return _title(self.proposed_role)

    @property
    def decided_as(self) -> str:
        """The role of who confirmed or refused it, in words."""
        return _title(self.decided_role)


def _title(role: str) -> str:
    return ROLES[role].title if role in ROLES else "Safeguarding lead"
