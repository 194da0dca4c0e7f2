"""How long is each kind of record kept, and why? The schedule of a school, rule by rule, in dated versions."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.keys import uuid7
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Kept, Retention, Source


class Trigger(models.TextChoices):
    """From which day a period runs."""

    RECEIPT = "receipt", "the day the next school confirmed that it has the file"
    BIRTH = "birth", "the day of birth"
    BIRTH_YEAR = "birth_year", "the end of the year of birth"
    LEAVING = "leaving", "the day the child left"
    MOVED = "moved", "the day the child left, or of its entry here if later"
    LAST_ENTRY = "last_entry", "the day of the last entry, or of birth where there is none"
    ENTRY = "entry", "the end of the school year of the entry"
    EVENT = "event", "the day it happened"
    CLOSURE = "closure", "the day it was closed"
    SETTLED = "settled", "the day it was dealt with"
    EMPLOYMENT = "employment", "the day the person left the school’s employment"
    LAST_ROLE = "last_role", "the day on which the person’s last role anywhere ended"
    RAISED = "raised", "the day it was raised, or pension age if that is later"
    OUTCOME = "outcome", "the day of the outcome"
    WITHDRAWAL = "withdrawal", "the day consent was withdrawn or ran out, or the child left"
    SUPERSEDED = "superseded", "the day another one replaced it"
    OTHER = "other", "as the rule says"


class Outcome(models.TextChoices):
    """What happens when the period is over."""

    REVIEW = "review", "reviewed, then destroyed"
    TRANSFER = "transfer", "goes to the next school; the school’s own copy is then destroyed"
    DESTROY = "destroy", "destroyed"
    EMPTY = "empty", "emptied by Harbour itself; the name stays"


class RetentionRule(models.Model):
    """One version of one rule of a school's schedule (domain reference 4, R01 to R27).

    Versions are never changed. The one in force counts; Harbour's own defaults come as proposals, and are in force once
    the school has adopted them and its data protection officer has agreed.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        IN_FORCE = "in_force", "In force"
        SUPERSEDED = "superseded", "Superseded"
        WITHDRAWN = "withdrawn", "Withdrawn"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # None: Harbour's own proposal, for every school.
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    code = models.CharField("rule", max_length=6)
    version = models.PositiveSmallIntegerField("version")
    status = models.CharField(max_length=10, choices=Status, default=Status.PROPOSED)
    record_class = models.CharField("kind of record", max_length=120)
    applies = models.CharField("when it applies", max_length=300)
    trigger = models.CharField("counted from", max_length=12, choices=Trigger)
    # One of the two, or neither where no number says how long.
    years = models.PositiveSmallIntegerField("years", null=True, blank=True)
    days = models.PositiveSmallIntegerField("days", null=True, blank=True)
    outcome = models.CharField("what then happens", max_length=8, choices=Outcome, default=Outcome.REVIEW)
    # Codes of what on a record is a sign that it has to be kept by this rule (R03): a lead answers each of them.
    signs = models.JSONField("signs that it applies", default=list, blank=True)
    basis = models.CharField("why this long", max_length=500)
    source = models.CharField("where it comes from", max_length=300)
    is_local = models.BooleanField("the school’s own choice", default=False)
    token = models.UUIDField(null=True, blank=True, unique=True)
    proposed_at = models.DateTimeField(null=True, blank=True)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    adopted_at = models.DateTimeField(null=True, blank=True)
    adopted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    agreed_at = models.DateTimeField(null=True, blank=True)
    agreed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # The first day of it: thirty days after both have said yes, where it changes one that is in force.
    from_day = models.DateField("in force from", null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "school", "code", "version", nulls_distinct=False, name="retention_rule_version_once"
            ),
            models.UniqueConstraint(
                "school", "code", condition=Q(status="in_force"), name="one_retention_rule_in_force"
            ),
            models.UniqueConstraint(
                "school", "code", condition=Q(status="proposed"), name="one_retention_rule_proposed"
            ),
            models.CheckConstraint(
                condition=Q(school__isnull=False, token__isnull=False, proposed_at__isnull=False)
                | Q(school=None, token=None, proposed_at=None, status="proposed"),
                name="retention_rule_of_a_school",
            ),
            models.CheckConstraint(condition=Q(years=None) | Q(days=None), name="retention_rule_in_years_or_days"),
            models.CheckConstraint(
                condition=~Q(status="in_force")
                | Q(adopted_at__isnull=False, agreed_at__isnull=False, from_day__isnull=False),
                name="retention_rule_in_force_by_two",
            ),
            models.CheckConstraint(
                condition=Q(adopted_by=None) | Q(agreed_by=None) | ~Q(adopted_by=models.F("agreed_by")),
                name="retention_rule_by_two_people",
            ),
            in_pairs("proposed", name="retention_rule_proposed_in_pairs"),
            in_pairs("adopted", name="retention_rule_adopted_in_pairs"),
            in_pairs("agreed", name="retention_rule_agreed_in_pairs"),
        ]

    class PersonalData(personal_data.PersonalData):
        plain = (
            "code",
            "version",
            "status",
            "record_class",
            "applies",
            "trigger",
            "years",
            "days",
            "outcome",
            "signs",
            "basis",
            "source",
            "is_local",
            "token",
            "proposed_at",
            "adopted_at",
            "agreed_at",
            "from_day",
            "ended_at",
        )
        source = Source.SCHOOL
        retention = Retention.KEPT
        kept = Kept.SETTING
        setting = True

    @property
    def title(self) -> str:
        return f"rule {self.code} version {self.version}"
