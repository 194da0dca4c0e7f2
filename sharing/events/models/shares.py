"""What was decided to go outside or not, by which legal reason, how did it go, and what came of it?"""

from datetime import date, datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from children.models import Contact
from children.models.child import Child, OfChild
from safeguarding import personal_data
from safeguarding.accounts.models import User
from safeguarding.concerns.models import Concern, Referral
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Link, Retention, Sensitive, Source, notice_category
from safeguarding.sealing.fields import SealedJSON, SealedText
from safeguarding.uploads.models import InStore

from .consents import Consent
from .law import LegalReason
from .recipients import Recipient

# What the privacy notice calls it.
CATEGORY = notice_category("Decisions to share, and what went outside", Sensitive.SPECIAL, Sensitive.OFFENCES)
WHY = (
    "mandatory where a legal reason is a duty, which each record names; that a decision and its reasons are recorded: "
    "public task (UK GDPR Articles 5(2) and 6(1)(e); Education Act 2002 s.175; KCSIE 2025)"
)


_STAMPS = ("decided", "packed", "lift_asked", "lifted", "sent", "received", "asked_back", "discarded")


class SharingEvent(OfChild, InStore):
    """A decision to share something of one child with one recipient, or not to: S-2026-0188.

    It is a draft, is decided, waits to be sent, was sent, was received; or was not shared, was asked back, was
    discarded. A call in which something was said is one that was sent at once. What is handed over is a pack: a PDF of
    the records that were chosen, which lies sealed in the store until it is made again, and stays once it has gone.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        TO_SEND = "to_send", "To be sent"
        SENT = "sent", "Sent"
        RECEIVED = "received", "Received"
        NOT_SHARED = "not_shared", "Not shared"
        ASKED_BACK = "asked_back", "Asked back"
        DISCARDED = "discarded", "Discarded"

    class Asked(models.TextChoices):
        REQUEST = "request", "They have asked for it"
        OWN = "own", "The school shares without being asked"
        RETURN = "return", "It is a statutory return"

    class Decision(models.TextChoices):
        ALL = "all", "Share all of it"
        PART = "part", "Share part of it"
        NONE = "none", "Do not share"

    class Because(models.TextChoices):
        DETRIMENTAL = "detrimental", "Sharing would do the child more harm than not sharing"
        NO_LAW = "no_law", "No legal reason lets the school share it"
        UNVERIFIED = "unverified", "Nobody could check who is asking"
        NO_CONSENT = "no_consent", "It rests on consent, which was refused or withdrawn"
        NOT_NEEDED = "not_needed", "They do not need it for what they say"
        OTHER = "other", "Another reason"

    class Stands(models.TextChoices):
        GIVEN = "given", "Asked and given"
        REFUSED = "refused", "Asked and refused"
        NOT_ASKED = "not_asked", "Not asked"

    class Told(models.TextChoices):
        BEFORE = "before", "Yes, before it is shared"
        AFTER = "after", "Yes, afterwards"
        NO = "no", "No"

    class Advice(models.TextChoices):
        NONE = "none", "None was needed"
        DPO = "dpo", "Data protection officer"
        FRONT_DOOR = "front_door", "Children’s social care"
        LAWYER = "lawyer", "Legal adviser"
        OTHER = "other", "Somebody else"

    class Method(models.TextChoices):
        PORTAL = "portal", "Online portal"
        EMAIL = "email", "Secure e-mail"
        PAPER = "paper", "On paper"
        TELEPHONE = "telephone", "By telephone"

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="shares")
    token = models.UUIDField(unique=True)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    is_call = models.BooleanField("said on the telephone", default=False)
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Every concern that it is about or that something in it comes from: who may not see one of them sees nothing of it.
    concerns = ArrayField(models.UUIDField(), default=list, blank=True, editable=False)

    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="+")
    person = SealedText("who there", blank=True, default="")
    asked = models.CharField("how it began", max_length=8, choices=Asked)
    purpose = SealedText("what for", blank=True, default="")
    # A solicitor asks for a parent: an order about that adult may bind the school.
    for_adult = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="asked for an adult"
    )
    due_on = models.DateField("to be sent by", null=True, blank=True)

    reason = models.ForeignKey(
        LegalReason, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="legal reason"
    )
    # By the key of each question of the legal reason.
    answers = SealedJSON("its test", blank=True, default=dict)
    consent_stands = models.CharField("consent", max_length=10, choices=Stands, blank=True, default="")
    consent = models.ForeignKey(
        Consent, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="rests on"
    )
    consent_why = SealedText("why there is none", blank=True, default="")

    content = SealedText("what is shared, in words", blank=True, default="")
    left_out = SealedText("what is left out, and why", blank=True, default="")
    necessity = SealedText("why this much, and why now", blank=True, default="")
    harm = SealedText("which harm was considered", blank=True, default="")
    child_told = models.CharField("the child is told", max_length=6, choices=Told, blank=True, default="")
    parents_told = models.CharField("parents are told", max_length=6, choices=Told, blank=True, default="")
    not_told_why = SealedText("why not", blank=True, default="")
    advice = models.CharField("advice", max_length=10, choices=Advice, blank=True, default="")
    advice_said = SealedText("what was advised", blank=True, default="")
    onward = SealedText("what they may do with it", blank=True, default="")
    return_by = models.DateField("to be returned or deleted by", null=True, blank=True)
    follow_up_on = models.DateField("confirmation expected by", null=True, blank=True)
    # Other children that the pack names, by their pseudonyms, and why; words that are taken out of it, one a line.
    named = ArrayField(models.CharField(max_length=10), default=list, blank=True, editable=False)
    named_why = SealedText("why other children are named", blank=True, default="")
    take_out = SealedText("words taken out", blank=True, default="")

    decision = models.CharField("decision", max_length=4, choices=Decision, blank=True, default="")
    because = models.CharField("why it is not shared", max_length=12, choices=Because, blank=True, default="")
    because_why = SealedText("that reason in words", blank=True, default="")

    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField("decided", null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    method = models.CharField("how it went", max_length=10, choices=Method, blank=True, default="")
    # The pack: the digest of the PDF, and of what it was made from.
    stored = models.CharField(max_length=80, blank=True, default="", editable=False)
    pack_digest = models.CharField(max_length=64, blank=True, default="", editable=False)
    pack_of = models.CharField(max_length=64, blank=True, default="", editable=False)
    pack_size = models.PositiveIntegerField(default=0, editable=False)
    packed_at = models.DateTimeField("pack made", null=True, blank=True)
    packed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # What stands in its way (`Bar`), and that two people let it go all the same.
    lift_of = ArrayField(models.CharField(max_length=64), default=list, blank=True, editable=False)
    lift_why = SealedText("why it goes all the same", blank=True, default="")
    lift_asked_at = models.DateTimeField("asked to let it go", null=True, blank=True)
    lift_asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField("let go", null=True, blank=True)
    lifted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sent_at = models.DateTimeField("sent", null=True, blank=True)
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    received_at = models.DateTimeField("received", null=True, blank=True)
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    asked_back_at = models.DateTimeField("asked back", null=True, blank=True)
    asked_back_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    discarded_at = models.DateTimeField(null=True, blank=True)
    discarded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # For which day people were told that nobody has answered.
    told_overdue_for = models.DateField(null=True, blank=True, editable=False)
    # Counts saves, so that the second of two people sees what the first changed.
    revision = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = "sharing decision"
        constraints: ClassVar = [
            models.UniqueConstraint("school", "year", "number", name="sharing_number_once"),
            # Nothing goes out, or is about to, without a law that lets it.
            models.CheckConstraint(
                condition=~Q(status__in=("to_send", "sent", "received", "asked_back")) | Q(reason__isnull=False),
                name="sharing_has_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("draft", "discarded"))
                | Q(status="not_shared", decision="none", decided_at__isnull=False) & ~Q(because="")
                | Q(
                    status__in=("to_send", "sent", "received", "asked_back"),
                    decision__in=("all", "part"),
                    decided_at__isnull=False,
                    because="",
                ),
                name="sharing_decided_as_it_stands",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("sent", "received", "asked_back"), sent_at__isnull=False) & ~Q(method="")
                | ~Q(status__in=("sent", "received", "asked_back")) & Q(sent_at=None, method=""),
                name="sharing_sent_as_it_stands",
            ),
            models.CheckConstraint(
                condition=~Q(because="detrimental") | Q(reason__isnull=False), name="sharing_harms_by_a_law"
            ),
            models.CheckConstraint(
                condition=Q(received_at=None) | Q(received_at__gte=F("sent_at")), name="sharing_received_after_sending"
            ),
            models.CheckConstraint(
                condition=Q(status="received", received_at__isnull=False)
                | Q(status="asked_back", asked_back_at__isnull=False)
                | Q(status="discarded", discarded_at__isnull=False)
                | ~Q(status__in=("received", "asked_back", "discarded"))
                & Q(received_at=None, asked_back_at=None, discarded_at=None),
                name="sharing_ended_as_it_stands",
            ),
            *(in_pairs(fact, name=f"sharing_{fact}_in_pairs") for fact in _STAMPS),
            models.CheckConstraint(
                condition=Q(lifted_at=None) | Q(lift_asked_at__isnull=False) & ~Q(lifted_by=F("lift_asked_by")),
                name="sharing_lifted_by_two",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["child", "-made_at"], name="sharing_of_child"),
            models.Index(fields=["school", "-made_at", "-id"], name="sharing_register"),
            models.Index(
                fields=["school", "due_on"], name="sharing_waits", condition=Q(status__in=("draft", "to_send"))
            ),
            models.Index(
                fields=["school", "follow_up_on"],
                name="sharing_unanswered",
                condition=Q(status__in=("sent", "asked_back")),
            ),
            models.Index(fields=["consent"], name="sharing_on_consent", condition=Q(consent__isnull=False)),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = (
            "person",
            "purpose",
            "answers",
            "consent_why",
            "content",
            "left_out",
            "necessity",
            "harm",
            "not_told_why",
            "advice_said",
            "onward",
            "because_why",
            "named_why",
            "take_out",
            "lift_why",
        )
        plain = (
            "token",
            "year",
            "number",
            "status",
            "is_call",
            "concerns",
            "asked",
            "due_on",
            "consent_stands",
            "child_told",
            "parents_told",
            "advice",
            "return_by",
            "follow_up_on",
            "decision",
            "because",
            "made_at",
            "decided_at",
            "named",
            "stored",
            "pack_digest",
            "pack_of",
            "pack_size",
            "packed_at",
            "lift_of",
            "lift_asked_at",
            "lifted_at",
            "method",
            "sent_at",
            "received_at",
            "asked_back_at",
            "discarded_at",
            "told_overdue_for",
            "revision",
        )
        source = Source.SAFEGUARDING_LEAD
        category = CATEGORY
        collection = WHY
        retention = Retention.GOES_WITH_IT
        # A consent stays as long as something was shared on it.
        links: ClassVar = {
            "concern": Link.EMPTIES,
            "referral": Link.EMPTIES,
            "concerns": Link.EMPTIES,
            "consent": Link.WAITS,
        }

    @property
    def reference(self) -> str:
        return f"S-{self.year}-{self.number:04d}"

    # What is in the pack is told by the records that were chosen, and not once more as a file.
    may_be_opened: ClassVar[bool] = False

    @property
    def has_pack(self) -> bool:
        """Whether the pages that go out are made."""
        return bool(self.stored)

    @property
    def is_shared(self) -> bool:
        """Whether it has left the building."""
        return self.status in SHARED

    @property
    def when(self) -> datetime:
        """When it was sent; until then when it was decided, else when it was begun."""
        return self.sent_at or self.decided_at or self.made_at

    def is_late(self, today: date) -> bool:
        """Whether it should have gone, or been decided, by now."""
        return self.status in WAITING and self.due_on is not None and self.due_on < today

    def is_due(self, today: date) -> bool:
        """Whether it waits for somebody's hand, and is not late: due today, or decided and not sent."""
        waits = self.status in WAITING and (self.due_on == today or self.status == _S.TO_SEND)
        return waits and not self.is_late(today)

    def is_unanswered(self, today: date) -> bool:
        """Whether nobody has answered to what was sent, or asked back, and the day has come to ask."""
        expected = self.follow_up_on
        return self.status in (_S.SENT, _S.ASKED_BACK) and expected is not None and expected <= today


_S = SharingEvent.Status
# What waits to be decided or sent; and what has left the building.
WAITING = (_S.DRAFT, _S.TO_SEND)
SHARED = (_S.SENT, _S.RECEIVED, _S.ASKED_BACK)
