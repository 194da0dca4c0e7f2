"""How long may an answer take, and by which law may something be left out? Rows of `data/`."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from safeguarding import personal_data
from safeguarding.keys import uuid7
from safeguarding.personal_data import Kept, Retention, Source


class ReplyTime(models.Model):
    """How long an answer may take, from `data/reply_times.json` (domain reference 5.5, 5.6 and 6)."""

    class Unit(models.TextChoices):
        MONTHS = "months", "months"
        DAYS = "days", "days"
        SCHOOL_DAYS = "school_days", "school days"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # "reply", "extension", "record", "acknowledge_complaint", "warn_complaint", "target".
    code = models.CharField(max_length=30)
    title = models.CharField(max_length=160)
    amount = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=12, choices=Unit)
    law = models.CharField(max_length=200)
    to_confirm = models.BooleanField("to be confirmed", default=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField("where it comes from", max_length=300)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("code", "valid_from", name="reply_time_once")]

    class PersonalData(personal_data.PersonalData):
        plain = ("code", "title", "amount", "unit", "law", "to_confirm", "valid_from", "valid_to", "source")
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.LAW


class Exemption(models.Model):
    """A reason of law for which something is left out, from `data/exemptions.json` (domain reference 5.7)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=30)
    title = models.CharField(max_length=120)
    law = models.CharField("law", max_length=200)
    says = models.TextField("what it says, in words", max_length=1000)
    # For the requester, in plain English.
    sentence = models.CharField("what the requester is told", max_length=300)
    # Each {"key", "asks", "takes": "words" | "yes" | "choice", "choices": [[key, words], …]}.
    questions = models.JSONField("its test", default=list, blank=True)
    # Whose requests it can be used for (`RightsRequest.Requester`); empty: everybody's.
    for_requests_of = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    # Something has to be had before it may be given: an opinion, leave of a court, consent. It waits until recorded.
    waits_for = models.CharField("what is had first", max_length=160, blank=True, default="")
    to_confirm = models.BooleanField("to be confirmed", default=False)
    order = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField("where it comes from", max_length=300)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("code", "valid_from", name="exemption_once")]

    class PersonalData(personal_data.PersonalData):
        plain = (
            "code",
            "title",
            "law",
            "says",
            "sentence",
            "questions",
            "for_requests_of",
            "waits_for",
            "to_confirm",
            "order",
            "valid_from",
            "valid_to",
            "source",
        )
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.LAW
