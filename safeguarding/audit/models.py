"""What happened? One row for every view, list, search, print, export, refusal, sign-in and change: the legal record.

No names, no narrative, no foreign keys: it survives what it is about. Rows are append-only by privilege and by trigger
(`safeguarding/database.py`).
"""

from django.db import models
from django.db.models import Func

from safeguarding import personal_data
from safeguarding.keys import uuid7
from safeguarding.personal_data import Kept, Link, Retention, Source
from safeguarding.registers import RegisteredField, of_form

from .log_entry import LogEntry
from .seals.models import Checkpoint, CurrentTransaction, Leaf, SealState, TransactionIdField
from .verbs import VERBS, Verb

__all__ = ["Checkpoint", "ClockTimestamp", "Event", "Leaf", "LogEntry", "Outcome", "SealState", "Verb"]


class ClockTimestamp(Func):
    """The database's clock now, not at the start of the transaction."""

    function = "clock_timestamp"
    output_field = models.DateTimeField()


class Outcome(models.TextChoices):
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


class Event(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(db_default=ClockTimestamp())
    actor_id = models.UUIDField(null=True)
    acting_role = models.CharField(max_length=40, blank=True)
    school_id = models.UUIDField(null=True)
    verb = RegisteredField(VERBS)
    object_type = models.CharField(max_length=40, blank=True)
    object_id = models.UUIDField(null=True)
    # How many records a list showed, all lists of a page together, or an import touched.
    count = models.PositiveIntegerField(null=True)
    # Of a page with lists: a line for each (`page_lists.py`).
    shown = models.TextField(blank=True)
    purpose = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.DONE)
    request_id = models.UUIDField(null=True)
    source_address = models.GenericIPAddressField(null=True)
    # By it the sealer knows which events have settled (`seals/services.py`).
    transaction_id = TransactionIdField(db_default=CurrentTransaction())

    class Meta:
        constraints = [of_form("verb", VERBS.length, name="event_verb")]
        indexes = [
            models.Index("transaction_id", "id", name="event_transaction"),
            models.Index("object_id", "at", name="event_object"),
            models.Index("actor_id", "at", name="event_actor"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "actor_id"
        plain = (
            "at",
            "actor_id",
            "acting_role",
            "school_id",
            "verb",
            "object_type",
            "object_id",
            "count",
            "shown",
            "purpose",
            "outcome",
            "request_id",
            "source_address",
            "transaction_id",
        )
        source = Source.HARBOUR
        collection = "mandatory: who saw and changed a record must be known (UK GDPR Art 5(1)(f), 5(2))"
        retention = Retention.KEPT
        kept = Kept.EVENTS
        links = {"actor_id": Link.APART, "school_id": Link.APART, "object_id": Link.STAYS, "request_id": Link.APART}
