"""Who else may read a concern about an adult, and who receives the low-level ones at a school?"""

from django.contrib.auth.models import Permission
from django.db import models
from django.db.models import Q

from children import grants
from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.personal_data import Kept, Retention, Source

from .concern import StaffConcern
from .kinds import KCSIE4, key


class StaffConcernGrant(grants.PersonGrant):
    """That somebody may read one concern about an adult until a day. It opens nothing to whom the concern is about."""

    id = key()
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    content_object = models.ForeignKey(StaffConcern, on_delete=models.PROTECT, related_name="+")
    permission = models.ForeignKey(Permission, on_delete=models.PROTECT, related_name="+")

    objects = Protected()  # type: ignore[assignment, misc]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "user", "content_object", condition=Q(ended_at=None), name="staff_concern_granted_once"
            ),
            grants.ended_in_pairs("staff_concern_grant_in_pairs"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "content_object__adults"
        sealed_by = "content_object"
        narrative = ("reason", "end_reason")
        plain = ("expires_on", "granted_at", "ended_at")
        source = Source.SCHOOL
        collection = "mandatory: who may see a record, and why, must be known (UK GDPR Art 5(1)(f))"
        retention = Retention.GOES_WITH_IT
        # Its reader gives access to who approves its end, also once that is decided.
        in_manifest = False


class ReadingChoice(models.Model):
    """Who receives low-level concerns at the school, and how the LADO is reached, from a moment on. The newest counts.

    KCSIE lets a school choose. What may meet the harm threshold always goes to the Headteacher.
    """

    class Recipient(models.TextChoices):
        HEADTEACHER = "headteacher", "The Headteacher"
        LEAD = "lead", "The designated safeguarding lead, and the Headteacher"

    id = key()
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    recipient = models.CharField("who reads low-level concerns", max_length=12, choices=Recipient)
    lado_name = models.CharField("name or team", max_length=100, blank=True)
    lado_telephone = models.CharField("telephone of the LADO", max_length=30, blank=True)
    chosen_at = models.DateTimeField()
    chosen_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "who reads low-level concerns"
        indexes = [models.Index("school", "chosen_at", name="reading_choice_newest")]

    class PersonalData(personal_data.PersonalData):
        subject = "chosen_by"
        identifying = ("lado_name",)
        plain = ("recipient", "lado_telephone", "chosen_at")
        source = Source.SCHOOL
        collection = KCSIE4
        retention = Retention.KEPT
        kept = Kept.SETTING
        setting = True
