"""What did a school's earlier system hold, or an earlier school of a child, and how does it come in? Files on their
way, and the records that they became.

Until somebody confirms, there are rows and PDFs on their way (`EarlierRow`, `EarlierPdf`), and nothing on any child. A
record that was brought in is nobody's account and no concern: it has no state, nobody is told of it and nothing is due.
It says where it comes from, who wrote it and when, and is read beside the rest.
"""

import re
from datetime import date

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from children.models import Child, OfChild
from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.addresses import address_of
from safeguarding.audit.protection import Protected
from safeguarding.dates import full_day
from safeguarding.keys import uuid7
from safeguarding.personal_data import Kept, Retention, Sensitive, Source, notice_category
from safeguarding.sealing.fields import SealedJSON, SealedText
from safeguarding.uploads.models import NARRATIVE, PLAIN, StoredFile

FILE = "mandatory: a separate child protection file is kept and transferred (KCSIE 2025, Annex C)"

_KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Of a system, or of a school.
LONGEST_SOURCE = 200
# What the privacy notice calls it.
CATEGORY = notice_category(
    "Records from before: of an earlier system, or of an earlier school", Sensitive.SPECIAL, Sensitive.OFFENCES
)


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
        kept = Kept.BROUGHT_IN

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
        source = Source.SCHOOL
        also_from = (Source.OTHER_SCHOOL,)
        category = CATEGORY
        collection = FILE
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
        return [{**action, "day": day_of(action.get("action_on", ""))} for action in found]

    @property
    def more(self) -> list[list[str]]:
        found: list[list[str]] = self.further.get("more", [])
        return found


def day_of(text: str) -> str:
    """A date as pages write it; as it was written, where it is none."""
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
        source = Source.SCHOOL
        also_from = (Source.OTHER_SCHOOL,)
        category = CATEGORY
        collection = FILE
        retention = Retention.GOES_WITH_IT

    @property
    def belongs_to(self) -> str:
        return f"record {self.child.number}"

    def get_absolute_url(self) -> str:
        return f"{address_of('child_files', self.child_id)}#earlier"
