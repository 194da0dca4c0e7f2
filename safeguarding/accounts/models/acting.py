"""Who acted for a safeguarding lead who was away, from when until when, and was the lead told what happened
meanwhile?
"""

from datetime import date

from django.db import models
from django.db.models import F, Q

from safeguarding import personal_data
from safeguarding.keys import uuid7
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Retention, Source

from .people import Absence, RoleAssignment, User
from .school import School


class ActingPeriod(models.Model):
    """That `acting` is called, told and given to do what `away` would be, from a day until a day (both count).

    The rights come from `assignment`, a role that ends by its own date; the row says what for, and for whom.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    away = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    acting = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    assignment = models.ForeignKey(RoleAssignment, on_delete=models.PROTECT, related_name="+")
    absence = models.ForeignKey(Absence, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField("last day")
    named_at = models.DateTimeField()
    named_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # The lead was back before the last day, or somebody else acts from then on.
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # When the lead was told that it is over, and when they said that they had read what happened.
    told_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="acting_runs_forward"),
            models.CheckConstraint(condition=~Q(away=F("acting")), name="acting_for_somebody_else"),
            in_pairs("ended", name="acting_ended_in_pairs"),
        ]
        indexes = [models.Index("school", "ends_on", name="acting_school")]

    class PersonalData(personal_data.PersonalData):
        subject = "away"
        plain = ("starts_on", "ends_on", "named_at", "ended_at", "told_at", "read_at")
        source = Source.SCHOOL
        collection = "mandatory: a safeguarding lead or deputy must be available in school hours (KCSIE 2025, part two)"
        retention = Retention.GOES_WITH_IT

    def is_live(self, on: date) -> bool:
        """Whether it lasts on a day: neither over by its date nor ended before."""
        return self.ended_at is None and self.starts_on <= on <= self.ends_on
