"""Who may see this one concern beside those whose role says so, and who may not because it is about them?"""

from django.contrib.auth.models import Permission
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from children import grants
from children.models.access import WHO_MAY_SEE
from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Link, Retention, Source

from .bases import OfConcern
from .concern import Concern
from .kinds import KCSIE, key


class ConcernGrant(grants.PersonGrant):
    """That somebody may read one concern until a day, because they need to know: the restricted one too."""

    id = key()
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    content_object = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="+")
    permission = models.ForeignKey(Permission, on_delete=models.PROTECT, related_name="+")

    objects = Protected()  # type: ignore[assignment, misc]

    class Meta:
        constraints = [
            models.UniqueConstraint("user", "content_object", condition=Q(ended_at=None), name="concern_granted_once"),
            grants.ended_in_pairs("concern_grant_ended_in_pairs"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "content_object__children"
        sealed_by = "content_object"
        narrative = ("reason", "end_reason")
        plain = ("expires_on", "granted_at", "ended_at")
        source = Source.SAFEGUARDING_LEAD
        category = WHO_MAY_SEE
        collection = "mandatory: who may see a record, and why, must be known (UK GDPR Art 5(1)(f))"
        retention = Retention.GOES_WITH_IT


class ConcernSubject(OfConcern):
    """That a member of staff is the subject of a concern: they see nothing of it, and somebody else decides."""

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="subjects")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField(db_default=Now())
    named_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint("concern", "user", condition=Q(withdrawn_at=None), name="subject_once"),
            in_pairs("withdrawn", name="subject_withdrawn_in_pairs"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "user"
        plain = ("named_at", "withdrawn_at")
        source = Source.NOTE_OF_CONCERN
        collection = KCSIE
        retention = Retention.GOES_WITH_IT
        links = {"concern": Link.ENDS}
