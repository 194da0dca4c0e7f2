"""What has been read from a file and not yet become children?

The run, the file in parts, its rows, and column mappings.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from children.codes import year_label
from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.keys import uuid7
from safeguarding.personal_data import Kept, Link, Retention, Source

from .child import Child

_REGISTER = "mandatory: the admission register (SI 2024/208)"


class ImportRun(models.Model):
    """One file given to Harbour, from upload to confirmation.

    Nothing in the school's list changes before it is confirmed.
    """

    class Status(models.TextChoices):
        UPLOADED = "uploaded", "Uploaded"
        MAPPING = "mapping", "Waiting to be told what its columns mean"
        READING = "reading", "Being read"
        READY = "ready", "Ready to look at"
        CONFIRMING = "confirming", "Being put into the school’s list"
        CONFIRMED = "confirmed", "In the school’s list"
        REFUSED = "refused", "Could not be read"
        ABANDONED = "abandoned", "Given up"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="imports")
    status = models.CharField(max_length=12, choices=Status, default=Status.UPLOADED)
    file_name = models.CharField(max_length=100)
    size = models.PositiveIntegerField("bytes")
    # Which product wrote it (`importing.formats`), and what its columns are taken to mean: {heading: field}.
    format = models.CharField(max_length=12, blank=True)
    columns = models.JSONField(default=dict, blank=True)
    # "day" or "month" first, where somebody has said what the columns mean.
    date_style = models.CharField(max_length=10, blank=True)
    # A transfer file names some children only: it never makes leavers.
    is_partial = models.BooleanField(default=False)
    rows_read = models.PositiveIntegerField(default=0)
    # Counts by kind of row, leavers, classes that would vanish, remarks on the whole file.
    summary = models.JSONField(default=dict, blank=True)
    # What needs nobody goes in without a look: a nightly file, the command with --yes. Ends where the whole file waits.
    unattended = models.BooleanField(default=False)
    # It lay in the folder of the school's lists.
    from_folder = models.BooleanField(default=False)
    # Of the content: a list that says what the last one said makes no run, but has arrived.
    digest = models.CharField(max_length=64, blank=True, editable=False)
    received_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Which of the questions about the whole file somebody has said yes to.
    agreed = models.JSONField(default=list, blank=True)
    refusal = models.TextField("why it could not be read", blank=True)
    # Grows with every move and every decision: by it a page knows whether it still shows what would be confirmed.
    revision = models.PositiveIntegerField(default=0)
    uploaded_at = models.DateTimeField(db_default=Now())
    # Nobody where it was given at the command line, without saying for whom.
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    compared_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    abandoned_at = models.DateTimeField(null=True, blank=True)
    abandoned_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = Protected()

    class Meta:
        indexes = [models.Index(fields=["school", "-uploaded_at"], name="import_of_school")]

    class PersonalData(personal_data.PersonalData):
        plain = (
            "status",
            "file_name",
            "size",
            "format",
            "columns",
            "date_style",
            "is_partial",
            "rows_read",
            "summary",
            "unattended",
            "from_folder",
            "digest",
            "received_at",
            "agreed",
            "refusal",
            "revision",
            "uploaded_at",
            "compared_at",
            "confirmed_at",
            "abandoned_at",
        )
        source = Source.SCHOOL
        retention = Retention.KEPT
        kept = Kept.BROUGHT_IN

    @property
    def columns_told(self) -> bool:
        """Whether somebody said what the columns mean, now or with an earlier file, and may have been mistaken."""
        return bool(self.date_style)

    @property
    def came(self) -> str:
        """How a file came that nobody gave."""
        return "from the folder" if self.from_folder else "at the command line"

    @property
    def waits_for_a_person(self) -> bool:
        return self.status in (self.Status.READY, self.Status.MAPPING)


class ImportPart(models.Model):
    """A piece of an uploaded file, kept until it has been read; where its columns were told, until it is confirmed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="parts")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    objects = Protected()
    # A piece of an upload ends when it has been read.
    web_may_delete = True

    class Meta:
        constraints = [models.UniqueConstraint("run", "number", name="import_part_once")]

    class PersonalData(personal_data.PersonalData):
        subject = "run__rows__child"
        identifying = ("content",)
        plain = ("number",)
        source = Source.SCHOOL
        collection = _REGISTER
        retention = Retention.GOES_WITH_IT


class ImportRow(models.Model):
    """One child as a file describes it, what is wrong with that, and what it would change.

    Rows live until the run is confirmed or given up. Those that were not taken stay until the next list, and can be
    decided until then; one that was left out stays for as long as lists say the same. What went in without a look stays
    until the next list, too: who it was and what changed.
    """

    class Kind(models.TextChoices):
        JOINS = "joins", "Joins"
        RETURNS = "returns", "Comes back"
        CHANGES = "changes", "Changes"
        SAME = "same", "No change"
        HELD = "held", "Waits for a decision"
        REJECTED = "rejected", "Cannot be used"
        REPEATED = "repeated", "The same row twice"
        SKIPPED = "skipped", "Not a child"
        # Made when the list changes: a child on roll whom the file does not name, and about whom somebody is asked.
        LEAVES = "leaves", "Not in the file"

    class Decision(models.TextChoices):
        TAKE = "take", "Use the row as it stands"
        TAKE_NEW = "take_new", "Add as another child"
        NO_NUMBER = "no_number", "Add as another child, UPN not known"
        KEEP_HELD = "keep_held", "Use the row, but keep what Harbour has for these"
        ADD_ADULT = "add_adult", "Use the row, and add the adult as another"
        LEAVE = "leave", "Leave the row out"
        # Nobody's: the row went in by itself, and its page says what it did.
        DONE = "done", "Taken"

    # Rows of an upload end when it is applied or given up.
    web_may_delete = True

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    # As a spreadsheet numbers it: the headings are row 1. In a transfer file: the how-manieth pupil.
    number = models.PositiveIntegerField()
    # The UPN that the row gives its child: empty where what it carries is another child's, or a former one.
    upn = models.CharField(max_length=13, blank=True)
    # Folded name and date of birth: who the row is about where the UPN does not say.
    who = models.CharField(max_length=330, blank=True)
    # As they were read: comparing again begins with them.
    facts = models.JSONField(default=dict)
    # [{"severity", "column", "code", "message"}], worst first.
    problems = models.JSONField(default=list)
    kind = models.CharField(max_length=10, choices=Kind, blank=True)
    child = models.ForeignKey(Child, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # `Change.as_dict` of each: what Harbour has and what the file says.
    changes = models.JSONField(default=list)
    # A date of birth, parental responsibility or restriction would change: a person must say so.
    is_grave = models.BooleanField(default=False)
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    # Keys of other children whom the row led to, of adults whom it changes, and of the homes that it ends and that are
    # there at its address: who may not see one of them does not see the row.
    kin = ArrayField(models.UUIDField(), default=list, blank=True, editable=False)

    objects = Protected()

    class Meta:
        constraints = [models.UniqueConstraint("run", "number", name="import_row_once")]
        indexes = [
            models.Index("run", "kind", "number", name="import_row_kind"),
            models.Index("run", "upn", name="import_row_upn"),
            models.Index("run", "who", name="import_row_who"),
            models.Index("run", "child", name="import_row_child"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        identifying = ("upn", "who", "facts", "problems", "changes")
        plain = ("number", "kind", "is_grave", "decision", "decided_at", "kin")
        source = Source.SCHOOL
        collection = _REGISTER
        retention = Retention.GOES_WITH_IT
        links: ClassVar = {"kin": Link.ENDS}

    @property
    def name(self) -> str:
        """The name in the row, forename first."""
        return f"{self.facts.get('forename', '')} {self.facts.get('surname', '')}".strip()

    @property
    def withholds_address(self) -> bool:
        """Whether the address of the row is not to be shown beside the rest, as it is for the child by now."""
        if any(change.get("withheld") for change in self.changes):
            return True
        # As a page asks with its rows (`children.secret`): also that of somebody else who lives there.
        is_secret: bool = getattr(self, "is_secret", False)
        return is_secret or (self.child is not None and self.child.detail.address_confidential)

    @property
    def year(self) -> str:
        """The year group in the row, in words."""
        return year_label(self.facts.get("year_group"))


class ColumnMapping(models.Model):
    """What the columns of a school's own spreadsheet mean: told once, remembered by its headings."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    headings_digest = models.CharField(max_length=64)
    columns = models.JSONField(default=dict)
    date_style = models.CharField(max_length=10, blank=True)
    changed_at = models.DateTimeField(db_default=Now())
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = Protected()

    class Meta:
        constraints = [models.UniqueConstraint("school", "headings_digest", name="columns_told_once")]

    class PersonalData(personal_data.PersonalData):
        plain = ("headings_digest", "columns", "date_style", "changed_at")
        source = Source.SCHOOL
        retention = Retention.KEPT
        kept = Kept.SETTING
