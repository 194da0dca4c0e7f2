"""What was corrected after a request, and was who had received it told? (UK GDPR Articles 16 and 19)"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from children.models import ChildUpdate
from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.keys import uuid7
from safeguarding.personal_data import Link, Retention, Source
from safeguarding.sealing.fields import SealedText

from .cases import CATEGORY, WHY, RightsRequest


class RequestCorrection(models.Model):
    """One correction that a request brought about: of the child's record, which part and fields, without their words;
    or elsewhere, and then where in words. Never changed. It outlives the child's record, as its case does.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(RightsRequest, on_delete=models.PROTECT, related_name="corrections")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    # Empty for what was corrected elsewhere.
    part = models.CharField("part of the record", max_length=12, choices=ChildUpdate.Part, blank=True, default="")
    way = models.CharField("what was done", max_length=10, choices=ChildUpdate.Way, blank=True, default="")
    fields = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    elsewhere = SealedText("where else it was corrected", blank=True, default="")
    made_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = Protected()

    class Meta:
        verbose_name = "correction after a request"
        verbose_name_plural = "corrections after requests"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(part="", way="") | ~Q(part="") & ~Q(way=""), name="correction_here_or_elsewhere"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["case", "made_at"], name="correction_of_request")]

    class PersonalData(personal_data.PersonalData):
        subject = "case__child"
        record = "case"
        sealed_by = "case"
        narrative = ("elsewhere",)
        plain = ("token", "part", "way", "fields", "made_at")
        source = Source.SCHOOL
        category = CATEGORY
        collection = WHY
        retention = Retention.GOES_WITH_IT


class RequestRecipient(models.Model):
    """Somebody who had received something of the child before it was corrected: told on a day, or why not.

    `key` says who: the recipient of shares in the address book, a referral, or the case of a copy that was handed over.
    Said anew, it says something else.
    """

    class WhyNot(models.TextChoices):
        """Article 19: unless it is impossible or involves disproportionate effort."""

        IMPOSSIBLE = "impossible", "It is impossible"
        EFFORT = "effort", "It would take a disproportionate effort"
        NOT_IT = "not_it", "They had not received what was corrected"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(RightsRequest, on_delete=models.PROTECT, related_name="recipients")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    key = models.UUIDField(editable=False)
    name = SealedText("who received it")
    last_on = models.DateField("last received something on")
    told_on = models.DateField("told on", null=True, blank=True)
    why_not = models.CharField("why they are not told", max_length=10, choices=WhyNot, blank=True, default="")
    reasons = SealedText("in words", blank=True, default="")
    is_named = models.BooleanField("the answer names them", default=False)
    said_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = Protected()

    class Meta:
        verbose_name = "recipient told of a correction"
        verbose_name_plural = "recipients told of corrections"
        constraints: ClassVar = [
            models.UniqueConstraint("case", "key", name="recipient_of_request_once"),
            models.CheckConstraint(
                condition=Q(why_not="", told_on__isnull=False) | ~Q(why_not="") & Q(told_on=None),
                name="recipient_told_or_why_not",
            ),
            models.CheckConstraint(condition=~Q(why_not="not_it", is_named=True), name="recipient_named_received_it"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "case__child"
        record = "case"
        sealed_by = "case"
        narrative = ("name", "reasons")
        plain = ("key", "last_on", "told_on", "why_not", "is_named", "said_at")
        source = Source.SCHOOL
        category = CATEGORY
        collection = WHY
        retention = Retention.GOES_WITH_IT
        # It names who was told, when the share or referral has ended too.
        links: ClassVar = {"key": Link.STAYS}
