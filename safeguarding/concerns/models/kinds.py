"""What can be chosen? Kinds of concern as dated rows, the numbers of references, and the words of the choices."""

from django.db import models

from safeguarding import personal_data
from safeguarding.accounts.models import School
from safeguarding.keys import uuid7
from safeguarding.personal_data import Kept, Retention, Source

KCSIE = "mandatory: concerns, discussions, decisions and the reasons for them go in writing (KCSIE 2025, Annex C)"


def key() -> models.UUIDField:
    """The primary key of a table: made in Python before the row is written."""
    return models.UUIDField(primary_key=True, default=uuid7, editable=False)


class Category(models.Model):
    """One kind of concern, as staff choose it. Dated rows: what a school no longer uses stays on old records."""

    code = models.CharField(max_length=8, primary_key=True)
    name = models.CharField(max_length=80)
    guidance = models.TextField(help_text="What staff see under the field when they choose this.")
    order = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=120)
    # Of a school that added it itself (`SchoolKind`); empty for the list of Harbour, which is every school's.
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class PersonalData(personal_data.PersonalData):
        plain = ("name", "guidance", "order", "valid_from", "valid_to", "source")
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.SETTING


class Subcategory(models.Model):
    """A narrower kind. By its code, which is never another's, rules are asked (`ending.py`); its name may change."""

    id = key()
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="subcategories")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    order = models.PositiveSmallIntegerField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("category", "name", name="subcategory_once"),
            models.UniqueConstraint("category", "code", name="subcategory_code_once"),
        ]

    class PersonalData(personal_data.PersonalData):
        plain = ("code", "name", "order", "valid_to")
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.SETTING


class ReferenceCounter(models.Model):
    """The last number given to something of a school in a year. Locked while the next one is taken."""

    class Kind(models.TextChoices):
        CONCERN = "C", "Concerns"
        OUTSIDE = "V", "Notes from outside"
        PAPER = "P", "Paper forms"
        SHEET = "E", "Emergency sheets"
        SHARING = "S", "Decisions to share"
        REQUEST = "R", "Requests about data"

    id = key()
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=1, choices=Kind, default=Kind.CONCERN)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint("school", "kind", "year", name="one_counter_a_year")]

    class PersonalData(personal_data.PersonalData):
        plain = ("kind", "year", "last")
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.MACHINE


class HowSoon(models.IntegerChoices):
    """The reporter's answer to how soon somebody needs to act. Higher is sooner, so that it sorts."""

    RIGHT_NOW = 4, "Right now"
    TODAY = 3, "Today"
    THIS_WEEK = 2, "This week"
    FOR_THE_RECORD = 1, "For the record"


class Level(models.IntegerChoices):
    """Level of need, set by a safeguarding lead only (domain reference 1.9)."""

    LOW = 1, "Level 1 Low"
    EARLY_HELP = 2, "Level 2 Early help"
    CHILD_IN_NEED = 3, "Level 3 Child in need"
    CHILD_PROTECTION = 4, "Level 4 Child protection"


class Receipt(models.TextChoices):
    """The safe phrase that a lead chooses for the reporter. Nothing else of the decision reaches the reporter."""

    READ_ACTED = "read_acted", "Thank you. This has been read and acted on."
    WATCHING = "watching", "We know about this and are keeping watch. Log anything new."
    IN_SCHOOL = "in_school", "Dealt with in school."
    ACTION_TAKEN = "action_taken", "Action has been taken. You may not be told the details."


class ClosingOutcome(models.TextChoices):
    HELPED_IN_SCHOOL = "helped_in_school", "Helped in school, no further need"
    EARLY_HELP = "early_help", "Early help is in place"
    SOCIAL_CARE = "social_care", "Children’s social care has taken it on"
    POLICE = "police", "The police have taken it on"
    OTHER_AGENCY = "other_agency", "Another service has taken it on"
    UNFOUNDED = "unfounded", "Looked into, nothing to worry about"
    ANOTHER_RECORD = "another_record", "Goes on in another record"
