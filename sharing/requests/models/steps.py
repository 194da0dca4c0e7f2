"""What happened in a request, which letters went, and where was looked?"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.keys import uuid7
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Retention, Source
from safeguarding.sealing.fields import SealedText

from .cases import CATEGORY, WHY, RightsRequest


class RequestStep(models.Model):
    """Something that happened, on a day. Never changed, withdrawn at most: dates are reckoned from what stands."""

    class Kind(models.TextChoices):
        # Those of the dates (domain reference 5.5).
        IDENTITY_ASKED = "identity_asked", "Proof of identity asked for"
        IDENTITY_SEEN = "identity_seen", "Proof of identity seen"
        FEE_ASKED = "fee_asked", "Fee asked for"
        FEE_PAID = "fee_paid", "Fee paid"
        CLARIFICATION_ASKED = "clarification_asked", "Asked what is meant"
        CLARIFICATION_GIVEN = "clarification_given", "Told what is meant"
        EXTENDED = "extended", "Two further months"
        # Those of the answer.
        WRITER_CONSULTED = "writer_consulted", "Whoever wrote it was asked"
        AUTHORITY_CONSULTED = "authority_consulted", "The local authority was asked"
        SENT_BACK = "sent_back", "Sent back by the approver"
        HANDED_OVER = "handed_over", "Handed over"
        PROGRESS = "progress", "Told how it stands"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        RECIPIENTS = "recipients", "Recipients confirmed"
        NOTE = "note", "Note"

    # Seen by those who review and approve alone.
    REVIEW: ClassVar = frozenset({Kind.WRITER_CONSULTED, Kind.AUTHORITY_CONSULTED, Kind.SENT_BACK})

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(RightsRequest, on_delete=models.PROTECT, related_name="steps")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    kind = models.CharField("what happened", max_length=20, choices=Kind)
    happened_on = models.DateField("when")
    text = SealedText("in words", blank=True, default="")
    made_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = Protected()

    class Meta:
        verbose_name = "step of a request"
        verbose_name_plural = "steps of requests"
        constraints: ClassVar = [in_pairs("withdrawn", name="step_withdrawn_in_pairs")]
        indexes: ClassVar = [models.Index(fields=["case", "happened_on", "id"], name="step_of_request")]

    class PersonalData(personal_data.PersonalData):
        subject = "case__child"
        record = "case"
        sealed_by = "case"
        narrative = ("text",)
        plain = ("token", "kind", "happened_on", "made_at", "withdrawn_at")
        source = Source.SCHOOL
        category = CATEGORY
        collection = WHY
        retention = Retention.GOES_WITH_IT


class RequestLetter(models.Model):
    """A letter to the requester: a draft that begins from facts, until it is sent."""

    class Kind(models.TextChoices):
        ACKNOWLEDGEMENT = "acknowledgement", "Acknowledgement"
        IDENTITY = "identity", "Asking for proof of identity"
        CLARIFICATION = "clarification", "Asking what is meant"
        EXTENSION = "extension", "Two further months"
        PROGRESS = "progress", "How it stands"
        REFUSAL = "refusal", "Refusal"
        OUTCOME = "outcome", "Outcome"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(RightsRequest, on_delete=models.PROTECT, related_name="letters")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    kind = models.CharField("which letter", max_length=16, choices=Kind)
    text = SealedText("the letter")
    made_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    revision = models.PositiveIntegerField(default=0, editable=False)

    objects = Protected()

    class Meta:
        verbose_name = "letter of a request"
        verbose_name_plural = "letters of requests"
        constraints: ClassVar = [
            in_pairs("sent", name="letter_sent_in_pairs"),
            models.UniqueConstraint("case", "kind", condition=Q(sent_at=None), name="one_draft_of_a_letter"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "case__child"
        record = "case"
        sealed_by = "case"
        narrative = ("text",)
        plain = ("token", "kind", "made_at", "sent_at", "revision")
        source = Source.SCHOOL
        category = CATEGORY
        collection = WHY
        retention = Retention.GOES_WITH_IT


class SearchPlace(models.Model):
    """A place that was searched or asked, and what was there: also nothing (domain reference 5.4)."""

    class Place(models.TextChoices):
        HARBOUR = "harbour", "Harbour"
        REGISTER = "register", "The school’s register"
        MAIL = "mail", "E-mail"
        PAPER = "paper", "Paper files"
        OTHER = "other", "Somewhere else"
        # Always asked, of Headteacher and chair apart: that it is there says nothing.
        ADULTS_HEADTEACHER = "adults_headteacher", "Concerns about adults, asked of the Headteacher"
        ADULTS_CHAIR = "adults_chair", "Concerns about adults, asked of the chair of governors"

    # The answer is seen by who gives it and by the approver alone.
    APART: ClassVar = frozenset({Place.ADULTS_HEADTEACHER, Place.ADULTS_CHAIR})

    class Found(models.TextChoices):
        WAITING = "", "Waits for an answer"
        NONE = "none", "Nothing is held there"
        SOME = "some", "Something is held there, and was added"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(RightsRequest, on_delete=models.PROTECT, related_name="places")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    place = models.CharField("where", max_length=20, choices=Place)
    # Who is asked. None: the machine, or nobody yet.
    asked = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    searched_for = SealedText("which words were looked for", blank=True, default="")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    found = models.CharField("what is there", max_length=4, choices=Found, blank=True, default="")
    note = SealedText("in words", blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    revision = models.PositiveIntegerField(default=0, editable=False)

    objects = Protected()

    class Meta:
        verbose_name = "place searched for a request"
        verbose_name_plural = "places searched for requests"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(found="", answered_at=None) | ~Q(found="") & Q(answered_at__isnull=False),
                name="place_answered_as_it_stands",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["case", "id"], name="place_of_request")]

    class PersonalData(personal_data.PersonalData):
        subject = "case__child"
        record = "case"
        sealed_by = "case"
        narrative = ("searched_for", "note")
        plain = ("token", "place", "made_at", "found", "answered_at", "revision")
        source = Source.SCHOOL
        category = CATEGORY
        collection = WHY
        retention = Retention.GOES_WITH_IT
