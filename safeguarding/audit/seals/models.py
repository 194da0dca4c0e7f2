"""What is kept of seals? A number for each event, the signed checkpoints, and how sealing stands now.

Leaves and checkpoints are append-only like the events themselves (`safeguarding/database.py`).
"""

from typing import Any

from django.db import models
from django.db.models import Func

from safeguarding import personal_data
from safeguarding.personal_data import Kept, Link, Retention, Source


class TransactionIdField(models.BigIntegerField):
    """PostgreSQL's `xid8`: the transaction that wrote a row. It never wraps around."""

    def db_type(self, connection: Any) -> str:
        return "xid8"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> int | None:
        return None if value is None else int(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return value if value is None or hasattr(value, "resolve_expression") else str(value)


class CurrentTransaction(Func):
    """The id of the transaction that this statement is in, whatever savepoints it is under."""

    function = "pg_current_xact_id"
    output_field = TransactionIdField()


class Leaf(models.Model):
    """The place of an event in the tree: dense from 0, in the order of sealing."""

    index = models.BigIntegerField(primary_key=True)
    # No foreign key: an event that is removed leaves its number behind, which tells.
    event_id = models.UUIDField(unique=True)
    hash = models.BinaryField(max_length=32)

    class PersonalData(personal_data.PersonalData):
        plain = ("event_id", "hash")
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.EVENTS
        links = {"event_id": Link.STAYS}


class Checkpoint(models.Model):
    """One seal. The note is what counts; the rest is beside it to be found by, and checked against it."""

    number = models.BigIntegerField(primary_key=True)
    size = models.BigIntegerField()
    at = models.DateTimeField()
    note = models.TextField()
    # Where the tree goes on: see `merkle.Frontier`.
    frontier = models.BinaryField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(number__gte=1, size__gte=0), name="checkpoint_numbers"),
        ]

    class PersonalData(personal_data.PersonalData):
        plain = ("size", "at", "note", "frontier")
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.EVENTS


class AnchorPlace(models.TextChoices):
    """Where the folder of anchors lies, as far as the operating system tells: it knows file systems, not disks."""

    DATABASE = "database", "On the disk of the database"
    FILES = "files", "On the disk of Harbour’s own files"
    APART = "apart", "On another file system than the database"
    UNKNOWN = "unknown", "On another file system than Harbour’s own files"

    @property
    def sentence(self) -> str:
        """What that means, and what it leaves open."""
        return _PLACES[self]

    @property
    def is_beside(self) -> bool:
        """Whether one disk, as far as known, holds the anchors and what they are to prove."""
        return self in (AnchorPlace.DATABASE, AnchorPlace.FILES)


_PLACES = {
    AnchorPlace.DATABASE: "They lie on the disk of the database: both can be changed together, and are lost together.",
    AnchorPlace.FILES: "They lie on the disk of Harbour’s own files, which may hold the key that signs, "
    "and perhaps the "
    "database.",
    AnchorPlace.APART: "They lie on another file system than the database. Two file systems can share one disk or one "
    "machine: Harbour "
    "cannot see that.",
    AnchorPlace.UNKNOWN: "They lie on another file system than Harbour’s own files. Harbour does not start "
    "this database "
    "itself, and "
    "cannot see whether they share its disk.",
}


class SealState(models.Model):
    """How sealing stands: the one row that is overwritten.

    It proves nothing; it is for the page and for what is due next.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    # What stopped the last run, empty when it went well.
    seal_problem = models.CharField(max_length=500, blank=True)
    anchored_number = models.BigIntegerField(default=0)
    anchored_at = models.DateTimeField(null=True)
    anchor_problem = models.CharField(max_length=500, blank=True)
    # Kept by the worker, which writes them: the web process may not even have that folder.
    anchor_place = models.CharField(max_length=10, choices=AnchorPlace, blank=True)
    verified_at = models.DateTimeField(null=True)
    verdict = models.SmallIntegerField(null=True)
    findings = models.PositiveIntegerField(default=0)
    mailed_on = models.DateField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_seal_state")]

    class PersonalData(personal_data.PersonalData):
        plain = (
            "seal_problem",
            "anchored_number",
            "anchored_at",
            "anchor_problem",
            "anchor_place",
            "verified_at",
            "verdict",
            "findings",
            "mailed_on",
        )
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.MACHINE
