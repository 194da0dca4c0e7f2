"""What stops destruction, whatever the schedule says?"""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from children.models import Child
from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.ending.kinds import kinds
from safeguarding.keys import uuid7
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Link, Retention, Source
from safeguarding.sealing.fields import SealedText

from .dates import Group, OfGroup


class LegalHold(OfGroup):
    """A hold on a child's record, on those of a family, on every record of a school, or on one record of a kind with a
    period of its own (domain reference 4, "Holds").

    It binds from the moment it is set. Two people lift it; the day on which it is looked at again lifts nothing. Its
    words have a key of their own, wrapped for the child, or for the school where it is no child's. One record is named
    by its kind and key; `child` is then the child with whose file it ends in any case. A hold on one ends with it.
    """

    class Scope(models.TextChoices):
        CHILD = "child", "One child"
        FAMILY = "family", "The child and the child’s family"
        SCHOOL = "school", "Every record of the school"
        RECORD = "record", "One record"

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
        # Of a concern about an adult, and of nothing else.
        ADULTS = "adults", "Those who decide or approve what becomes of this concern"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Of one record, its kind (`ending.kinds`) and its key.
    record_kind = models.CharField("kind of the record", max_length=60, blank=True, default="", editable=False)
    record_key = models.UUIDField(null=True, editable=False)
    year = models.PositiveSmallIntegerField()
    # Of a concern about an adult none: a gap in the numbers would tell of one.
    number = models.PositiveIntegerField(null=True)
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
                condition=Q(scope="school", child=None, record_key=None, record_kind="")
                | Q(scope__in=("child", "family"), child__isnull=False, record_key=None, record_kind="")
                | (Q(scope="record", record_key__isnull=False) & ~Q(record_kind="")),
                name="legal_hold_says_of_what",
            ),
            models.CheckConstraint(
                condition=Q(readers="adults", scope="record", child=None, number=None)
                | (~Q(readers="adults") & Q(number__isnull=False)),
                name="legal_hold_numbered_by_readers",
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
            models.Index(
                fields=["record_key"],
                name="legal_hold_of_record",
                condition=Q(lifted_at=None, record_key__isnull=False),
            ),
            models.Index(fields=["school", "review_on"], name="legal_hold_to_review", condition=Q(lifted_at=None)),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "id"
        narrative = ("authority", "reason", "lift_reason")
        plain = (
            "record_kind",
            "record_key",
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
        links: ClassVar = {"lift_token": Link.APART, "record_key": Link.ENDS}

    @property
    def stands(self) -> bool:
        return self.lifted_at is None

    def is_late(self, today: date) -> bool:
        """Whether nobody has looked at it again by the day that was agreed."""
        return self.stands and self.review_on <= today

    @property
    def reference(self) -> str:
        """H-2026-003; of a concern about an adult H-3F9A2C, from the token of its form."""
        return f"H-{self.year}-{self.number:03}" if self.number else f"H-{self.token.hex[:6].upper()}"

    @property
    def is_about_adults(self) -> bool:
        return self.readers == self.Readers.ADULTS

    @property
    def in_group(self) -> str:
        """Who sets and lifts it, and what the log of a school leaves out."""
        return Group.ADULTS if self.is_about_adults else Group.RECORDS

    @property
    def what(self) -> str:
        """Of what is no child's: the school, or the kind of the record."""
        kind = kinds().get(self.record_kind)
        return kind.called[0] if kind else "The school"

    @property
    def held_in_words(self) -> str:
        """The child and the child’s family; One record: consent."""
        kind = kinds().get(self.record_kind)
        return f"{self.get_scope_display()}: {kind.called[0].lower()}" if kind else self.get_scope_display()
