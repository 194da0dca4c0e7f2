"""Which numbered paper forms are there, where are they, and which concern did each become?"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.personal_data import Link, Retention, Source
from safeguarding.sealing.fields import SealedText

from .concern import Concern
from .kinds import KCSIE, key


class PaperForm(models.Model):
    """One numbered sheet, for when Harbour cannot be reached.

    Once typed in it is a concern, compared with the sheet by somebody.
    """

    class Status(models.TextChoices):
        OUT = "out", "Given out"
        TYPING = "typing", "Being typed in"
        ENTERED = "entered", "Typed in, not checked yet"
        CHECKED = "checked", "Typed in and checked"
        SPOILED = "spoiled", "Spoiled"
        RETURNED = "returned", "Back unused"
        MISSING = "missing", "Missing"

    id = key()
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    # Those that were made together: printed again together, and made once however often that was pressed.
    batch = models.UUIDField()
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    place = models.CharField("where they are kept", max_length=60)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=20, choices=Status, default=Status.OUT)
    # What the sheet says of itself. Who wrote it is a colleague, or a name where they have no account.
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    writer = SealedText("full name of who wrote it", blank=True)
    written_on = models.DateField("date of writing", null=True, blank=True)
    written_at = models.TimeField("time of writing", null=True, blank=True)
    # Who has begun to type it in, and the tokens of their log forms: who began last sends theirs.
    begun_at = models.DateTimeField(null=True, blank=True)
    begun_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    forms = ArrayField(models.UUIDField(), default=list, blank=True, editable=False)
    concern = models.OneToOneField(Concern, on_delete=models.PROTECT, null=True, blank=True, related_name="paper_form")
    typed_at = models.DateTimeField(null=True, blank=True)
    typed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = Protected()

    class Meta:
        constraints = [
            models.UniqueConstraint("school", "year", "number", name="paper_reference_once"),
            models.CheckConstraint(
                condition=Q(concern=None, typed_at=None, typed_by=None)
                | Q(concern__isnull=False, typed_at__isnull=False, typed_by__isnull=False),
                name="paper_typed_in_once",
            ),
            models.CheckConstraint(
                condition=Q(checked_at=None, checked_by=None)
                | Q(checked_at__isnull=False, checked_by__isnull=False, concern__isnull=False),
                name="paper_checked_in_pairs",
            ),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        sealed_by = "id"
        narrative = ("writer",)
        plain = (
            "batch",
            "year",
            "number",
            "place",
            "made_at",
            "status",
            "written_on",
            "written_at",
            "begun_at",
            "forms",
            "typed_at",
            "checked_at",
            "ended_at",
        )
        source = Source.NOTE_OF_CONCERN
        collection = KCSIE
        # Spoiled, or back unused, it ends by R28.
        retention = Retention.ROOT
        schedule = "paper_form"
        links = {"concern": Link.ENDS, "batch": Link.APART, "forms": Link.APART}

    @property
    def reference(self) -> str:
        """The number that is printed on the sheet: P-2026-0007."""
        return f"P-{self.year}-{self.number:04d}"

    @property
    def written_by_whom(self) -> str:
        """Whose words they are: a colleague, or the name on the sheet."""
        return self.written_by.full_name if self.written_by else f"{self.writer}, who has no account"

    @property
    def is_checked(self) -> bool:
        return self.status == self.Status.CHECKED

    @property
    def tone(self) -> str:
        """How its state looks in a list."""
        tones = {"entered": "warn", "missing": "bad", "checked": "ok", "typing": "info"}
        return tones.get(self.status, "")
