"""What is to end, who decided it, and who approved it?

A list, its items and what people said of them outlive what they are about, so they hold keys, codes and days. Every
word about a record is in `ItemReason`, which ends with it.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from children.models import Child
from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.keys import uuid7
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Kept, Link, Retention, Source
from safeguarding.sealing.fields import SealedText

from .dates import WHY, Group, OfGroup
from .rules import RetentionRule


class DestructionList(OfGroup):
    """A list of records whose time is over, DL-2026-03: at most 25, each decided by itself, or 100 plain ones,
    which are decided together (`ending.kinds`).
    """

    class Status(models.TextChoices):
        REVIEW = "review", "Being reviewed"
        APPROVAL = "approval", "Waiting for approval"
        WAITING = "waiting", "Waiting fourteen days"
        STOPPED = "stopped", "Stopped"
        DONE = "done", "Carried out"

    class Advice(models.TextChoices):
        NONE = "", "Not asked yet"
        NO_OBJECTION = "no_objection", "No objection"
        OBJECTION = "objection", "Objects"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    in_group = models.CharField(max_length=10, choices=Group, default=Group.RECORDS, editable=False)
    year = models.PositiveSmallIntegerField()
    # Of concerns about adults none: a gap in the numbers would tell of one.
    number = models.PositiveIntegerField(null=True)
    # Of concerns about adults, who read all of them as they were approved: once they are gone nothing else knows.
    readers = ArrayField(models.UUIDField(), default=list, editable=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.REVIEW)
    token = models.UUIDField(unique=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    advice = models.CharField("advice", max_length=14, choices=Advice, blank=True, default=Advice.NONE)
    # Sealed for the school; the data protection officer sees no names.
    advice_words = SealedText("what the data protection officer said", blank=True, default="")
    advised_at = models.DateTimeField(null=True, blank=True)
    advised_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # `destroyer` has looked: nothing is left of its records. The worker then closes the list.
    checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    done_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=0, editable=False)

    objects = Protected()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("school", "year", "number", name="destruction_list_number_once"),
            models.CheckConstraint(
                condition=Q(in_group=Group.ADULTS, number=None)
                | (Q(in_group=Group.RECORDS, number__isnull=False) & Q(readers=[])),
                name="destruction_list_numbered_by_group",
            ),
            models.CheckConstraint(
                condition=Q(advice="", advised_at=None) | (~Q(advice="") & Q(advised_at__isnull=False)),
                name="destruction_list_advised_as_it_stands",
            ),
            in_pairs("sent", name="destruction_list_sent_in_pairs"),
            in_pairs("advised", name="destruction_list_advised_in_pairs"),
            in_pairs("stopped", name="destruction_list_stopped_in_pairs"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "school"
        sealed_by = "school"
        narrative = ("advice_words",)
        plain = (
            "in_group",
            "year",
            "number",
            "readers",
            "status",
            "token",
            "made_at",
            "sent_at",
            "advice",
            "advised_at",
            "stopped_at",
            "checked_at",
            "done_at",
            "revision",
        )
        source = Source.HARBOUR
        collection = WHY
        retention = Retention.KEPT
        kept = Kept.DESTRUCTION
        links: ClassVar = {"readers": Link.APART}

    @property
    def reference(self) -> str:
        """DL-2026-03; of concerns about adults DL-3F9A2C, from the token of its form."""
        return f"DL-{self.year}-{self.number:02}" if self.number else f"DL-{self.token.hex[:6].upper()}"

    @property
    def is_about_adults(self) -> bool:
        return self.in_group == Group.ADULTS


class DestructionItem(OfGroup):
    """One record on a list, by its key: it stays when the record is gone, and names nobody."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    on_list = models.ForeignKey(DestructionList, on_delete=models.PROTECT, related_name="items")
    place = models.PositiveSmallIntegerField()
    # Its kind (`ending.kinds`), its key, and the key of the child with whose file it ends in any case.
    kind = models.CharField(max_length=60)
    in_group = models.CharField(max_length=10, choices=Group, default=Group.RECORDS, editable=False)
    record_key = models.UUIDField(editable=False)
    child_key = models.UUIDField(null=True, editable=False)
    rule = models.ForeignKey(RetentionRule, on_delete=models.PROTECT, related_name="+")
    trigger_on = models.DateField()
    due_on = models.DateField()
    # Taken off the list again: it may come on another one.
    left_out_at = models.DateTimeField(null=True, blank=True)
    left_out_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = Protected()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("on_list", "place", name="destruction_item_place_once"),
            # A record stands on one list at a time.
            models.UniqueConstraint("record_key", condition=Q(left_out_at=None), name="record_on_one_list"),
            in_pairs("left_out", name="destruction_item_left_out_in_pairs"),
        ]

    class PersonalData(personal_data.PersonalData):
        plain = ("place", "kind", "in_group", "record_key", "child_key", "trigger_on", "due_on", "left_out_at")
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.DESTRUCTION
        links: ClassVar = {"record_key": Link.STAYS, "child_key": Link.STAYS}


class Decision(OfGroup):
    """What the reviewer decided of an item. The newest counts.

    Only added, by the person it names, at the database's time.
    """

    class Kind(models.TextChoices):
        DESTROY = "destroy", "Destroy"
        KEEP = "keep", "Keep"
        TRANSFER = "transfer", "Transfer first"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(DestructionItem, on_delete=models.PROTECT, related_name="decisions")
    # As on the item: whoever may not see the record sees no decision.
    in_group = models.CharField(max_length=10, choices=Group, default=Group.RECORDS, editable=False)
    record_key = models.UUIDField(editable=False)
    child_key = models.UUIDField(null=True, editable=False)
    kind = models.CharField("decision", max_length=8, choices=Kind)
    keep_until = models.DateField("kept until", null=True, blank=True)
    # Where there is paper beside it: by codes and a number, never a name.
    has_paper = models.BooleanField("there is a paper file", default=False)
    manifest = models.BinaryField(max_length=32)
    token = models.UUIDField(unique=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(db_default=Now())

    objects = Protected()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(~Q(kind="keep") & Q(keep_until=None)) | Q(kind="keep", keep_until__isnull=False),
                name="destruction_decision_keeps_until",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["item", "-decided_at"], name="destruction_decision_of_item")]

    class PersonalData(personal_data.PersonalData):
        plain = (
            *("in_group", "record_key", "child_key"),
            *("kind", "keep_until", "has_paper", "manifest", "token", "decided_at"),
        )
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.DESTRUCTION
        links: ClassVar = {"record_key": Link.STAYS, "child_key": Link.STAYS}


class Approval(OfGroup):
    """That a second person approved the destruction of an item, as its manifest then stood.

    Only added, by the person it names, at the database's time. A later decision, or another manifest, takes it back.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(DestructionItem, on_delete=models.PROTECT, related_name="approvals")
    in_group = models.CharField(max_length=10, choices=Group, default=Group.RECORDS, editable=False)
    record_key = models.UUIDField(editable=False)
    child_key = models.UUIDField(null=True, editable=False)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    manifest = models.BinaryField(max_length=32)
    # The record may be destroyed from the day after.
    waits_until = models.DateField()
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(db_default=Now())

    objects = Protected()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("decision", name="destruction_approved_once")]

    class PersonalData(personal_data.PersonalData):
        plain = ("in_group", "record_key", "child_key", "manifest", "waits_until", "approved_at")
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.DESTRUCTION
        links: ClassVar = {"record_key": Link.STAYS, "child_key": Link.STAYS}


class ItemReason(OfGroup):
    """Why a reviewer decided as she did, where the paper file is, what an approver answered: it ends with the record.

    Its words have a key of their own, wrapped for the child with whose file the record ends, else for the school.
    """

    class About(models.TextChoices):
        DECISION = "decision", "Why"
        PAPER = "paper", "Where the paper file is"
        BACK = "back", "Why it was sent back"
        OUT = "out", "Why it was left out"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    in_group = models.CharField(max_length=10, choices=Group, default=Group.RECORDS, editable=False)
    record_key = models.UUIDField(editable=False)
    item = models.ForeignKey(DestructionItem, on_delete=models.PROTECT, related_name="reasons")
    about = models.CharField(max_length=8, choices=About)
    said = SealedText("reason")
    said_at = models.DateTimeField()
    said_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = Protected()

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "id"
        narrative = ("said",)
        plain = ("in_group", "record_key", "about", "said_at")
        source = Source.SAFEGUARDING_LEAD
        collection = WHY
        retention = Retention.GOES_WITH_IT
        in_manifest = False
        links: ClassVar = {"record_key": Link.ENDS}
