"""After what is which step due, and by when? Dated rows: Harbour's own, and those that a school has set."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.keys import uuid7
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Kept, Retention, Source
from safeguarding.plans.kinds import Duty


class DeadlineRule(models.Model):
    """One rule. The one that is in force on the day of the trigger counts; a later one leaves earlier triggers alone.

    Those without a school are Harbour's own, from the file of rules, and hold everywhere. A school sets only local
    ones, which no law gives.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    code = models.CharField("number of the rule", max_length=12)
    # In which kinds of episode, after what, with which outcome (empty: any), and which step then waits.
    kinds = ArrayField(models.CharField(max_length=24), default=list, blank=True, verbose_name="for which plans")
    after = models.CharField("after", max_length=30)
    outcome = models.CharField("with the outcome", max_length=80, blank=True, default="")
    step = models.CharField("which step", max_length=20)
    # Whether after each, after the first alone, or from the second on.
    which = models.CharField("first or later", max_length=6, blank=True, default="")
    # An earlier step from which is counted in its place, or the beginning.
    counted_from = models.CharField("counted from", max_length=30, blank=True, default="")
    # Below nothing: back from the day for which it is booked.
    amount = models.SmallIntegerField("how many")
    unit = models.CharField("of what", max_length=20)
    # Days that are taken off: what is complete within 12 months is due the day before they are over.
    less = models.PositiveSmallIntegerField("days taken off", default=0)
    age_from = models.PositiveSmallIntegerField("from which age", null=True, blank=True)
    age_below = models.PositiveSmallIntegerField("below which age", null=True, blank=True)
    duty = models.CharField("whose duty it is", max_length=10, choices=Duty)
    from_day = models.DateField("in force from")
    until_day = models.DateField("in force until", null=True, blank=True)
    source = models.CharField("where it comes from", max_length=300)
    # Of those that a school has set.
    token = models.UUIDField(null=True, blank=True, unique=True)
    made_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "code",
                "after",
                "which",
                "step",
                "from_day",
                "age_from",
                condition=Q(school=None),
                nulls_distinct=False,
                name="deadline_rule_once",
            ),
            models.CheckConstraint(
                condition=Q(until_day=None) | Q(until_day__gte=F("from_day")) | Q(school__isnull=False),
                name="deadline_rule_in_order",
            ),
            models.CheckConstraint(
                condition=Q(school=None, made_at=None, token=None)
                | Q(school__isnull=False, made_at__isnull=False, token__isnull=False),
                name="deadline_rule_of_a_school",
            ),
            in_pairs("made", name="deadline_rule_made_in_pairs"),
        ]

    class PersonalData(personal_data.PersonalData):
        plain = (
            "code",
            "kinds",
            "after",
            "outcome",
            "which",
            "counted_from",
            "step",
            "amount",
            "unit",
            "less",
            "age_from",
            "age_below",
            "duty",
            "from_day",
            "until_day",
            "source",
            "token",
            "made_at",
        )
        source = Source.SCHOOL
        retention = Retention.KEPT
        kept = Kept.SETTING
        setting = True

    @property
    def called(self) -> str:
        """What it is called where a change of it is told."""
        return self.code
