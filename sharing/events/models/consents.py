"""Who has agreed that something goes outside, or refused it: under which words, in which capacity, until when?"""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from children.models import Contact, Photograph
from children.models.child import Child, OfChild
from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.keys import uuid7
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Kept, Link, Retention, Source
from safeguarding.sealing.fields import SealedText

from .recipients import Recipient


class ConsentWording(models.Model):
    """One version of the words under which a school asks for consent. A new version ends the one before; consents stay
    under the words that people read.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    # The key of its first version, which all its versions share.
    series = models.UUIDField(editable=False)
    version = models.PositiveSmallIntegerField()
    title = models.CharField("what the consent is for", max_length=120)
    text = models.TextField("the words", max_length=3000)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("series", "version", name="consent_wording_version_once"),
            models.UniqueConstraint("series", condition=Q(ended_at=None), name="consent_wording_one_live"),
            in_pairs("ended", name="consent_wording_ended_in_pairs"),
        ]

    class PersonalData(personal_data.PersonalData):
        plain = ("token", "series", "version", "title", "text", "made_at", "ended_at")
        source = Source.SCHOOL
        retention = Retention.KEPT
        kept = Kept.SETTING
        setting = True
        links: ClassVar = {"series": Link.APART}

    @property
    def called(self) -> str:
        """Sharing with the school nurse, version 2."""
        return f"{self.title}, version {self.version}"


class Consent(OfChild):
    """The answer of one person about one child and one recipient: given or refused. Never changed; what was given may
    be withdrawn, once.

    Each person who may answer has a row of their own. What has to be shared to keep a child safe needs no consent
    (UK GDPR Article 6(1)(c) and (e); KCSIE).
    """

    class Answer(models.TextChoices):
        GIVEN = "given", "Given"
        REFUSED = "refused", "Refused"

    class Capacity(models.TextChoices):
        PARENT = "parent", "Has parental responsibility"
        CHILD = "child", "The child, who understands what is asked"
        AUTHORITY = "authority", "For the local authority, which has parental responsibility"
        OTHER = "other", "In another capacity"

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="consents")
    token = models.UUIDField(unique=True)
    wording = models.ForeignKey(ConsentWording, on_delete=models.PROTECT, related_name="consents")
    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField("answer", max_length=8, choices=Answer)
    scope = SealedText("what may be shared, and what not", blank=True)
    # An adult of the child's record. The words say who it was then, whatever becomes of that record.
    adult = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    by_whom = SealedText("who answered")
    capacity = models.CharField("in which capacity", max_length=10, choices=Capacity)
    known_by = SealedText("how the school knows of that capacity", blank=True)
    how = models.CharField("how the answer came", max_length=8, choices=Photograph.How)
    answered_on = models.DateField("answered on")
    until = models.DateField("lasts until", null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now())
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    withdrawn_on = models.DateField("withdrawn on", null=True, blank=True)
    withdrawn_how = models.CharField("how it was withdrawn", max_length=8, choices=Photograph.How, blank=True)
    withdrawn_said = SealedText("who withdrew it, and what they said", blank=True)
    # How much that waited to be sent was stopped by it.
    stopped = models.PositiveSmallIntegerField("stopped with it", default=0)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            in_pairs("withdrawn", name="consent_withdrawn_in_pairs"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_on=None, withdrawn_how="")
                | Q(withdrawn_at__isnull=False, withdrawn_on__isnull=False, answer="given") & ~Q(withdrawn_how=""),
                name="consent_withdrawn_whole",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("answered_on"), answer="given"), name="consent_runs_forward"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["child", "recipient"], name="consent_of_child")]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = ("scope", "by_whom", "known_by", "withdrawn_said")
        plain = (
            "token",
            "answer",
            "capacity",
            "how",
            "answered_on",
            "until",
            "recorded_at",
            "withdrawn_on",
            "withdrawn_how",
            "stopped",
            "withdrawn_at",
        )
        source = Source.FAMILY
        collection = (
            "voluntary: by consent, which can be refused and withdrawn (UK GDPR Articles 6(1)(a), 7 and 9(2)(a))"
        )
        # By R15; with the child’s file it ends in any case.
        retention = Retention.ROOT
        schedule = "consent"
        links: ClassVar = {"child": Link.ENDS}

    @property
    def is_live(self) -> bool:
        """Whether it was given and nobody has withdrawn it."""
        return self.answer == self.Answer.GIVEN and self.withdrawn_at is None

    def in_force(self, on: date) -> bool:
        """Whether it allows anything on a day; both ends count."""
        return self.is_live and self.answered_on <= on and (self.until is None or on <= self.until)
