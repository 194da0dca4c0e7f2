"""What did safeguarding leads write, decide, ask for and close? Rows that are added and never replaced."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from safeguarding import personal_data
from safeguarding.accounts.models import User
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Retention, Source
from safeguarding.sealing.fields import SealedText

from .bases import OfConcern
from .concern import Concern
from .kinds import KCSIE, ClosingOutcome, Level, Receipt


class ConcernNote(OfConcern):
    """What a safeguarding lead adds: a conversation, a telephone call, a thought with its reason."""

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    text = SealedText("note")
    added_at = models.DateTimeField(db_default=Now())

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        sealed_by = "concern"
        narrative = ("text",)
        plain = ("token", "added_at")
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT


class Decision(OfConcern):
    """What a lead decided, and why. A later decision adds to an earlier one and never replaces it."""

    class Kind(models.TextChoices):
        NO_ACTION = "no_action", "Not a safeguarding matter"
        MONITOR = "monitor", "Keep watching"
        IN_SCHOOL = "in_school", "Support in school"
        EARLY_HELP = "early_help", "Early help"
        SOCIAL_WORKER = "social_worker", "Tell the allocated social worker"
        CHILD_IN_NEED = "child_in_need", "Refer: child in need (section 17)"
        CHILD_PROTECTION = "child_protection", "Refer: child protection (section 47)"
        POLICE = "police", "Call the police"
        CHANNEL = "channel", "Refer: Prevent or Channel"
        LADO = "lado", "Local authority designated officer (LADO)"
        OTHER = "other", "Something else"

    class ParentsTold(models.TextChoices):
        YES = "yes", "Yes"
        NOT_YET = "not_yet", "Not yet"
        NO_RISK = "no_risk", "No, it could add to the risk"

    class Consent(models.TextChoices):
        YES = "yes", "Yes, given"
        REFUSED = "refused", "Asked and refused"
        NOT_SOUGHT = "not_sought", "Not asked: it could add to the risk"
        NOT_NEEDED = "not_needed", "Not needed for this"

    class LegalReason(models.TextChoices):
        """The legal reason for telling somebody outside the school (domain reference 5.3)."""

        SECTION_47 = "s47", "Children Act 1989 section 47: reasonable cause to suspect significant harm"
        SECTION_17 = "s17", "Children Act 1989 section 17: child in need, with consent"
        SECTION_175 = "s175", "Education Act 2002 section 175: the school’s safeguarding duty"
        PREVENT = "prevent", "Counter-Terrorism and Security Act 2015 section 26"
        CRIME = "crime", "Prevention or detection of crime"

    # Only these go outside the school, so only these ask for a recipient, consent and a legal reason.
    OUTSIDE = frozenset({"social_worker", "child_in_need", "child_protection", "police", "channel", "lado"})
    # From this level on a decision that goes to nobody outside says why (KCSIE 2025, Annex C: refer or not refer).
    SERIOUS = frozenset({Level.CHILD_IN_NEED, Level.CHILD_PROTECTION})

    # Whether it put the level up or down, in words: said by `services.work.say_steps`, never kept.
    stepped = ""

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="decisions")
    token = models.UUIDField(unique=True)
    level = models.PositiveSmallIntegerField("level of need", choices=Level)
    kind = models.CharField("what you will do", max_length=20, choices=Kind)
    rationale = SealedText("why")
    parents_told = models.CharField("have parents been told", max_length=10, choices=ParentsTold)
    parents_reason = SealedText("reason parents have not been told", blank=True)
    new_referral = models.BooleanField("is this a new referral", null=True, blank=True)
    recipient = SealedText("who is told", blank=True)
    consent = models.CharField(max_length=12, choices=Consent, blank=True)
    consent_reason = SealedText("reason for consent as it is", blank=True)
    legal_reason = models.CharField("legal reason", max_length=10, choices=LegalReason, blank=True)
    not_referred = SealedText("why it is not referred", blank=True)
    threshold = SealedText("threshold quoted", blank=True)
    advice = SealedText("advice taken", blank=True)
    dissent = SealedText("who disagreed, and why", blank=True)
    review_on = models.DateField("review on", null=True, blank=True)
    decided_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        sealed_by = "concern"
        narrative = (
            "rationale",
            "parents_reason",
            "recipient",
            "consent_reason",
            "not_referred",
            "threshold",
            "advice",
            "dissent",
        )
        plain = (
            "token",
            "level",
            "kind",
            "parents_told",
            "new_referral",
            "consent",
            "legal_reason",
            "review_on",
            "decided_at",
        )
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT


class Closing(OfConcern):
    """How a concern was closed, and why. Opening the concern again, and a later closing, leave it as it was written:
    it keeps no more than when it was opened again, so that what was open on a day can be told afterwards.
    """

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="closings")
    outcome = models.CharField("how it ended", max_length=20, choices=ClosingOutcome)
    reason = SealedText("why it can be closed")
    receipt = models.CharField("what the reporter is told", max_length=20, choices=Receipt)
    closed_at = models.DateTimeField(db_default=Now())
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reopened_at = models.DateTimeField("opened again", null=True, blank=True)

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        sealed_by = "concern"
        narrative = ("reason",)
        plain = ("outcome", "receipt", "closed_at", "reopened_at")
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT


class Action(OfConcern):
    """Something that somebody must do by a day."""

    class Status(models.TextChoices):
        TO_DO = "to_do", "To do"
        DONE = "done", "Done"
        WITHDRAWN = "withdrawn", "Withdrawn"

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="actions")
    # That of the concern, which whoever has to do it may quote and not see.
    reference = models.CharField(max_length=20)
    token = models.UUIDField(unique=True)
    text = SealedText("what needs doing")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="actions")
    due_on = models.DateField("due date")
    status = models.CharField(max_length=10, choices=Status, default=Status.TO_DO)
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    result = SealedText("what came of it", blank=True)
    # The day of which its owner has been reminded, and that of which they have been told that it is late.
    reminded_for = models.DateField(null=True, blank=True, editable=False)
    late_for = models.DateField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [in_pairs("ended", name="action_ended_in_pairs")]
        indexes = [models.Index(fields=["owner", "due_on"], name="action_due", condition=Q(status="to_do"))]

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        sealed_by = "concern"
        narrative = ("text", "result")
        plain = (
            "reference",
            "token",
            "due_on",
            "status",
            "created_at",
            "ended_at",
            "reminded_for",
            "late_for",
        )
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT
