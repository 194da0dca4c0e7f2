"""Who had which training and when, with which certificate, and who has read which guidance?"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from safeguarding import personal_data
from safeguarding.accounts.models import GuidanceEdition, School, User
from safeguarding.addresses import address_of
from safeguarding.audit.protection import Protected
from safeguarding.keys import uuid7
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Retention, Source
from safeguarding.uploads.models import NARRATIVE, PLAIN, StoredFile

from .courses import Course

# Domain reference 1.3, of which nobody here has read the paragraph yet.
WHY = (
    "mandatory: staff are trained and read the guidance, and the school has to be able to show it (KCSIE, part two; "
    "paragraphs to be confirmed)"
)


class TrainingRecord(models.Model):
    """That somebody had a course on a day, and until when that holds. Added, and withdrawn where it was a mistake."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    # Whose training it is.
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="+")
    done_on = models.DateField("day of the training")
    valid_until = models.DateField("holds until", null=True, blank=True)
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = Protected()

    class Meta:
        verbose_name = "record of training"
        verbose_name_plural = "records of training"
        constraints: ClassVar = [
            models.UniqueConstraint(
                "school", "user", "course", "done_on", condition=Q(withdrawn_at=None), name="training_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("done_on")), name="training_holds_afterwards"
            ),
            in_pairs("withdrawn", name="training_withdrawn_in_pairs"),
        ]
        indexes: ClassVar = [models.Index(fields=["school", "user", "-done_on"], name="training_of_person")]

    class PersonalData(personal_data.PersonalData):
        subject = "user"
        plain = ("token", "done_on", "valid_until", "noted_at", "withdrawn_at")
        source = Source.SCHOOL
        collection = WHY
        # By R22: six years after leaving, to be confirmed.
        retention = Retention.ROOT
        schedule = "training"


class Certificate(StoredFile):
    """A certificate or another file of one training: for the person, and for who keeps the register."""

    nav = "training"

    # Whose training it is; `author` attached it.
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    training = models.ForeignKey(TrainingRecord, on_delete=models.PROTECT, related_name="certificates")

    class Meta(StoredFile.Meta):
        indexes: ClassVar = [models.Index(fields=["training", "attached_at"], name="certificate_of_training")]

    class PersonalData(personal_data.PersonalData):
        subject = "user"
        record = "training"
        sealed_by = "user"
        narrative = NARRATIVE
        plain = PLAIN
        source = Source.SCHOOL
        collection = "voluntary: a certificate beside the record that somebody was trained"
        retention = Retention.GOES_WITH_IT

    @property
    def belongs_to(self) -> str:
        return "a record of training"

    def get_absolute_url(self) -> str:
        return f"{address_of('training_record', self.training_id)}#files"


class GuidanceRead(models.Model):
    """That somebody says to have read an edition of guidance: once, by themselves, and never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    edition = models.ForeignKey(GuidanceEdition, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField()

    objects = Protected()

    class Meta:
        verbose_name = "guidance that was read"
        verbose_name_plural = "guidance that was read"
        constraints: ClassVar = [
            models.UniqueConstraint("school", "user", "edition", name="guidance_read_once"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "user"
        plain = ("read_at",)
        source = Source.SCHOOL
        collection = WHY
        retention = Retention.ROOT
        schedule = "guidance_read"
