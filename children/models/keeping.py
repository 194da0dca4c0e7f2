"""What does the school write about a child by hand: health, and for each change who told it, and when?"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from safeguarding import personal_data
from safeguarding.accounts.models import User
from safeguarding.personal_data import Link, Retention, Source
from safeguarding.sealing.fields import SealedText

from .child import Child, OfChild
from .correctable import Correctable, corrected_ends
from .sources import ToldBy

_BY_HAND = "mandatory: what the school holds must be accurate, and its source known (UK GDPR Art 5(1)(d), 15(1)(g))"


class HealthNote(OfChild, Correctable):
    """One thing to know about a child's health, from a day to a day. Added and ended, never overwritten."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="health")
    words = SealedText("what to know about the child’s health")
    starts_on = models.DateField("from", null=True, blank=True)
    ends_on = models.DateField("last day", null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            corrected_ends("health"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
                name="health_runs_forward",
            ),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = ("words",)
        plain = ("starts_on", "ends_on", "recorded_at", "corrected_at")
        source = Source.ADMISSION_FORM
        also_from = (Source.FAMILY,)
        collection = "voluntary"
        retention = Retention.GOES_WITH_IT


class ChildUpdate(OfChild):
    """One change that somebody made to a child's record by hand: which part, who told the school, from which day.

    What stood there before is in `was`, and in the history of fields. An adult or a home that several children share
    has one for each of them.
    """

    class Part(models.TextChoices):
        NAMES = "names", "Names"
        BIRTH = "birth", "Date of birth and sex"
        DEATH = "death", "Date of death"
        NUMBERS = "numbers", "UPN and admission number"
        CLASS = "class", "Year and class"
        ROLL = "roll", "Days on roll"
        BACKGROUND = "background", "Language and ethnicity"
        DOCTOR = "doctor", "GP practice"
        NEEDS = "needs", "Special educational needs and care"
        HEALTH = "health", "Health"
        HOME = "home", "Home"
        ADULT = "adult", "Adult"
        EARLIER = "earlier", "Earlier school"
        SIBLING = "sibling", "Brother or sister"
        CHILD = "child", "Whole record"

    class Way(models.TextChoices):
        ADDED = "added", "Added"
        CHANGED = "changed", "Changed"
        CORRECTED = "corrected", "Corrected"
        ENDED = "ended", "Ended"

    part = models.CharField("part of the record", max_length=12, choices=Part)
    way = models.CharField("what was done", max_length=10, choices=Way)
    told_by = models.CharField("who told the school", max_length=10, choices=ToldBy)
    note = SealedText("what was said or seen", blank=True, default="")
    # What stood there before, a field a line. Of a home or an adult only who sees that one is shown it (`people.past`).
    was = SealedText("what it was", blank=True, default="")
    # From when what was changed or added holds; of what ended the last day. Of a correction none.
    on = models.DateField("day", null=True, blank=True)
    fields = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    # The row that was added, changed, ended or corrected, where there are several of its kind.
    row_key = models.UUIDField(null=True, blank=True, editable=False)
    # Of the form that asked for it: the same form again does nothing twice.
    token = models.UUIDField(unique=True, null=True, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes: ClassVar = [models.Index("child", "made_at", name="child_updates")]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = ("note", "was")
        plain = ("part", "way", "told_by", "on", "fields", "row_key", "token", "made_at")
        source = Source.SCHOOL
        also_from = (Source.FAMILY,)
        collection = _BY_HAND
        retention = Retention.GOES_WITH_IT
        links: ClassVar = {"row_key": Link.FOLLOWS}
