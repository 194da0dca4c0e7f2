"""What did a school's earlier system hold, or an earlier school of a child, and how does it come in? Files on their
way, and the records that they became.

Until somebody confirms, there are rows and PDFs on their way (`EarlierRow`, `EarlierPdf`), and nothing on any child. A
record that was brought in is nobody's account and no concern: it has no state, nobody is told of it and nothing is due.
It says where it comes from, who wrote it and when, and is read beside the rest.
"""

import re
from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from children.models import Child, OfChild
from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.addresses import address_of
from safeguarding.audit.protection import Protected
from safeguarding.concerns.importing.problems import FILES, ROWS
from safeguarding.dates import full_day
from safeguarding.keys import uuid7
from safeguarding.personal_data import Retention, Source
from safeguarding.sealing.fields import SealedJSON, SealedText
from safeguarding.uploads.kinds import KINDS
from safeguarding.uploads.models import NARRATIVE, PLAIN, InStore, StoredFile

_FILE = "mandatory: a separate child protection file is kept and transferred (KCSIE 2025, Annex C)"

_KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_KINDS_OF_FILE = [(kind.key, kind.title) for kind in KINDS.values()]
# Of a system, or of a school.
LONGEST_SOURCE = 200
# What the privacy notice calls it.
_EARLIER = "Records from before: of an earlier system, or of an earlier school"


class Readers(models.TextChoices):
    """Who reads an entry of another school; where it is empty, whoever reads concerns."""

    LEADS = "leads", "Leads alone"


def number_of(reference: str) -> str:
    """The number of a record in the system that it is from. A file of another school names its entries by keys, which
    are nothing to be read.
    """
    return "" if _KEY.fullmatch(reference) else reference


class EarlierBatch(models.Model):
    """One giving of files from an earlier system, or of the file of one child from another school: from the upload to
    the confirmation, and whole out again where it was wrong.
    """

    class Status(models.TextChoices):
        HELD = "held", "Waits until the school that sent it has confirmed its key"
        UPLOADED = "uploaded", "Uploaded"
        MAPPING = "mapping", "Waiting to be told what its columns mean"
        READING = "reading", "Being read"
        READY = "ready", "Ready to look at"
        CONFIRMING = "confirming", "Being put on the children’s records"
        CONFIRMED = "confirmed", "On the children’s records"
        WITHDRAWN = "withdrawn", "Withdrawn"
        REFUSED = "refused", "Could not be read"
        ABANDONED = "abandoned", "Given up"

    class Why(models.TextChoices):
        """Why what was brought in is taken out again."""

        WRONG_CHILDREN = "wrong_children", "Records are on the wrong children"
        WRONG_FILE = "wrong_file", "It was the wrong file, or an old one"
        TWICE = "twice", "The same records are here twice"
        UNLAWFUL = "unlawful", "The school may not hold them"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    # Of the form it came with: a double click brings in one.
    token = models.UUIDField(unique=True)
    source = models.CharField("the earlier system or school", max_length=LONGEST_SOURCE)
    status = models.CharField(max_length=12, choices=Status, default=Status.UPLOADED)
    # What the columns are taken to mean: {heading: field of `importing.columns`}; "day" or "month" first, once somebody
    # said so.
    columns = models.JSONField(default=dict, blank=True)
    date_style = models.CharField(max_length=10, blank=True)
    # Numbers: how many rows and files there are, read so far, of each kind; what was put on records; who had opened
    # what was withdrawn.
    summary = models.JSONField(default=dict, blank=True)
    refusal = models.TextField("why it could not be read", blank=True)
    # Grows with every move: by it a page knows whether it still shows what would be confirmed.
    revision = models.PositiveIntegerField(default=0)
    uploaded_at = models.DateTimeField(db_default=Now())
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    abandoned_at = models.DateTimeField(null=True, blank=True)
    abandoned_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawal = models.CharField("why it is withdrawn", max_length=14, choices=Why, blank=True)
    # When the words and files of what was withdrawn were gone.
    cleared_at = models.DateTimeField(null=True, blank=True)

    objects = Protected()

    class Meta:
        indexes = [models.Index(fields=["school", "-uploaded_at"], name="earlier_batch_of_school")]
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawal="", cleared_at=None)
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False, status="withdrawn") & ~Q(withdrawal="")),
                name="earlier_withdrawn_in_pairs",
            ),
        ]

    class PersonalData(personal_data.PersonalData):
        plain = (
            "token",
            "source",
            "status",
            "columns",
            "date_style",
            "summary",
            "refusal",
            "revision",
            "uploaded_at",
            "confirmed_at",
            "abandoned_at",
            "withdrawn_at",
            "withdrawal",
            "cleared_at",
        )
        source = Source.SCHOOL
        retention = Retention.KEPT

    @property
    def is_file(self) -> bool:
        """Whether it is the file of one child from another school, whose entries say themselves what they are."""
        return bool(self.summary.get("file"))

    @property
    def columns_told(self) -> bool:
        """Whether somebody said what the columns mean, now or with an earlier file."""
        return bool(self.date_style)

    @property
    def waits_for_a_person(self) -> bool:
        return self.status in (self.Status.READY, self.Status.MAPPING)


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
        source = Source.SAFEGUARDING_LEAD
        category = _EARLIER
        collection = _FILE
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
        return _day(self.says.get("on") or self.says.get("action_on", ""))

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
        source = Source.SAFEGUARDING_LEAD
        category = _EARLIER
        collection = _FILE
        retention = Retention.GOES_WITH_IT

    @classmethod
    def names_in_store(cls, keys: Collection[UUID] | None = None) -> set[str]:
        pictures = cls._of(keys).exclude(pictures=[]).values_list("pictures", flat=True)
        return super().names_in_store(keys).union(*pictures)

    @property
    def reason(self) -> str:
        return " ".join(part for part in (FILES.get(self.problem, ""), self.found) if part)


class EarlierRecord(OfChild):
    """Something an earlier system had on a child: what was written there, by whom and when, and what was done about it.

    Never changed. Its batch can be withdrawn, and then nobody sees it and its words are taken away.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    batch = models.ForeignKey(EarlierBatch, on_delete=models.PROTECT, related_name="records")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="earlier_records")
    # As its batch has it: who reads a record need not see how it came in.
    source = models.CharField("the earlier system or school", max_length=LONGEST_SOURCE)
    readers = models.CharField("who reads it", max_length=5, choices=Readers, blank=True, default="")
    reference = models.CharField("its number there", max_length=60, blank=True)
    happened_at = models.DateTimeField()
    # Whether the time of day is known.
    is_timed = models.BooleanField(default=False)
    author = SealedText("who wrote it", blank=True)
    category = SealedText("as what it was filed", blank=True)
    narrative = SealedText("what was written")
    # {"actions": [{"action_on", "action_by", "action", "outcome"}], "more": [[heading, text]]}
    further = SealedJSON(blank=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "batch", "child", "reference", condition=~Q(reference=""), name="earlier_record_once"
            )
        ]
        indexes = [
            models.Index(fields=["child", "-happened_at"], name="earlier_record_of_child"),
            models.Index(fields=["school", "-happened_at"], name="earlier_record_of_school"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = ("author", "category", "narrative", "further")
        identifying = ("reference",)
        plain = ("source", "readers", "happened_at", "is_timed", "added_at")
        source = Source.SAFEGUARDING_LEAD
        category = _EARLIER
        collection = _FILE
        retention = Retention.GOES_WITH_IT

    @property
    def number_there(self) -> str:
        return number_of(self.reference)

    @property
    def is_for_leads(self) -> bool:
        return self.readers == Readers.LEADS

    @property
    def actions(self) -> list[dict[str, str]]:
        """What was done, each with its `day` as pages write it: as the earlier system wrote it, where that is no
        date.
        """
        found: list[dict[str, str]] = self.further.get("actions", [])
        return [{**action, "day": _day(action.get("action_on", ""))} for action in found]

    @property
    def more(self) -> list[list[str]]:
        found: list[list[str]] = self.further.get("more", [])
        return found


def _day(text: str) -> str:
    try:
        return full_day(date.fromisoformat(text))
    except ValueError:
        return text


class EarlierFile(StoredFile):
    """A PDF that an earlier system had on a child, or a document that another school sent with its file."""

    nav = "children"
    # Hundreds may come in at once: they are not what one person may attach in a day.
    counts_for_the_day = False

    batch = models.ForeignKey(EarlierBatch, on_delete=models.PROTECT, related_name="files")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="earlier_files")
    source = models.CharField("the earlier system or school", max_length=LONGEST_SOURCE)
    readers = models.CharField("who reads it", max_length=5, choices=Readers, blank=True, default="")

    class Meta(StoredFile.Meta):
        indexes = [models.Index(fields=["child", "attached_at"], name="earlier_file_of_child")]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = NARRATIVE
        plain = (*PLAIN, "source", "readers")
        source = Source.SAFEGUARDING_LEAD
        category = _EARLIER
        collection = _FILE
        retention = Retention.GOES_WITH_IT

    @property
    def belongs_to(self) -> str:
        return f"record {self.child.number}"

    def get_absolute_url(self) -> str:
        return f"{address_of('child_files', self.child_id)}#earlier"
