"""What does a school want to be shown as a pattern, and what did somebody say of one that was shown?"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from children.models import Child, OfChild
from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Kept, Link, Retention, Source
from safeguarding.sealing.fields import SealedText

from .kinds import KCSIE, Category, key


class PatternRule(models.Model):
    """A rule of a school: so many concerns about a child in so many days. Changing it ends the row and makes another.

    It finds records and shows them. It counts no points, ranks nobody and decides nothing.
    """

    class Kind(models.TextChoices):
        NUMBER = "number", "Several concerns in a short time"
        PLACE = "place", "Several concerns at the same place"
        WEEKDAY = "weekday", "Several concerns on the same weekday"
        ADULT = "adult", "Several concerns that name the same adult"
        RISING = "rising", "Level of need that rises from one concern to the next"
        SILENCE = "silence", "Silence after closing"

    id = key()
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="pattern_rules")
    token = models.UUIDField(unique=True)
    kind = models.CharField("what is looked for", max_length=10, choices=Kind)
    number = models.PositiveSmallIntegerField("how many concerns")
    days = models.PositiveSmallIntegerField("in how many days")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField(db_default=Now())
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "rule of a pattern"
        constraints = [in_pairs("ended", name="pattern_rule_ended_in_pairs")]

    class PersonalData(personal_data.PersonalData):
        plain = ("token", "kind", "number", "days", "added_at", "ended_at")
        source = Source.SCHOOL
        retention = Retention.KEPT
        kept = Kept.SETTING
        setting = True

    @property
    def called(self) -> str:
        return self.in_words

    @property
    def in_words(self) -> str:
        """The rule as a sentence without its full stop."""
        number, days = f"{self.number} concerns", f"{self.days} days"
        match self.kind:
            case self.Kind.PLACE:
                return f"{number} at the same place in {days}"
            case self.Kind.WEEKDAY:
                return f"{number} on the same weekday in {days}"
            case self.Kind.ADULT:
                return f"{number} that name the same adult in {days}"
            case self.Kind.RISING:
                return f"{number} in a row, each at a higher level of need than the one before, in {days}"
            case self.Kind.SILENCE:
                return f"Nothing logged for {days} since the last of {number} or more was closed"
        of = f" of the kind “{self.category.name}”" if self.category else ""
        return f"{number}{of} in {days}"


class PatternRuling(OfChild):
    """What somebody said of records that a rule had found: looked at, or not a pattern, and why. It holds for these
    records: when another one joins them, they are shown again.
    """

    class Verdict(models.TextChoices):
        NOT_A_PATTERN = "not", "Not a pattern"
        LOOKED_AT = "looked", "Looked at"

    rule = models.ForeignKey(PatternRule, on_delete=models.PROTECT, related_name="rulings")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="pattern_rulings")
    token = models.UUIDField(unique=True)
    verdict = models.CharField("what you say", max_length=10, choices=Verdict)
    # Keys of the concerns that were shown, so that whoever may not see one of them does not see what was said.
    records = ArrayField(models.UUIDField())
    reason = SealedText("why", blank=True)
    ruled_at = models.DateTimeField(db_default=Now())
    ruled_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["school", "-ruled_at"], name="pattern_ruling_school")]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = ("reason",)
        plain = ("token", "verdict", "records", "ruled_at")
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT
        links = {"records": Link.EMPTIES}
