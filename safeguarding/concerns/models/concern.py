"""What is a concern? Where it stands, what was decided, who is worried about. Its words are in its account."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Retention, Source
from safeguarding.sealing.fields import SealedText

from .kinds import KCSIE, Category, ClosingOutcome, HowSoon, Level, Receipt, Subcategory, key


class Concern(models.Model):
    """A concern: where it stands, what was decided, who is worried about. Its words are in its account."""

    class Status(models.TextChoices):
        NEW = "new", "Unread"
        ACKNOWLEDGED = "acknowledged", "Read"
        DECIDED = "decided", "Decided"
        CLOSED = "closed", "Closed"

    class CallAnswer(models.TextChoices):
        COMING = "coming", "I am coming"
        RING = "ring", "Ring me"

    class InError(models.TextChoices):
        PROPOSED = "proposed", "Proposed as entered in error"
        CONFIRMED = "confirmed", "Entered in error"
        UNDOING = "undoing", "Entered in error; proposed to put back"

    # What it waits for, once decided: said by `services.waiting_rows.give_waits`, never kept.
    waits: Any = None

    id = key()
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="concerns")
    # Issued by the server with the empty form: a double click, the back button and a retry are one concern.
    token = models.UUIDField(unique=True)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=20, choices=Status, default=Status.NEW)
    how_soon = models.PositiveSmallIntegerField("how soon somebody needs to act", choices=HowSoon)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    subcategory = models.ForeignKey(Subcategory, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # What lists show. A lead may name it; until then the category does.
    title = SealedText("short title", blank=True)
    logged_at = models.DateTimeField(db_default=Now())
    logged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Tell first, write after: a call for a lead starts the concern, its account is finished later.
    called_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField("account finished", null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # What a lead told who called, the last one that was said.
    call_answer = models.CharField("answer to the call", max_length=10, choices=CallAnswer, blank=True)
    call_answered_at = models.DateTimeField(null=True, blank=True)
    call_answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    level = models.PositiveSmallIntegerField("level of need", choices=Level, null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    review_on = models.DateField(null=True, blank=True)
    receipt = models.CharField("what the reporter is told", max_length=20, choices=Receipt, blank=True)
    # The closing that stands, while the concern is closed. Every one there has been is a `Closing`.
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.CharField(max_length=20, choices=ClosingOutcome, blank=True)
    closing_reason = SealedText("reason for closing", blank=True)
    # Since when it waits again, after the last of its closings that did not stand.
    reopened_at = models.DateTimeField("opened again", null=True, blank=True)
    # Something came in that no lead has opened yet: an addition, a finished account.
    news_at = models.DateTimeField(null=True, blank=True, editable=False)
    # For leads with the right to restricted concerns, and for those who are named one by one.
    restricted_at = models.DateTimeField(null=True, blank=True)
    restricted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Logged by mistake, as two people have said: out of every file, list and count from then on (`EnteredInError`).
    in_error = models.CharField("entered in error", max_length=10, choices=InError, blank=True)
    # Since when it is being destroyed, with the last child it is about. Who destroys says so.
    ending_at = models.DateTimeField(null=True, editable=False)
    # Counts saves, so that the second of two leads sees what the first changed.
    revision = models.PositiveIntegerField(default=0, editable=False)

    objects = Protected()

    class Meta:
        constraints = [
            models.UniqueConstraint("school", "year", "number", name="concern_reference_once"),
            in_pairs("acknowledged", name="acknowledged_in_pairs"),
            in_pairs("call_answered", name="call_answered_in_pairs"),
            in_pairs("decided", name="decided_in_pairs"),
            in_pairs("closed", name="closed_in_pairs"),
            in_pairs("restricted", name="restricted_in_pairs"),
        ]
        indexes = [
            models.Index(fields=["school", "-logged_at", "-id"], name="concern_school_time"),
            models.Index(
                fields=["school", "-how_soon", "logged_at", "id"],
                name="concern_queue",
                condition=Q(status__in=("new", "acknowledged")),
            ),
            models.Index(
                fields=["called_at"], name="concern_calls", condition=Q(called_at__isnull=False, acknowledged_at=None)
            ),
            models.Index(fields=["school", "called_at"], name="concern_unfinished", condition=Q(finished_at=None)),
            models.Index(fields=["school", "review_on"], name="concern_review", condition=Q(status="decided")),
            models.Index(fields=["school"], name="concern_restricted", condition=Q(restricted_at__isnull=False)),
            models.Index(fields=["id"], name="concern_in_error", condition=Q(in_error__in=("confirmed", "undoing"))),
            models.Index("ending_at", name="concern_ending", condition=Q(ending_at__isnull=False)),
            models.Index(fields=["school", "-news_at"], name="concern_news", condition=Q(news_at__isnull=False)),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "children"
        sealed_by = "id"
        narrative = ("title", "closing_reason")
        plain = (
            "token",
            "year",
            "number",
            "status",
            "how_soon",
            "logged_at",
            "called_at",
            "finished_at",
            "acknowledged_at",
            "call_answer",
            "call_answered_at",
            "level",
            "decided_at",
            "review_on",
            "receipt",
            "closed_at",
            "outcome",
            "reopened_at",
            "news_at",
            "restricted_at",
            "in_error",
            "ending_at",
            "revision",
        )
        source = Source.NOTE_OF_CONCERN
        collection = KCSIE
        retention = Retention.ROOT
        about = "children__child"

    @property
    def is_in_error(self) -> bool:
        """Whether two people have said that it was entered in error, and no two have put it back."""
        return self.in_error in OUT_OF_THE_RECORD

    @property
    def reference(self) -> str:
        """The number people quote: C-2026-0412."""
        return f"C-{self.year}-{self.number:04d}"

    @property
    def label(self) -> str:
        """What lists show: the lead's title, else the category, else that it is being written."""
        if self.title:
            return self.title
        if self.category is None:
            return "Call for a safeguarding lead" if self.called_at else "Concern"
        return f"{self.category.name}: {self.subcategory.name}" if self.subcategory else self.category.name


# Of these nothing is seen, but on the pages about them.
OUT_OF_THE_RECORD = (Concern.InError.CONFIRMED, Concern.InError.UNDOING)
