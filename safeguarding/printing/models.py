"""What is known of a print that takes longer than a page may wait?

The HTML, then the PDF, lie sealed in the store; here is how it stands.
"""

from datetime import datetime, timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.ages import is_over
from safeguarding.audit.protection import Protected
from safeguarding.keys import uuid7
from safeguarding.personal_data import Link, Retention, Source
from safeguarding.sealing.fields import SealedText
from safeguarding.uploads.models import InStore


class PrintJob(InStore):
    """A print that goes on after its page has been answered. For who asked for it alone, and for one day.

    `stored` names the HTML in the store while it waits (before that the order, of one that the worker puts together),
    and the PDF when it is made, each sealed with the key of who asked.
    """

    class Status(models.TextChoices):
        """What the machine has done."""

        WAITING = "waiting", "Being made"
        READY = "ready", "Ready"
        FAILED = "failed", "Could not be made"
        GONE = "gone", "No longer here"

    class Why(models.TextChoices):
        """Which limit of a print it met."""

        TIME = "time", "It would take longer to make than a print may take."
        MEMORY = "memory", "It would need more memory than a print may have."
        PAGES = "pages", "It would have more pages than a print may have."
        BROKEN = "broken", "Making it broke off."
        AWAY = "away", "The printer did not answer for a day."

    # Younger than this it is waited for on its page; then, or with so many sheets, the worker goes on with it.
    ON_ITS_PAGE: ClassVar[timedelta] = timedelta(seconds=10)
    LONG: ClassVar[int] = 40
    KEPT: ClassVar[timedelta] = timedelta(days=1)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    asker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # The reference that stands on it: never the name of a person.
    title = models.CharField("what it is called", max_length=200)
    # Of the page that prints it: whoever opens the print goes through that page again, with all that it asks of its
    # reader.
    address = SealedText("where it is printed")
    # The children of whom it tells: nobody from whom one of them is hidden by now is given it.
    names = ArrayField(models.UUIDField(), default=list, blank=True, editable=False)
    # The records that it tells in full, of a chronology: who does not see one of them by now is not given it either.
    records = ArrayField(models.UUIDField(), default=list, blank=True, editable=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    why = models.CharField("why it could not be made", max_length=10, choices=Why, blank=True)
    sheets = models.PositiveIntegerField(default=0)
    # Whether the worker has to read it first; then in how many pieces it is laid out, and how many of them are.
    to_gather = models.BooleanField(default=False)
    pieces = models.PositiveIntegerField(default=0)
    pieces_done = models.PositiveIntegerField(default=0)
    # How often a printer that knew nothing of it was given it again.
    attempts = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = Protected()

    class Meta(InStore.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(status="waiting", ended_at=None, why="") & ~Q(stored="")
                | Q(status="ready", ended_at__isnull=False, why="") & ~Q(stored="")
                | Q(status="failed", ended_at__isnull=False, stored="") & ~Q(why="")
                | Q(status="gone", ended_at__isnull=False, stored="", why=""),
                name="print_job_stands_somewhere",
            )
        ]
        indexes = [
            models.Index("asked_at", name="print_job_waiting", condition=Q(status="waiting")),
            models.Index("ended_at", name="print_job_ready", condition=Q(status="ready")),
            models.Index("asker", name="print_job_asker", condition=Q(status="waiting")),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "asker"
        sealed_by = "asker"
        narrative = ("address",)
        plain = (
            "title",
            "stored",
            "names",
            "records",
            "status",
            "why",
            "sheets",
            "to_gather",
            "pieces",
            "pieces_done",
            "attempts",
            "asked_at",
            "ended_at",
        )
        source = Source.HARBOUR
        collection = "mandatory: what is held is given in a form that can be read (UK GDPR Art 12(1))"
        retention = Retention.GOES_WITH_IT
        links: ClassVar = {"names": Link.ENDS, "records": Link.ENDS}

    def is_handed_over(self, at: datetime) -> bool:
        """Whether nobody waits for it on a page any more."""
        return self.is_long or self.sheets >= self.LONG or is_over(self.ON_ITS_PAGE, self.asked_at, at)

    @property
    def is_long(self) -> bool:
        """Whether the worker alone makes it: it is read and laid out in pieces."""
        return self.to_gather or self.pieces > 0
