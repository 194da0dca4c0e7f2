"""Who works on a request, and as what? Added and ended, never changed."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.keys import uuid7
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Retention, Source

from .cases import CATEGORY, WHY, RightsRequest


class RequestRole(models.Model):
    """That somebody is named in a case: its handler, preparer, a reviewer, its approver."""

    class Part(models.TextChoices):
        HANDLER = "handler", "Handles it"
        PREPARER = "preparer", "Prepares the copies"
        REVIEWER = "reviewer", "Reviews what the preparer may not see"
        APPROVER = "approver", "Approves them"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(RightsRequest, on_delete=models.PROTECT, related_name="roles")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=10, choices=Part)
    named_at = models.DateTimeField()
    # None: Harbour named them, since they may see what the preparer may not.
    named_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = Protected()

    class Meta:
        verbose_name = "part in a request"
        verbose_name_plural = "parts in requests"
        constraints: ClassVar = [
            models.UniqueConstraint(
                "case",
                "part",
                condition=Q(ended_at=None, part__in=("handler", "preparer", "approver")),
                name="one_of_each_part_in_a_request",
            ),
            models.UniqueConstraint("case", "user", "part", condition=Q(ended_at=None), name="part_in_a_request_once"),
            in_pairs("ended", name="part_in_a_request_ended_in_pairs"),
        ]
        indexes: ClassVar = [models.Index(fields=["user"], name="part_of_user", condition=Q(ended_at=None))]

    class PersonalData(personal_data.PersonalData):
        subject = "case__child"
        record = "case"
        plain = ("part", "named_at", "ended_at")
        source = Source.SCHOOL
        category = CATEGORY
        collection = WHY
        retention = Retention.GOES_WITH_IT
