"""Which two records were one child? Who said so and why, what came over, and until when it can be undone."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.keys import uuid7
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Link, Retention, Source
from safeguarding.sealing.fields import SealedText

from .child import Child

_ACCURATE = "mandatory: a record must be accurate, and whole (UK GDPR Art 5(1)(d))"


class ChildMerge(models.Model):
    """Two records that are said to be of one child: `keep` is the one that stays, `other` the one that becomes part of
    it.

    Asked for by the office, or said by a lead at once. Never deleted: undone, it says so.
    """

    class Status(models.TextChoices):
        ASKED = "asked", "Waits for a safeguarding lead"
        MERGED = "merged", "Merged"
        DECLINED = "declined", "Not the same child"
        UNDONE = "undone", "Undone"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    keep = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    # The card of the other is found by nobody while it is merged; what people call it by still leads to the record that
    # stays.
    other_number = models.PositiveIntegerField("number of the other record")
    token = models.UUIDField(unique=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.ASKED)
    reason = SealedText("why it is the same child")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    refusal = SealedText("why it is not the same child", blank=True)
    # The last day on which it can be undone.
    undo_until = models.DateField("can be undone until", null=True, blank=True)
    # Details that were empty on the record that stays and were filled from the other; `undo` empties them again.
    filled = ArrayField(models.CharField(max_length=40), default=list, blank=True, editable=False)
    # A key made as it was merged: rows with a later one were recorded since.
    since = models.UUIDField(null=True, blank=True, editable=False)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    undo_reason = SealedText("why it was undone", blank=True)
    revision = models.PositiveIntegerField(default=0)

    objects = Protected()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(keep=F("other")), name="merge_of_two"),
            models.UniqueConstraint("other", condition=Q(status__in=("asked", "merged")), name="merged_once"),
            in_pairs("decided", name="merge_decided_in_pairs"),
            in_pairs("undone", name="merge_undone_in_pairs"),
        ]
        indexes = [models.Index("school", "status", "decided_at", name="merge_by_status")]

    class PersonalData(personal_data.PersonalData):
        subject = "keep"
        sealed_by = "keep"
        narrative = ("reason", "refusal", "undo_reason")
        plain = (
            "other_number",
            "token",
            "status",
            "asked_at",
            "decided_at",
            "undo_until",
            "filled",
            "since",
            "undone_at",
            "revision",
        )
        source = Source.SCHOOL
        collection = _ACCURATE
        retention = Retention.GOES_WITH_IT
        links = {"since": Link.APART}


class MergedRow(models.Model):
    """That one row came over with a merge, or went back: by keys alone, and written by the database's own function.

    No page and no service reads it: it tells of rows that whoever merges may not see. `made` is a row that the merge
    itself made, such as an earlier UPN; undone, it goes.
    """

    id = models.BigAutoField(primary_key=True)
    merge = models.ForeignKey(ChildMerge, on_delete=models.PROTECT, related_name="+")
    model = models.CharField(max_length=60)
    field = models.CharField(max_length=40)
    row_id = models.UUIDField()
    made = models.BooleanField(default=False)
    back = models.BooleanField(default=False)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index("merge", "model", name="merged_row_of_merge")]

    class PersonalData(personal_data.PersonalData):
        plain = ("model", "field", "row_id", "made", "back", "at")
        record = "merge__keep"
        source = Source.HARBOUR
        retention = Retention.GOES_WITH_IT
        links = {"row_id": Link.ENDS}
