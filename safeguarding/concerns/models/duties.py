"""What does the law ask of whoever logged a concern, in person, or of the school? And what became of it?

`DutyFact` is what Harbour brings, `DutyRule` what a school makes of it, and a `Duty` is that of one person about one
concern.
"""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.accounts.roles import ROLES
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Kept, Retention, Source
from safeguarding.sealing.fields import SealedText

from .agencies import Agency
from .bases import OfConcern
from .concern import Concern
from .kinds import Category, Subcategory, key

# Domain reference 1.7, first row.
IN_PERSON_BY_LAW = (
    "mandatory: a teacher reports known female genital mutilation of a child to the police in person (Female Genital "
    "Mutilation Act 2003, section 5B)"
)


class Asked(models.Model):
    """What is asked, of which kind of concern, of whom, and within how many working days."""

    title = models.CharField("title", max_length=80)
    asks = models.TextField("what is asked, in words", max_length=1000)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    # A concern of which nobody has said more than its category is meant too.
    subcategory = models.ForeignKey(Subcategory, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Of whoever logged it in one of these roles; of nobody in person where it is asked of the school.
    role_keys = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name="roles")
    # Working days, the day after being the first (domain reference 2.5).
    days = models.PositiveSmallIntegerField("working days", null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def of_kind(self) -> str:
        """Domestic abuse: Police notice."""
        return f"{self.category.name}: {self.subcategory.name}" if self.subcategory else self.category.name

    @property
    def of_roles(self) -> str:
        """Class teacher, SENCO."""
        return ", ".join(ROLES[role].title for role in self.role_keys if role in ROLES)


class DutyFact(Asked):
    """What Harbour brings: dated rows with their source, from `data/duties.json`. Never changed by a school."""

    class Whom(models.TextChoices):
        IN_PERSON = "in_person", "Whoever logged it, in person"
        LEADS = "leads", "The school: shown to safeguarding leads"

    id = key()
    code = models.CharField(max_length=12)
    whom = models.CharField("who is asked", max_length=10, choices=Whom)
    # To whom it leads, where that is an agency.
    agency = models.CharField(max_length=12, choices=Agency, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200)

    class Meta:
        verbose_name = "duty"
        verbose_name_plural = "duties"
        constraints = [models.UniqueConstraint("code", "valid_from", name="duty_fact_once")]

    class PersonalData(personal_data.PersonalData):
        plain = (
            "code",
            "whom",
            "title",
            "asks",
            "role_keys",
            "days",
            "agency",
            "valid_from",
            "valid_to",
            "source",
        )
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.LAW


class DutyRule(Asked):
    """What a school makes of a duty: its own words, kind of concern, roles and days. Changing it ends the row and makes
    another.

    The duty itself stays: where the school's own row ends, what Harbour brings holds again.
    """

    id = key()
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    code = models.CharField(max_length=12)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "duty as the school has it"
        verbose_name_plural = "duties as the school has them"
        constraints = [
            in_pairs("ended", name="duty_rule_ended_in_pairs"),
            models.UniqueConstraint("school", "code", condition=Q(ended_at=None), name="duty_rule_one_live"),
        ]

    class PersonalData(personal_data.PersonalData):
        plain = ("token", "code", "title", "asks", "role_keys", "days", "made_at", "ended_at")
        source = Source.SCHOOL
        retention = Retention.KEPT
        kept = Kept.SETTING
        setting = True

    @property
    def called(self) -> str:
        return self.title


class Duty(OfConcern):
    """What the law asks of one person about a concern that they logged.

    Its words are kept as that person was shown them.
    """

    class Ended(models.TextChoices):
        REPORTED = "reported", "I have reported it to the police"
        SUSPECTED = "suspected", "I do not know it, I suspect it: I have told a safeguarding lead"
        # By a lead alone.
        SET_ASIDE = "set_aside", "Set aside"

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="duties")
    # What its owner quotes, who may not see the concern.
    reference = models.CharField(max_length=16)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=12)
    title = models.CharField(max_length=80)
    asks = models.TextField()
    law = models.CharField("the law it comes from", max_length=200)
    due_on = models.DateField("by the end of")
    created_at = models.DateTimeField(db_default=Now())
    # The lead who said later that it is of this kind; nobody where the reporter did.
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    how_ended = models.CharField("what was done", max_length=10, choices=Ended, blank=True)
    police_reference = SealedText("police reference", blank=True)
    reported_at = models.DateTimeField("when it was reported", null=True, blank=True)
    reason = SealedText("why", blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # The day of which its owner has been reminded, and that it has passed, as for an action.
    reminded_for = models.DateField(null=True, blank=True, editable=False)
    late_for = models.DateField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "duty in person"
        verbose_name_plural = "duties in person"
        constraints = [
            models.UniqueConstraint("concern", "code", "owner", name="duty_once_a_concern"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, how_ended="")
                | Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(how_ended=""),
                name="duty_ended_in_pairs",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "due_on"], name="duty_open", condition=Q(ended_at=None)),
            models.Index(fields=["owner"], name="duty_owner", condition=Q(ended_at=None)),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        sealed_by = "concern"
        narrative = ("police_reference", "reason")
        plain = (
            "reference",
            "code",
            "title",
            "asks",
            "law",
            "due_on",
            "created_at",
            "how_ended",
            "reported_at",
            "ended_at",
            "reminded_for",
            "late_for",
        )
        source = Source.NOTE_OF_CONCERN
        collection = IN_PERSON_BY_LAW
        retention = Retention.GOES_WITH_IT

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    def is_late(self, today: date) -> bool:
        """Whether the day by which it is normally done has passed."""
        return self.is_open and self.due_on < today
