"""How far is the machine with what is to end, what stopped it, and what is left of what has ended?"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.keys import uuid7
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Kept, Link, Retention, Source

from .dates import Group, OfGroup
from .lists import DestructionItem
from .rules import RetentionRule


class RetentionGate(models.Model):
    """One row a school: a hold that is being set and a destruction that begins wait for each other here."""

    school = models.OneToOneField(School, on_delete=models.PROTECT, primary_key=True, related_name="+")
    # The last scan that ended, by the application's clock and the database's.
    scanned_at = models.DateTimeField(null=True, blank=True)
    scanned_by_database_at = models.DateTimeField(null=True, blank=True)
    # When `destroyer` last looked at the time and found nothing amiss, by the database's clock.
    looked_at = models.DateTimeField(null=True, blank=True)

    class PersonalData(personal_data.PersonalData):
        plain = ("scanned_at", "scanned_by_database_at", "looked_at")
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.MACHINE


class ItemRun(OfGroup):
    """How far an approved item is. It goes forwards only, and `destroyer` alone moves it."""

    class State(models.TextChoices):
        BEGUN = "begun", "Begun"
        KEYS_GONE = "keys_gone", "Its key is destroyed"
        ROWS_GONE = "rows_gone", "Its rows are gone"
        FILES_GONE = "files_gone", "Its files are gone"

    item = models.OneToOneField(DestructionItem, on_delete=models.PROTECT, primary_key=True, related_name="run")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    # As on the item: whoever may not see that finds no run.
    in_group = models.CharField(max_length=10, choices=Group, default=Group.RECORDS, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.BEGUN)
    begun_at = models.DateTimeField(db_default=Now())
    moved_at = models.DateTimeField(db_default=Now())
    # How often it was taken up, and by which kind of error it stopped last.
    tries = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=80, blank=True, default="")

    objects = Protected()

    class PersonalData(personal_data.PersonalData):
        plain = ("in_group", "state", "begun_at", "moved_at", "tries", "trouble")
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.DESTRUCTION


class ItemPart(models.Model):
    """Children whose rows end together, of an item that ends child by child (`ending/by_child.py`): the children stay.

    Written by the functions that begin and end it. What stands here is not held any more.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    # None where the ledger has it, and a restored backup has no such item.
    item = models.ForeignKey(DestructionItem, on_delete=models.PROTECT, null=True, blank=True, related_name="parts")
    kind = models.CharField(max_length=60)
    record_key = models.UUIDField(editable=False)
    # Their rows up to this day.
    until = models.DateField()
    children = ArrayField(models.UUIDField(), editable=False)
    rows = models.PositiveIntegerField(default=0)
    begun_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("item", condition=Q(ended_at=None), name="one_part_at_a_time"),
        ]
        indexes: ClassVar = [models.Index(fields=["school", "kind", "-until"], name="item_part_until")]

    class PersonalData(personal_data.PersonalData):
        plain = ("kind", "record_key", "until", "children", "rows", "begun_at", "ended_at")
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.DESTRUCTION
        links: ClassVar = {"record_key": Link.STAYS, "children": Link.EMPTIES}


class EndingRow(models.Model):
    """A row of the database that ends, or is emptied, with an item whose destruction has begun.

    Written by the function that begins it (`ending/wall.py`), which asks first whether it may; what stands here is all
    that `destroyer` sees and deletes. Goes when the item is done.
    """

    item = models.ForeignKey(DestructionItem, on_delete=models.PROTECT, related_name="+")
    model = models.CharField(max_length=80)
    key = models.CharField(max_length=40)
    becomes = models.CharField(max_length=10)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["model", "key"], name="ending_row_of_model")]

    class PersonalData(personal_data.PersonalData):
        plain = ("model", "key", "becomes")
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.DESTRUCTION


class Tombstone(OfGroup):
    """What is left of a record that was destroyed: codes, days, counts and its key. It names nobody. Only added."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    # None where a restored backup had the record again, on no list, and it was destroyed by the ledger.
    item = models.ForeignKey(DestructionItem, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=60)
    in_group = models.CharField(max_length=10, choices=Group, default=Group.RECORDS, editable=False)
    record_key = models.UUIDField(editable=False)
    rule = models.ForeignKey(RetentionRule, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    under = models.CharField(max_length=100)
    trigger_on = models.DateField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    # Rows by the label of their model.
    counts = models.JSONField(default=dict)
    rows = models.PositiveIntegerField()
    files = models.PositiveIntegerField()
    manifest = models.BinaryField(max_length=32)
    destroyed_at = models.DateTimeField(db_default=Now())

    objects = Protected()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["school", "destroyed_at"], name="tombstone_of_school")]

    class PersonalData(personal_data.PersonalData):
        plain = (
            "kind",
            "in_group",
            "record_key",
            "under",
            "trigger_on",
            "due_on",
            "counts",
            "rows",
            "files",
            "manifest",
            "destroyed_at",
        )
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.DESTRUCTION
        links: ClassVar = {"record_key": Link.STAYS}


class FileToDrop(models.Model):
    """A file whose row has gone, until the file has too."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(DestructionItem, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Its name in the store, which says nothing.
    stored = models.CharField(max_length=80, unique=True)
    made_at = models.DateTimeField(db_default=Now())
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["made_at"], name="file_to_drop", condition=Q(dropped_at=None)),
        ]

    class PersonalData(personal_data.PersonalData):
        plain = ("stored", "made_at", "dropped_at")
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.MACHINE


class ClearedTable(models.Model):
    """When a table in which names stand in plain was last written again, without what was deleted from it."""

    label = models.CharField(max_length=80, primary_key=True)
    cleared_at = models.DateTimeField()

    class PersonalData(personal_data.PersonalData):
        plain = ("label", "cleared_at")
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.MACHINE


class Brake(models.Model):
    """What stopped a run of destruction, and which two people let it go on."""

    class Kind(models.TextChoices):
        TOO_MANY_A_DAY = "too_many_a_day", "More than 25 records of a school in a day"
        TOO_MANY_PLAIN = "too_many_plain", "More than 100 records in a day of kinds that are decided at once"
        TOO_MANY_A_MONTH = "too_many_a_month", "More than a fifth of the school’s files in 30 days"
        CLOCKS_APART = "clocks_apart", "The times of the application and the database are apart"
        CLOCK_BACK = "clock_back", "The time of the server has gone backwards"
        SEAL_AHEAD = "seal_ahead", "The newest seal of the record of events is of a later time than now"
        NO_SEAL = "no_seal", "No seal, no scan or no look at the time for eight days"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind)
    # How many records, or by how many minutes.
    amount = models.PositiveIntegerField()
    tripped_at = models.DateTimeField(db_default=Now())
    lift_asked_at = models.DateTimeField(null=True, blank=True)
    lift_asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("school", "kind", condition=Q(lifted_at=None), name="one_brake_of_a_kind"),
            models.CheckConstraint(
                condition=Q(lifted_by=None) | ~Q(lifted_by=F("lift_asked_by")), name="brake_lifted_by_two"
            ),
            in_pairs("lift_asked", name="brake_lift_asked_in_pairs"),
            in_pairs("lifted", name="brake_lifted_in_pairs"),
        ]

    class PersonalData(personal_data.PersonalData):
        plain = ("kind", "amount", "tripped_at", "lift_asked_at", "lifted_at")
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.DESTRUCTION
