"""Which keys are there? In a database of their own, whose backups live 35 days: nothing here says a word about anybody.

A record (a concern, a child, somebody's drafts) has one key. It is wrapped once for each of its subjects with the key
of that subject. Subject keys are wrapped with the key of the epoch, which is in a file (`keyfiles.py`). Every table is
written by SQL in `services/` and in `ring.py`.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from safeguarding import personal_data
from safeguarding.personal_data import Kept, Link, Retention, Source

# The alias of the database in which these tables are.
KEYS = "keys"


class Epoch(models.Model):
    """A span of time in which subject keys are wrapped with one key. One of them is now."""

    number = models.PositiveIntegerField(primary_key=True)
    began_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)
    # A known word under the key: by it a wrong file is told from the right one before anything is written.
    proof = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint("ended_at", name="one_epoch_now", nulls_distinct=False)]

    class PersonalData(personal_data.PersonalData):
        plain = ("began_at", "ended_at", "proof")
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.KEYS


class SubjectKey(models.Model):
    """The key of a child, an adult or a school, by the key of its row.

    Destroyed, its place stays, empty, with the reason.
    """

    class Kind(models.TextChoices):
        CHILD = "child", "Child"
        ADULT = "adult", "Adult"
        SCHOOL = "school", "School"

    id = models.UUIDField(primary_key=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    epoch = models.ForeignKey(Epoch, on_delete=models.PROTECT, related_name="+")
    wrapped = models.BinaryField(null=True)
    made_at = models.DateTimeField(db_default=Now())
    destroyed_at = models.DateTimeField(null=True, blank=True)
    # What it was destroyed under: the rule of the retention schedule, or the decision. No name.
    destroyed_under = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(wrapped__isnull=False, destroyed_at=None) | Q(wrapped=None, destroyed_at__isnull=False),
                name="subject_key_or_its_end",
            )
        ]

    class PersonalData(personal_data.PersonalData):
        plain = ("kind", "wrapped", "made_at", "destroyed_at", "destroyed_under")
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.KEYS


class RecordKey(models.Model):
    """That a record has a key, by the key of the record's row.

    What it is stands in its wraps; when the last is gone, why.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    # The model of the record, such as "concerns.concern".
    kind = models.CharField(max_length=60)
    made_at = models.DateTimeField(db_default=Now())
    destroyed_at = models.DateTimeField(null=True, blank=True)
    destroyed_under = models.CharField(max_length=100, blank=True)

    class PersonalData(personal_data.PersonalData):
        plain = ("kind", "made_at", "destroyed_at", "destroyed_under")
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.KEYS


class Wrap(models.Model):
    """The key of a record, wrapped with the key of one of its subjects."""

    pk = models.CompositePrimaryKey("record_id", "subject_id")
    record = models.ForeignKey(RecordKey, on_delete=models.PROTECT, related_name="wraps")
    subject = models.ForeignKey(SubjectKey, on_delete=models.PROTECT, related_name="wraps")
    wrapped = models.BinaryField()

    class PersonalData(personal_data.PersonalData):
        plain = ("wrapped",)
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.KEYS


class KeyShare(models.Model):
    """One of the three printed shares of the root key.

    Two of one set give the key back. Each is taken by another person.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    made_at = models.DateTimeField()
    set_id = models.UUIDField()
    number = models.PositiveSmallIntegerField()
    # The words, under a key made of the root key itself; none once they have been taken.
    words = models.BinaryField(null=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    # The key of the person's row in the other database; none where it was printed at the command line.
    taken_by = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("set_id", "number", name="share_once")]

    class PersonalData(personal_data.PersonalData):
        plain = ("made_at", "set_id", "number", "words", "taken_at", "taken_by")
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.KEYS
        links = {"set_id": Link.APART, "taken_by": Link.APART}


class KeyCheck(models.Model):
    """What the nightly check found, newest last: how many keys belong to nothing, and how many words have no key."""

    id = models.UUIDField(primary_key=True, editable=False)
    checked_at = models.DateTimeField()
    records = models.PositiveIntegerField()
    without_record = models.PositiveIntegerField()
    without_key = models.PositiveIntegerField()

    class PersonalData(personal_data.PersonalData):
        plain = ("checked_at", "records", "without_record", "without_key")
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.MACHINE


class BackupRun(models.Model):
    """One backup, made or tried: how it ended, how large it is, and how many of its words were opened to prove it."""

    id = models.UUIDField(primary_key=True, editable=False)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    # What went wrong, in a sentence; empty when it went well.
    problem = models.CharField(max_length=500, blank=True)
    records_bytes = models.PositiveBigIntegerField(default=0)
    keys_bytes = models.PositiveBigIntegerField(default=0)
    people = models.PositiveIntegerField(default=0)
    opened = models.PositiveIntegerField(default=0)
    files = models.PositiveIntegerField(default=0)
    # It lies on the disk on which the records are.
    same_disk = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["-ended_at"], name="backup_run_newest")]

    class PersonalData(personal_data.PersonalData):
        plain = (
            "began_at",
            "ended_at",
            "problem",
            "records_bytes",
            "keys_bytes",
            "people",
            "opened",
            "files",
            "same_disk",
        )
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.MACHINE
