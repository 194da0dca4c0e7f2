"""What stops destruction, whatever the schedule says?"""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from children.models import Child
from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.keys import uuid7
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Link, Retention, Source
from safeguarding.sealing.fields import SealedText


class LegalHold(models.Model):
    """A hold on a child's record, on those of a family, or on every record of a school (domain reference 4, "Holds").

    It binds from the moment it is set. Two people lift it; the day on which it is looked at again lifts nothing. Its
    words have a key of their own, wrapped for the child, or for the school where it holds the school.
    """

    class Scope(models.TextChoices):
        CHILD = "child", "One child"
        FAMILY = "family", "The child and the child’s family"
        SCHOOL = "school", "Every record of the school"

    class Kind(models.TextChoices):
        POLICE = "police", "Police investigation"
        COURT = "court", "Court proceedings or a claim"
        INQUIRY = "inquiry", "Statutory inquiry"
        REQUEST = "request", "Open request about data"
        COMPLAINT = "complaint", "Complaint or appeal"
        INSURANCE = "insurance", "Insurance"
        ICO = "ico", "Information Commissioner"
        OTHER = "other", "Other"

    class Readers(models.TextChoices):
        LEADS = "leads", "Safeguarding leads, deputies and the Headteacher"
        HEADTEACHER = "headteacher", "The Headteacher alone"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    scope = models.CharField("what is held", max_length=8, choices=Scope)
    kind = models.CharField("why it is held", max_length=12, choices=Kind)
    # Police may ask that nobody else knows.
    readers = models.CharField("who sees it", max_length=11, choices=Readers, default=Readers.LEADS)
    authority = SealedText("who asked for it, and their reference", blank=True, default="")
    reason = SealedText("reason")
    review_on = models.DateField("looked at again on")
    # The review day of which leads have been told that it has come.
    told_of_review = models.DateField(null=True, blank=True, editable=False)
    token = models.UUIDField(unique=True)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    lift_token = models.UUIDField(null=True, blank=True, unique=True)
    lift_reason = SealedText("why it is lifted", blank=True, default="")
    lift_asked_at = models.DateTimeField(null=True, blank=True)
    lift_asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    revision = models.PositiveIntegerField(default=0, editable=False)

    objects = Protected()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("school", "year", "number", name="legal_hold_number_once"),
            models.CheckConstraint(
                condition=Q(scope="school", child=None) | (~Q(scope="school") & Q(child__isnull=False)),
                name="legal_hold_says_of_whom",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None) | Q(lift_asked_at__isnull=False), name="legal_hold_lifted_after_asking"
            ),
            models.CheckConstraint(
                condition=Q(lifted_by=None) | ~Q(lifted_by=F("lift_asked_by")), name="legal_hold_lifted_by_two"
            ),
            in_pairs("lift_asked", name="legal_hold_lift_asked_in_pairs"),
            in_pairs("lifted", name="legal_hold_lifted_in_pairs"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["child"], name="legal_hold_stands", condition=Q(lifted_at=None)),
            models.Index(fields=["school", "review_on"], name="legal_hold_to_review", condition=Q(lifted_at=None)),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "id"
        narrative = ("authority", "reason", "lift_reason")
        plain = (
            "year",
            "number",
            "scope",
            "kind",
            "readers",
            "review_on",
            "told_of_review",
            "token",
            "set_at",
            "lift_token",
            "lift_asked_at",
            "lifted_at",
            "revision",
        )
        source = Source.SAFEGUARDING_LEAD
        collection = "mandatory: records that a court, an inquiry or a request needs are not destroyed (DPA 2018 s.173)"
        retention = Retention.GOES_WITH_IT
        links: ClassVar = {"lift_token": Link.APART}

    @property
    def stands(self) -> bool:
        return self.lifted_at is None

    def is_late(self, today: date) -> bool:
        """Whether nobody has looked at it again by the day that was agreed."""
        return self.stands and self.review_on <= today

    @property
    def reference(self) -> str:
        return f"H-{self.year}-{self.number:03}"
