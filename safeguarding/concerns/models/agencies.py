"""What went to an agency outside the school, when must it answer, and what came of it?

A `Referral` says how it stands; its `ReferralStep`s are what happened, added and never replaced. Where the agency is
silent, or the school disagrees with its answer, an `EscalationLetter` goes to its manager.
"""

from datetime import date

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from safeguarding import personal_data
from safeguarding.accounts.models import User
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Kept, Retention, Source
from safeguarding.sealing.fields import SealedText

from .bases import OfConcern
from .concern import Concern
from .kinds import KCSIE, key
from .lead import Decision


class Agency(models.TextChoices):
    SOCIAL_CARE = "social_care", "Children’s social care"
    POLICE = "police", "Police"
    EARLY_HELP = "early_help", "Early help"
    CHANNEL = "channel", "Prevent or Channel"
    HEALTH = "health", "Health services"
    CAMHS = "camhs", "Child and adolescent mental health services"
    LADO = "lado", "Local authority designated officer (LADO)"
    OTHER = "other", "Another agency"


class How(models.TextChoices):
    """How word went from one to the other."""

    TELEPHONE = "telephone", "By telephone"
    IN_PERSON = "in_person", "In person"
    PORTAL = "portal", "Online portal"
    FORM = "form", "Form sent by secure e-mail"
    EMAIL = "email", "E-mail"
    LETTER = "letter", "Letter"
    VIDEO = "video", "Video call"


class AnswerTime(models.Model):
    """How long an agency may take by guidance: dated rows with their source, from `data/answer_times.json`.

    `answer_days` and `escalate_days` are working days, counted from the day after. No row: the time is what the agency
    says.
    """

    id = key()
    agency = models.CharField(max_length=12, choices=Agency)
    answer_days = models.PositiveSmallIntegerField()
    # The usual point at which a silence is taken to the agency's manager.
    escalate_days = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint("agency", "valid_from", name="answer_time_once")]

    class PersonalData(personal_data.PersonalData):
        plain = ("agency", "answer_days", "escalate_days", "valid_from", "valid_to", "source")
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.LAW


class Referral(OfConcern):
    """That an agency was asked to act: which, when, how, and by which day it is to answer."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting for an answer"
        ANSWERED = "answered", "Answered"
        WITHDRAWN = "withdrawn", "Withdrawn"

    class Answer(models.TextChoices):
        ACCEPTED = "accepted", "Accepted: they will assess"
        STRATEGY = "strategy", "A strategy discussion"
        OPEN_CASE = "open_case", "Passed to the worker who has the case"
        EARLY_HELP = "early_help", "Passed to early help"
        ADVICE = "advice", "Information and advice only"
        MORE = "more", "They want more information"
        NO_ACTION = "no_action", "No further action"
        OTHER = "other", "Something else"

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="referrals")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="referrals")
    token = models.UUIDField(unique=True)
    agency = models.CharField(max_length=12, choices=Agency)
    team = SealedText("team or office", blank=True)
    method = models.CharField("how it was sent", max_length=10, choices=How)
    spoken_to = SealedText("who took it", blank=True)
    their_reference = SealedText("their reference", blank=True)
    told = SealedText("what was told and asked for")
    sent_at = models.DateTimeField("sent")
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    answer_by = models.DateField("answer expected by")
    # The law or guidance that day comes from; empty where the agency said it.
    answer_source = models.CharField("why this date", max_length=200, blank=True)
    escalate_on = models.DateField("usual day to escalate", null=True, blank=True)
    answer = models.CharField("what they answered", max_length=12, choices=Answer, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # The day for which people have been told that it has passed: once for each day agreed.
    told_late_for = models.DateField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [in_pairs("ended", name="referral_ended_in_pairs")]
        indexes = [models.Index(fields=["school", "answer_by"], name="referral_waits", condition=Q(status="waiting"))]

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        sealed_by = "concern"
        narrative = ("team", "spoken_to", "their_reference", "told")
        plain = (
            "token",
            "agency",
            "method",
            "sent_at",
            "recorded_at",
            "status",
            "answer_by",
            "answer_source",
            "escalate_on",
            "answer",
            "ended_at",
            "told_late_for",
        )
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT

    @property
    def reference(self) -> str:
        return self.concern.reference

    def is_late(self, today: date) -> bool:
        """Whether the agency is silent beyond its time."""
        return self.status == self.Status.WAITING and self.answer_by < today


class ReferralStep(OfConcern):
    """Something that happened with a referral: chased, answered, sent more, escalated, withdrawn. Never changed."""

    class Kind(models.TextChoices):
        CHASED = "chased", "Chased"
        ANSWERED = "answered", "Answered"
        MORE_SENT = "more_sent", "More was sent"
        ESCALATED = "escalated", "Escalated to their manager"
        WITHDRAWN = "withdrawn", "Withdrawn"

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="steps")
    token = models.UUIDField(unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    method = models.CharField("how", max_length=10, choices=How, blank=True)
    spoken_to = SealedText("who", blank=True)
    text = SealedText("what was said")
    answer = models.CharField(max_length=12, choices=Referral.Answer, blank=True)
    answer_by = models.DateField("answer expected by", null=True, blank=True)
    # The day that was agreed until then: the referral itself keeps the newest alone.
    was_due_on = models.DateField("answer had been expected by", null=True, blank=True)
    happened_at = models.DateTimeField("when")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        sealed_by = "concern"
        narrative = ("spoken_to", "text")
        plain = ("token", "kind", "method", "answer", "answer_by", "was_due_on", "happened_at", "recorded_at")
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT


class EscalationLetter(OfConcern):
    """A letter to the manager of an agency: a draft until it is sent, and never changed afterwards."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        SENT = "sent", "Sent"
        DISCARDED = "discarded", "Not sent"

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="letters")
    token = models.UUIDField(unique=True)
    to = SealedText("to whom", blank=True)
    body = SealedText("the letter")
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Counts saves, so that the second of two people sees what the first changed.
    revision = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        constraints = [
            in_pairs("ended", name="letter_ended_in_pairs"),
            models.UniqueConstraint("referral", condition=Q(status="draft"), name="one_letter_in_draft"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        sealed_by = "concern"
        narrative = ("to", "body")
        plain = ("token", "status", "started_at", "saved_at", "ended_at", "revision")
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT
