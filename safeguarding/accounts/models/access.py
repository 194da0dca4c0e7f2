"""What has been asked and looked over of who may see what? The yearly question, and the reviews of each term."""

from django.db import models
from django.db.models.functions import Now

from safeguarding import personal_data
from safeguarding.keys import uuid7
from safeguarding.personal_data import Kept, Retention, Source

from .people import User
from .school import School


class ConflictAnswer(models.Model):
    """What somebody answered at the start of a school year: are you related or close to any child or family here?"""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    # The calendar year in which the school year began.
    year = models.PositiveSmallIntegerField("school year")
    has_connection = models.BooleanField("related or close to a child here")
    answered_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint("user", "school", "year", name="asked_once_a_year")]

    class PersonalData(personal_data.PersonalData):
        subject = "user"
        plain = ("year", "has_connection", "answered_at")
        source = Source.SCHOOL
        collection = "mandatory: nobody handles the record of their own family (UK GDPR Art 5(1)(f))"
        retention = Retention.GOES_WITH_IT


class AccessReview(models.Model):
    """That somebody looked at who has access to what at a school, and signed for it. Due once a term."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(db_default=Now())
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index("school", "signed_at", name="review_school")]

    class PersonalData(personal_data.PersonalData):
        subject = "signed_by"
        plain = ("signed_at",)
        source = Source.SCHOOL
        collection = "mandatory: who may see a record must be looked at from time to time (UK GDPR Art 5(1)(f), 5(2))"
        retention = Retention.KEPT
        kept = Kept.DONE
