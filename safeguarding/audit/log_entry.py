"""What was a field before, and what is it now? One row for each record that a write changed, with all fields it
changed.

django-auditlog fills it (`AUDITLOG_LOGENTRY_MODEL`) for what `save()` writes, `history.recorded` for what is written in
bulk. Beside events, not instead of them: an event says that something was done, and stays; this says what a fact was
before, and ends with its record. Of the library's own model nothing is taken but the two names that it asks for: that
one keeps the words of `__str__`, an e-mail address and whatever a header says, and outlives the record.
"""

from typing import Any

from django.db import models
from django.db.models.functions import Now

from safeguarding import personal_data
from safeguarding.keys import uuid7
from safeguarding.personal_data import Link, Retention, Source

from .protection import Protected


class LogEntryManager(Protected):
    def log_create(self, instance: models.Model, force_log: bool = False, **given: Any) -> "LogEntry | None":
        """The library's door: one entry of what a save of `instance` changes."""
        from .history import entry_of

        changes = given.get("changes")
        return self.create(**entry_of(instance), changes=changes) if changes else None


class LogEntry(models.Model):
    """One record's fields, before and after one write."""

    class Action(models.IntegerChoices):
        """The library's numbers. Only changes are kept: what a new record holds stands in the record."""

        CREATE = 0
        UPDATE = 1
        DELETE = 2
        ACCESS = 3

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(db_default=Now())
    # The person, the school and the request; plain keys, so that the entry outlives neither and keeps neither from
    # going.
    actor_id = models.UUIDField(null=True)
    school_id = models.UUIDField(null=True)
    request_id = models.UUIDField(null=True)
    # What was changed, as `type:key`.
    object_type = models.CharField(max_length=40)
    object_id = models.UUIDField()
    # The record with which it ends: the child, the concern, or what was changed where that is shared by several.
    record_id = models.UUIDField()
    # The child it is about; none where it is not about exactly one.
    child_id = models.UUIDField(null=True)
    # {field: [before, after]}. A key for a row that is linked; texts for dates; as they are for numbers, yes and no,
    # lists.
    changes = models.JSONField()

    objects = LogEntryManager()

    class Meta:
        indexes = [
            models.Index("record_id", "at", "id", name="logentry_record"),
            models.Index("object_id", name="logentry_object"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child_id"
        identifying = ("changes",)
        plain = ("at", "actor_id", "school_id", "request_id", "object_type", "object_id", "record_id", "child_id")
        source = Source.HARBOUR
        collection = "mandatory: a correction must show what was corrected (UK GDPR Art 5(1)(d), 5(2))"
        retention = Retention.GOES_WITH_IT
        links = {
            "actor_id": Link.APART,
            "school_id": Link.APART,
            "request_id": Link.APART,
            "object_id": Link.FOLLOWS,
            "record_id": Link.ENDS,
            "child_id": Link.ENDS,
        }

    def __str__(self) -> str:
        return f"logentry:{self.pk}"

    @property
    def object_repr(self) -> str:
        """What was changed, in the one way in which anything may name a record: type and key."""
        return f"{self.object_type}:{self.object_id}"
