"""What did the machine find when it last looked at itself, and when was a backup last put back on trial?"""

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.checks import State
from safeguarding.keys import uuid7
from safeguarding.personal_data import Kept, Retention, Source


class CheckResult(models.Model):
    """What one check of the machine found, the last time: one row for each check, and school where it is of one.

    A later look replaces it. That somebody looked, and when, is an event.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # The key of a registered check (`safeguarding.checks`). One that is registered no more keeps its last row.
    check_key = models.CharField("check", max_length=60)
    # None: of the installation, whatever the school.
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=[(state.value, state.name) for state in State])
    number = models.PositiveIntegerField(null=True, blank=True)
    # It names nobody: who reads it may see no record.
    says = models.CharField("what was found", max_length=300)
    address = models.CharField("where it is put right", max_length=200, blank=True)
    looked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("check_key", "school", name="result_once", nulls_distinct=False),
            models.CheckConstraint(condition=~Q(says=""), name="result_says_something"),
        ]

    class PersonalData(personal_data.PersonalData):
        plain = ("check_key", "state", "number", "says", "address", "looked_at")
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.MACHINE


class QueueSeen(models.Model):
    """When the worker last took something from the queue that was put there on time. One row."""

    ONLY: ClassVar[UUID] = UUID(int=1)

    id = models.UUIDField(primary_key=True, default=ONLY, editable=False)
    seen_at = models.DateTimeField()

    class PersonalData(personal_data.PersonalData):
        plain = ("seen_at",)
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.MACHINE


class RestoreDrill(models.Model):
    """That somebody put a backup back on another machine, to see that it can be done. Of the installation.

    There is no free text: what went wrong on the way belongs where the machine is looked after.
    """

    class Came(models.TextChoices):
        WHOLE = "whole", "Everything was there"
        PARTLY = "partly", "Something was missing"
        NOT = "not", "It could not be put back"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tried_on = models.DateField("day on which it was tried")
    came_back = models.CharField("what came of it", max_length=10, choices=Came)
    noted_at = models.DateTimeField(db_default=Now())
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Of the form by which it was noted: sent twice, it is one.
    token = models.UUIDField(unique=True, null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(came_back__in=("whole", "partly", "not")), name="drill_came")]
        indexes = [models.Index(fields=["-tried_on", "-noted_at"], name="drill_newest")]

    class PersonalData(personal_data.PersonalData):
        subject = "noted_by"
        plain = ("tried_on", "came_back", "noted_at", "token")
        source = Source.SCHOOL
        collection = "mandatory: that a backup can be put back must be tried (UK GDPR Art 32(1)(c), (d))"
        retention = Retention.KEPT
        kept = Kept.DONE
