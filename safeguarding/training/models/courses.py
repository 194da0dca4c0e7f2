"""Which courses has a school, who has to have them, and how long do they hold?"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.dates import counted
from safeguarding.keys import uuid7
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Kept, Retention, Source


class Course(models.Model):
    """A course as a school asks for it. Never changed: another row of its `code` takes its place, and it stays.

    The row without a school is Harbour's own (`services/courses.py`). A row of a school with the same code holds there
    instead of it.
    """

    class ForWhom(models.TextChoices):
        ALL = "all", "All staff"
        LEADS = "leads", "Safeguarding leads and deputies"
        NOBODY = "nobody", "Nobody has to have it"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Of one that a school has set.
    token = models.UUIDField(null=True, blank=True, unique=True)
    # What rows of one course have in common, so that records of before count for it.
    code = models.CharField(max_length=40, editable=False)
    name = models.CharField("course", max_length=100)
    months = models.PositiveSmallIntegerField("holds for so many months", null=True, blank=True)
    for_whom = models.CharField("who has to have it", max_length=10, choices=ForWhom)
    source = models.CharField("where that comes from", max_length=300)
    made_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "training course"
        constraints: ClassVar = [
            models.UniqueConstraint("code", condition=Q(school=None), name="course_of_harbour_once"),
            models.UniqueConstraint(
                "school", "code", condition=Q(ended_at=None, school__isnull=False), name="course_one_live"
            ),
            models.CheckConstraint(
                condition=Q(school=None, made_at=None, token=None)
                | Q(school__isnull=False, made_at__isnull=False, token__isnull=False),
                name="course_of_a_school",
            ),
            models.CheckConstraint(condition=Q(months=None) | Q(months__gte=1), name="course_holds_a_while"),
            in_pairs("made", name="course_made_in_pairs"),
            in_pairs("ended", name="course_ended_in_pairs"),
        ]

    class PersonalData(personal_data.PersonalData):
        plain = ("token", "code", "name", "months", "for_whom", "source", "made_at", "ended_at")
        source = Source.SCHOOL
        retention = Retention.KEPT
        kept = Kept.SETTING
        setting = True

    @property
    def called(self) -> str:
        """What it is called where a change of it is told."""
        return self.name

    @property
    def holds(self) -> str:
        """24 months; no end."""
        return counted(self.months, "month") if self.months else "no end"
