"""What is known of a list that is too long to be taken out while somebody waits?

The file lies sealed in the store; here is how it stands.
"""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from safeguarding import ages, personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.keys import uuid7
from safeguarding.personal_data import Link, Retention, Source
from safeguarding.sealing.fields import SealedJSON
from safeguarding.uploads.models import InStore


class Export(InStore):
    """A list that the worker makes into a file, for who asked for it alone, and for seven days.

    `stored` names the file, sealed with the key of who asked; there is none until the whole of it is made. `asked` has
    the codes of its time, filters, figure and cell, and what words are for: no words.
    """

    class Status(models.TextChoices):
        """What the machine has done."""

        WAITING = "waiting", "Being made"
        READY = "ready", "Ready"
        FAILED = "failed", "Could not be made"
        GONE = "gone", "No longer here"

    class Why(models.TextChoices):
        """Why there is none."""

        RIGHTS = "rights", "This list is not yours to take out any more."
        BROKEN = "broken", "Making it broke off. Narrow the list, and take it out again."
        AWAY = "away", "Nobody could make it for a day. Tell whoever looks after Harbour at your school."

    KEPT: ClassVar[timedelta] = timedelta(days=7)
    # A list that nobody has made by then is not made any more.
    WAITS: ClassVar[timedelta] = timedelta(days=1)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    asker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    table = models.CharField("which table", max_length=20)
    file_format = models.CharField("as what", max_length=5)
    asked: Any = SealedJSON("what was asked for", blank=True, default=dict)
    # The children that it names: nobody from whom one of them is hidden by now is given it. The records that it lists:
    # who does not see each of them by now is not given it either.
    names = ArrayField(models.UUIDField(), default=list, blank=True, editable=False)
    records = ArrayField(models.UUIDField(), default=list, blank=True, editable=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    why = models.CharField("why it could not be made", max_length=10, choices=Why, blank=True)
    rows = models.PositiveIntegerField("how many rows it has", default=0)
    rows_done = models.PositiveIntegerField("how many of them are made", default=0)
    size = models.PositiveIntegerField("bytes", default=0)
    # How often somebody began with it.
    attempts = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = Protected()

    class Meta(InStore.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(status="waiting", ended_at=None, why="", stored="")
                | Q(status="ready", ended_at__isnull=False, why="") & ~Q(stored="")
                | Q(status="failed", ended_at__isnull=False, stored="") & ~Q(why="")
                | Q(status="gone", ended_at__isnull=False, stored="", why=""),
                name="export_stands_somewhere",
            )
        ]
        indexes = [
            models.Index("asked_at", name="export_waiting", condition=Q(status="waiting")),
            models.Index("ended_at", name="export_ready", condition=Q(status="ready")),
            models.Index("asker", name="export_of_asker", condition=Q(status="waiting")),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "asker"
        sealed_by = "asker"
        narrative = ("asked",)
        plain = (
            "table",
            "file_format",
            "stored",
            "names",
            "records",
            "status",
            "why",
            "rows",
            "rows_done",
            "size",
            "attempts",
            "asked_at",
            "ended_at",
        )
        source = Source.HARBOUR
        collection = "public task (UK GDPR Art 6(1)(e)): who leads safeguarding works with its records"
        retention = Retention.GOES_WITH_IT
        links: ClassVar = {"names": Link.ENDS, "records": Link.ENDS}

    def is_over(self, at: datetime) -> bool:
        """Whether its seven days have ended, whether or not the worker has been there."""
        ended = self.ended_at is not None and ages.is_over(self.KEPT, self.ended_at, at)
        return self.status == self.Status.GONE or (self.status == self.Status.READY and ended)

    @property
    def until(self) -> datetime | None:
        """Until when it is kept."""
        return self.ended_at + self.KEPT if self.ended_at else None
