"""What has a school made of the lists that it is given?

Kinds of concern of its own, kinds it no longer offers, answer times agreed.
"""

from django.db import models
from django.db.models import Q

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Kept, Retention, Source

from .agencies import Agency
from .kinds import Category, key


class SchoolKind(models.Model):
    """What a school has decided about one kind of concern: its own with name and guidance, or one of Harbour's list it
    offers no more.

    No row: the kind is offered as it stands in the list. What it said before, who changed it and when is kept
    (`audit/history.py`).
    """

    id = key()
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="+", editable=False, verbose_name="kind of concern"
    )
    # Of one's own alone; the list's are in the list, with their source, and nobody at a school changes them.
    name = models.CharField(max_length=80, blank=True)
    guidance = models.TextField("what staff see under the field", max_length=400, blank=True)
    offered = models.BooleanField("offered on the log form", default=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Counts saves, so that the second of two people sees what the first changed.
    revision = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = "kind of concern"
        constraints = [models.UniqueConstraint("school", "category", name="kind_decided_once")]

    class PersonalData(personal_data.PersonalData):
        plain = ("token", "name", "guidance", "offered", "changed_at", "revision")
        source = Source.SCHOOL
        retention = Retention.KEPT
        kept = Kept.SETTING
        setting = True

    @property
    def is_own(self) -> bool:
        return bool(self.name)

    @property
    def called(self) -> str:
        return self.name or self.category.name


class SchoolAnswerTime(models.Model):
    """How long an agency has to answer this school, as it was agreed or as local procedure says. Never changed: another
    takes its place, and it stays with its last moment. Only where guidance gives no time: that one holds everywhere.
    """

    id = key()
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    agency = models.CharField(max_length=12, choices=Agency)
    answer_days = models.PositiveSmallIntegerField("working days to answer")
    escalate_days = models.PositiveSmallIntegerField("working days until a silence goes to their manager")
    source = models.CharField("where that comes from", max_length=160)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "answer time"
        constraints = [
            models.UniqueConstraint("school", "agency", name="one_time_for_an_agency", condition=Q(ended_at=None)),
            models.CheckConstraint(
                condition=Q(answer_days__gte=1) & Q(escalate_days__gte=models.F("answer_days")),
                name="answer_then_escalate",
            ),
            in_pairs("ended", name="answer_time_ended_in_pairs"),
        ]

    class PersonalData(personal_data.PersonalData):
        plain = ("token", "agency", "answer_days", "escalate_days", "source", "made_at", "ended_at")
        source = Source.SCHOOL
        retention = Retention.KEPT
        kept = Kept.SETTING
        setting = True

    @property
    def called(self) -> str:
        return str(self.get_agency_display())
