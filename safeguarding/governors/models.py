"""What does a school tell its governors, of which term, in which numbers and words, and who approved it?

The cells are the record: counted once, suppressed before they are stored, and never changed. What is counted again is
another build beside it. No row links to a record of a child. Comments, and the words that were asked about, are sealed.
"""

from datetime import date
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.dates import full_day
from safeguarding.keys import uuid7
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Kept, Retention, Source
from safeguarding.sealing.fields import SealedText

from . import cells

WHY = "mandatory: Education Act 2002 s.175"
LEAST_THRESHOLD, USUAL_THRESHOLD, MOST_THRESHOLD = 3, 5, 20


def title_of(last: date) -> str:
    """What a term is called that ends on this day: Autumn term 2026."""
    name = "Spring" if last.month <= 4 else "Summer" if last.month <= 8 else "Autumn"
    return f"{name} term {last.year}"


class ReportSetting(models.Model):
    """What a school chose for its reports: below which number a group is hidden, and whether none is shown as none."""

    class Zero(models.TextChoices):
        NONE = "none", "Shown as none"
        HIDDEN = "hidden", "Hidden, like a small number"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.OneToOneField(School, on_delete=models.PROTECT, related_name="+")
    threshold = models.PositiveSmallIntegerField(
        "smallest number that is shown",
        default=USUAL_THRESHOLD,
        validators=[MinValueValidator(LEAST_THRESHOLD), MaxValueValidator(MOST_THRESHOLD)],
    )
    zero = models.CharField("a group in which there is nobody", max_length=8, choices=Zero, default=Zero.NONE)
    # Counts saves, so that the second of two people sees that the first has changed something.
    revision = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = "setting of governors’ reports"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(threshold__gte=LEAST_THRESHOLD, threshold__lte=MOST_THRESHOLD),
                name="report_threshold_in_bounds",
            )
        ]

    class PersonalData(personal_data.PersonalData):
        plain = ("threshold", "zero", "revision")
        source = Source.SCHOOL
        retention = Retention.KEPT
        kept = Kept.SETTING
        setting = True

    @property
    def called(self) -> str:
        """What it is called where a change of it is told."""
        return "Governors’ reports"


class GovernorReport(models.Model):
    """A report of one term. A corrected one is another version, which replaces it; what was published stays as it was.

    `chosen` is the build whose cells are its numbers: none while they are counted for the first time.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        APPROVED = "approved", "Approved"
        PUBLISHED = "published", "Published"
        REPLACED = "replaced", "Replaced by a corrected one"
        WITHDRAWN = "withdrawn", "Withdrawn"

    class Because(models.TextChoices):
        NOT_NEEDED = "not_needed", "It is not needed"
        WRONG_TERM = "wrong_term", "It is about the wrong term"
        WRONG_NUMBERS = "wrong_numbers", "Its numbers are wrong, and a corrected one will follow"
        WORDS = "words", "Something in its comments should not be read"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    # The term, as the calendar had it when the report was begun.
    starts_on = models.DateField()
    ends_on = models.DateField()
    is_last = models.BooleanField("last term of its school year", default=False)
    version = models.PositiveSmallIntegerField(default=1)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    chosen = models.ForeignKey(
        "governors.ReportBuild", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    token = models.UUIDField(unique=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    replaced_at = models.DateTimeField(null=True, blank=True)
    replaced_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    because = models.CharField("why it is withdrawn", max_length=14, choices=Because, blank=True, default="")
    revision = models.PositiveIntegerField(default=0, editable=False)

    objects = Protected()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("school", "starts_on", "version", name="governors_report_version_once"),
            models.UniqueConstraint(
                "school",
                "starts_on",
                condition=Q(status__in=("draft", "approved")),
                name="governors_report_one_draft_a_term",
            ),
            models.UniqueConstraint(
                "school", "starts_on", condition=Q(status="published"), name="governors_report_one_published_a_term"
            ),
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="governors_report_runs_forward"),
            models.CheckConstraint(
                condition=Q(status__in=("draft", "withdrawn")) | Q(chosen__isnull=False),
                name="governors_report_has_numbers",
            ),
            in_pairs("approved", name="governors_report_approved_in_pairs"),
            in_pairs("published", name="governors_report_published_in_pairs"),
            in_pairs("replaced", name="governors_report_replaced_in_pairs"),
            in_pairs("withdrawn", name="governors_report_withdrawn_in_pairs"),
        ]

    class PersonalData(personal_data.PersonalData):
        plain = (
            "starts_on",
            "ends_on",
            "is_last",
            "version",
            "status",
            "token",
            "made_at",
            "approved_at",
            "published_at",
            "replaced_at",
            "withdrawn_at",
            "because",
            "revision",
        )
        source = Source.SCHOOL
        retention = Retention.KEPT
        kept = Kept.REPORTS

    @property
    def title(self) -> str:
        """Autumn term 2026."""
        return title_of(self.ends_on)

    @property
    def name(self) -> str:
        """Autumn term 2026, version 2."""
        return self.title if self.version == 1 else f"{self.title}, version {self.version}"

    @property
    def days(self) -> str:
        return f"{full_day(self.starts_on)} to {full_day(self.ends_on)}"

    @property
    def term(self) -> cells.Term:
        return cells.Term(self.starts_on, self.ends_on, self.title, self.is_last)

    @property
    def is_open(self) -> bool:
        """Whether its comments may still be written."""
        return self.status == self.Status.DRAFT

    @property
    def is_read(self) -> bool:
        """Whether governors read its numbers."""
        return self.status in (self.Status.PUBLISHED, self.Status.REPLACED)

    @property
    def tone(self) -> str:
        """How its state looks in a list."""
        return {"draft": "info", "approved": "warn", "published": "ok"}.get(self.status, "line")


class ReportBuild(models.Model):
    """The numbers of a report, counted at one moment, by what the school then hid."""

    class Status(models.TextChoices):
        ASKED = "asked", "Being counted"
        DONE = "done", "Counted"
        FAILED = "failed", "Could not be counted"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    report = models.ForeignKey(GovernorReport, on_delete=models.PROTECT, related_name="builds")
    status = models.CharField(max_length=6, choices=Status, default=Status.ASKED)
    threshold = models.PositiveSmallIntegerField()
    zero = models.CharField(max_length=8, choices=ReportSetting.Zero)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # How the checks of records stood for who asked: their states, one for each.
    checked = models.JSONField(default=list, blank=True)
    # The moment of which it tells.
    as_at = models.DateTimeField(null=True, blank=True)

    objects = Protected()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "report", condition=Q(status="asked"), name="governors_report_counted_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(status="done") | Q(as_at__isnull=False), name="governors_report_counted_at_a_moment"
            ),
        ]

    class PersonalData(personal_data.PersonalData):
        plain = ("status", "threshold", "zero", "checked", "asked_at", "as_at")
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.REPORTS


class ReportCell(models.Model):
    """One number of a build, as `cells.BuiltCell` has it: suppressed before it came here, and never changed.

    `is_total`: read by whoever reads the report; a break-down is not, where it would tell of a record that is hidden.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    build = models.ForeignKey(ReportBuild, on_delete=models.PROTECT, related_name="cells")
    section = models.CharField(max_length=40)
    table = models.CharField(max_length=40)
    row = models.CharField(max_length=60)
    column = models.CharField(max_length=60, blank=True)
    label = models.CharField(max_length=200)
    value = models.IntegerField(null=True, blank=True)
    of = models.IntegerField(null=True, blank=True)
    unit = models.CharField(max_length=60)
    hidden = models.BooleanField(default=False)
    order = models.PositiveIntegerField()
    is_total = models.BooleanField(default=False)

    objects = Protected()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("build", "section", "table", "row", "column", name="report_cell_once"),
            models.CheckConstraint(
                condition=Q(hidden=False) | Q(value=None, of=None), name="report_cell_hides_its_value"
            ),
        ]

    class PersonalData(personal_data.PersonalData):
        plain = (
            "section",
            "table",
            "row",
            "column",
            "label",
            "value",
            "of",
            "unit",
            "hidden",
            "order",
            "is_total",
        )
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.REPORTS

    @property
    def shown(self) -> str:
        return cells.shown(self)


class ReportComment(models.Model):
    """What the school says of a section. Written while the report is a draft, and looked through for names."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    report = models.ForeignKey(GovernorReport, on_delete=models.PROTECT, related_name="comments")
    section = models.CharField(max_length=40)
    words = SealedText("comment", blank=True, default="")
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField(default=0, editable=False)

    objects = Protected()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("report", "section", name="report_comment_once")]

    class PersonalData(personal_data.PersonalData):
        subject = "school"
        sealed_by = "school"
        narrative = ("words",)
        plain = ("section", "written_at", "revision")
        source = Source.SCHOOL
        collection = WHY
        retention = Retention.KEPT
        kept = Kept.REPORTS


class NameAnswer(models.Model):
    """That a word of a comment, in its sentence, is no name of a child: who said so, and when. Only added."""

    class Meaning(models.TextChoices):
        WORD = "word", "It is a word here, and no name"
        STAFF = "staff", "It is a member of staff, who may be named"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    report = models.ForeignKey(GovernorReport, on_delete=models.PROTECT, related_name="answers")
    section = models.CharField(max_length=40)
    word = SealedText("word")
    sentence = SealedText("sentence")
    meaning = models.CharField("what it is", max_length=5, choices=Meaning)
    token = models.UUIDField(unique=True)
    answered_at = models.DateTimeField()
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = Protected()

    class PersonalData(personal_data.PersonalData):
        subject = "school"
        sealed_by = "school"
        narrative = ("word", "sentence")
        plain = ("section", "meaning", "token", "answered_at")
        source = Source.SCHOOL
        collection = WHY
        retention = Retention.KEPT
        kept = Kept.REPORTS
