"""Until when is a record kept, by which rule, and what have people stated that the date rests on?"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from children.models import Child, OfChild
from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.ending.kinds import ADULTS, RECORDS
from safeguarding.keys import uuid7
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Link, Retention, Source
from safeguarding.sealing.fields import SealedText

from .rules import RetentionRule

WHY = "mandatory: storage limitation (UK GDPR Article 5(1)(e)); the school’s retention schedule"


class Group(models.TextChoices):
    """Who decides and approves the end of a record. A list is of one group (`ending.kinds`)."""

    RECORDS = RECORDS, "Records"
    ADULTS = ADULTS, "Concerns about adults"


class OfGroup(models.Model):
    """A row of one of the groups. That there is one of concerns about adults is in no log of a school: events name it
    as a record of theirs.
    """

    class Meta:
        abstract = True

    @property
    def logged_as(self) -> str:
        """The kind by which events name it; empty for the name of its model (`audit.services.logged_as`)."""
        return f"{ADULTS}.{self._meta.model_name}" if self.in_group == Group.ADULTS else ""  # type: ignore[attr-defined]


class RetentionDate(OfGroup):
    """Until when one record is kept. Written by the nightly scan alone; what people state is `Statement`.

    `record_key` is the key of the record, of the child for the child's file; `kind` is that of `ending.kinds`. `child`:
    whose it is, where it ends with the child's file in any case.
    """

    class Missing(models.TextChoices):
        """Why there is no date, or why the one that there is does not run yet."""

        ON_ROLL = "on_roll", "The child is on roll. The period runs once the child has left."
        LAST_SCHOOL = (
            "last_school",
            "Nobody has said whether another school has the file: record its receipt, or that this is the last school.",
        )
        BIRTH = "birth", "The day of birth is not known."
        OPEN = "open", "It is still open or in use. The period runs once that is over."
        ASKED = "asked", "Nobody has said yet whether the long rule for abuse applies to something on the record."
        UNDECIDED = (
            "undecided",
            "To decide: the next school has the file, and the long rule for abuse applies. Nobody has said whether the "
            "school’s own copy ends.",
        )
        RULE = "rule", "The school has not adopted the rule yet."
        NONE = "none", "No rule of the schedule applies."

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=60)
    in_group = models.CharField(max_length=10, choices=Group, default=Group.RECORDS, editable=False)
    record_key = models.UUIDField(editable=False)
    rule = models.ForeignKey(RetentionRule, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    trigger_on = models.DateField(null=True, blank=True)
    # It is kept through this day: destruction is possible from the day after, never on it.
    due_on = models.DateField("kept until", null=True, blank=True)
    # A forecast while the child is on roll or the rule is a proposal: it is shown, and nothing is due by it.
    missing = models.CharField(max_length=12, choices=Missing, blank=True, default="")
    # The last day on which rule or date changed.
    changed_on = models.DateField()
    # Two scans at least seven days apart have found it due.
    seen_due_on = models.DateField(null=True, blank=True)
    seen_again_on = models.DateField(null=True, blank=True)
    scanned_at = models.DateTimeField()

    objects = Protected()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("record_key", name="one_retention_date_a_record"),
            models.CheckConstraint(
                condition=Q(seen_again_on=None) | Q(seen_due_on__isnull=False, seen_again_on__gt=F("seen_due_on")),
                name="retention_date_seen_twice_in_order",
            ),
            models.CheckConstraint(
                condition=Q(seen_due_on=None) | Q(due_on__isnull=False, missing=""), name="retention_date_due_has_a_day"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["school", "due_on"], name="retention_due"),
            models.Index(fields=["child"], name="retention_of_child"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        plain = (
            "kind",
            "in_group",
            "record_key",
            "trigger_on",
            "due_on",
            "missing",
            "changed_on",
            "seen_due_on",
            "seen_again_on",
            "scanned_at",
        )
        source = Source.HARBOUR
        collection = WHY
        retention = Retention.GOES_WITH_IT
        links: ClassVar = {"record_key": Link.FOLLOWS}


class Statement(OfChild):
    """What a person stated about a child's file that its date rests on. The newest of a kind that stands counts.

    Added and withdrawn, never changed: each time says who and why, sealed with the child's key.
    """

    class Kind(models.TextChoices):
        RECEIPT = "receipt", "The next school confirmed that it has the file"
        LAST_SCHOOL = "last_school", "This is the last school that has the file"
        KEEP = "keep", "Kept longer"
        # Of a file that the next school has and the long rule keeps (R01 and R03): neither rule wins by code.
        OURS_ENDS = "ours_ends", "Ours ends: the next school has the whole file"
        OURS_STAYS = "ours_stays", "We keep ours"

    kind = models.CharField("what is stated", max_length=12, choices=Kind)
    # Of a receipt the day of it; of keeping longer the last day; else the day from which it holds.
    on = models.DateField("day")
    # The next school, or why.
    said = SealedText("in words", blank=True, default="")
    # When the file that the next school confirmed was built: only entries after it count as entries since.
    built_at = models.DateTimeField(null=True, blank=True)
    token = models.UUIDField(unique=True)
    stated_at = models.DateTimeField()
    stated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            in_pairs("withdrawn", name="retention_statement_withdrawn_in_pairs"),
            models.UniqueConstraint(
                "child", "kind", condition=Q(withdrawn_at=None), name="one_retention_statement_stands"
            ),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = ("said",)
        plain = ("kind", "on", "built_at", "token", "stated_at", "withdrawn_at")
        source = Source.SAFEGUARDING_LEAD
        collection = WHY
        retention = Retention.GOES_WITH_IT


# What is said of the own copy of a file that the next school has.
OWN_COPY = (Statement.Kind.OURS_ENDS, Statement.Kind.OURS_STAYS)


class Mark(OfChild):
    """That a file is kept under the long rule for abuse or exploitation (R03), as a lead has said of the file itself;
    or what was answered of one sign on it: that the rule applies because of it, or not.

    A sign is a row of some app (`safeguarding/ending/signs.py`), here by its key, with the codes that it had then: with
    another code, or as another row, it is a sign that nobody has answered.
    """

    row_key = models.UUIDField("the sign", null=True, blank=True, editable=False)
    codes = ArrayField(models.CharField(max_length=50), default=list, blank=True, verbose_name="what it is a sign of")
    applies = models.BooleanField("kept under the long rule")
    reason = SealedText("why")
    token = models.UUIDField(unique=True)
    marked_at = models.DateTimeField()
    marked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            in_pairs("ended", name="retention_mark_ended_in_pairs"),
            models.UniqueConstraint(
                "child",
                "row_key",
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="one_retention_mark_stands",
            ),
            models.CheckConstraint(
                condition=Q(row_key=None, codes=[]) | Q(row_key__isnull=False) & ~Q(codes=[]),
                name="retention_mark_of_a_sign",
            ),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = ("reason",)
        plain = ("row_key", "codes", "applies", "token", "marked_at", "ended_at")
        source = Source.SAFEGUARDING_LEAD
        collection = WHY
        retention = Retention.GOES_WITH_IT
        links: ClassVar = {"row_key": Link.ENDS}
