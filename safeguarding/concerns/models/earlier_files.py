"""What is given of an earlier system or school, on its way in: the files, and what was read of them, row by row.

Until somebody confirms it, none of it is on a child's record (`earlier.py`).
"""

from collections.abc import Collection
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models

from children.models import Child
from safeguarding import personal_data
from safeguarding.accounts.models import School
from safeguarding.audit.protection import Protected
from safeguarding.concerns.importing.problems import FILES, ROWS
from safeguarding.keys import uuid7
from safeguarding.personal_data import Retention, Source
from safeguarding.sealing.fields import SealedJSON, SealedText
from safeguarding.uploads.kinds import KINDS
from safeguarding.uploads.models import InStore

from .earlier import CATEGORY, FILE, EarlierBatch, Readers, day_of, number_of

_KINDS_OF_FILE = [(kind.key, kind.title) for kind in KINDS.values()]


class EarlierUpload(InStore):
    """A file as it was given, sealed in the store until what it says is on the records, or it is given up."""

    class What(models.TextChoices):
        SHEET = "sheet", "Sheet of incidents"
        PACK = "pack", "ZIP of PDFs"
        ENTRIES = "entries", "Entries of a file from another school"
        PAPERS = "papers", "Documents of a file from another school"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    batch = models.ForeignKey(EarlierBatch, on_delete=models.CASCADE, related_name="uploads")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=7, choices=What)
    size = models.PositiveIntegerField("bytes")

    objects = Protected()
    # What was uploaded ends when it has come in, or is given up.
    web_may_delete = True

    class Meta:
        constraints = [models.UniqueConstraint("batch", "what", name="earlier_upload_once")]

    class PersonalData(personal_data.PersonalData):
        plain = ("stored", "what", "size")
        source = Source.SCHOOL
        retention = Retention.GOES_WITH_IT


class EarlierRow(models.Model):
    """A row of a sheet on its way in: what it says, of whom, and what becomes of it. Gone with the confirmation, unless
    it cannot be used: then its number and the reason stay, and none of its words.
    """

    class Kind(models.TextChoices):
        RECORD = "record", "A record of its child"
        ACTION = "action", "An action of a record"
        REPEATED = "repeated", "The same row twice"
        HERE = "here", "Here already"
        BAD = "bad", "Cannot be used"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    batch = models.ForeignKey(EarlierBatch, on_delete=models.CASCADE, related_name="rows")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    # As a spreadsheet numbers it: the headings are row 1.
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    child = models.ForeignKey(Child, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # {"facts": {field: text}, "more": [[heading, text]]}; of a file of another school also "readers"
    content = SealedJSON(blank=True)
    problem = models.CharField(max_length=20, blank=True)
    # The heading under which it stands.
    column = models.CharField(max_length=200, blank=True)
    # Numbers of the rows whose record an action belongs to.
    joins = ArrayField(models.PositiveIntegerField(), default=list, blank=True)

    objects = Protected()
    web_may_delete = True

    class Meta:
        constraints = [models.UniqueConstraint("batch", "number", name="earlier_row_once")]
        indexes = [models.Index("batch", "kind", "number", name="earlier_row_kind")]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "batch"
        narrative = ("content",)
        plain = ("number", "kind", "problem", "column", "joins")
        source = Source.SCHOOL
        also_from = (Source.OTHER_SCHOOL,)
        category = CATEGORY
        collection = FILE
        retention = Retention.GOES_WITH_IT

    @property
    def says(self) -> dict[str, str]:
        """What it says, by field; nothing where its words have gone."""
        found: dict[str, str] = self.content.get("facts", {}) if self.content else {}
        return found

    @property
    def number_there(self) -> str:
        return number_of(self.says.get("reference", ""))

    @property
    def is_for_leads(self) -> bool:
        return bool(self.content) and self.content.get("readers") == Readers.LEADS

    @property
    def day(self) -> str:
        """The day of an incident or an action, as pages write it."""
        return day_of(self.says.get("on") or self.says.get("action_on", ""))

    @property
    def words(self) -> str:
        """What happened, or of an action what was done."""
        return self.says.get("details") or self.says.get("action", "")

    @property
    def reason(self) -> str:
        return ROWS.get(self.problem, "")

    @property
    def name(self) -> str:
        """The name of the child as the row has it."""
        return self.says.get("name") or f"{self.says.get('forename', '')} {self.says.get('surname', '')}".strip()


class EarlierPdf(InStore):
    """A PDF of a ZIP, or a document of a file from another school, on its way in, sealed in the store with the key of
    its child; nothing of it where it cannot be used.
    """

    class Kind(models.TextChoices):
        FILE = "file", "A file of its child"
        HERE = "here", "Here already"
        BAD = "bad", "Cannot be used"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    batch = models.ForeignKey(EarlierBatch, on_delete=models.CASCADE, related_name="pdfs")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    child = models.ForeignKey(Child, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    name = SealedText("name of the file", blank=True)
    problem = models.CharField(max_length=20, blank=True)
    # What was found when it was looked into, as a sentence.
    found = models.CharField(max_length=300, blank=True)
    size = models.PositiveIntegerField("bytes", default=0)
    file_kind = models.CharField("kind of file", max_length=10, choices=_KINDS_OF_FILE, default="pdf")
    readers = models.CharField(max_length=5, choices=Readers, blank=True, default="")
    is_active = models.BooleanField(default=False)
    pictures = ArrayField(models.CharField(max_length=80), default=list, blank=True)

    objects = Protected()
    web_may_delete = True

    class Meta:
        constraints = [models.UniqueConstraint("batch", "number", name="earlier_pdf_once")]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "batch"
        narrative = ("name",)
        plain = (
            "stored",
            "number",
            "kind",
            "problem",
            "found",
            "size",
            "file_kind",
            "readers",
            "is_active",
            "pictures",
        )
        source = Source.SCHOOL
        also_from = (Source.OTHER_SCHOOL,)
        category = CATEGORY
        collection = FILE
        retention = Retention.GOES_WITH_IT

    @classmethod
    def names_in_store(cls, keys: Collection[UUID] | None = None) -> set[str]:
        pictures = cls._of(keys).exclude(pictures=[]).values_list("pictures", flat=True)
        return super().names_in_store(keys).union(*pictures)

    @property
    def reason(self) -> str:
        return " ".join(part for part in (FILES.get(self.problem, ""), self.found) if part)
