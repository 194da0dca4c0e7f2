"""Which law lets or makes a school share, what does a school say that it has read, and how long has a file to follow a
child?
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.clocks import Unit
from safeguarding.dates import counted
from safeguarding.keys import uuid7
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Kept, Retention, Source

from .recipients import Recipient

TO_BE_CONFIRMED = "To be confirmed"
_OFFENCES = "UK GDPR Article 10; Data Protection Act 2018 section 10(5)"
_NO_CONDITION = "with a condition of Schedule 1 that is to be confirmed"


class LegalReason(models.Model):
    """A law by which a school shares, with the test that it asks as questions: dated rows with their source, from
    `data/legal_reasons.json`.

    One `to_confirm` counts as what it is only at a school that has said where it read it (`LawConfirmed`).
    """

    class Kind(models.TextChoices):
        DUTY = "duty", "Duty"
        POWER = "power", "Power"
        ORDER = "order", "Order of a court"
        PERMISSION = "permission", "Permission"
        CONSENT = "consent", "Consent"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind)
    law = models.CharField("law", max_length=200)
    says = models.TextField("what it says, in words", max_length=1000)
    # UK GDPR, and for special categories the condition of the Data Protection Act 2018.
    article6 = models.CharField("UK GDPR Article 6", max_length=60)
    article9 = models.CharField("UK GDPR Article 9", max_length=60, blank=True)
    condition = models.CharField("condition of the Data Protection Act 2018", max_length=160, blank=True)
    # Each {"key", "asks", "takes": "words" | "yes" | "choice", "choices": [[key, words], …]}.
    questions = models.JSONField("its test", default=list, blank=True)
    # Kinds of recipient that it binds beside the school: of these alone it is asked whether sharing would harm more.
    binds = ArrayField(models.CharField(max_length=20, choices=Recipient.Kind), default=list, blank=True)
    asks_more_detrimental = models.BooleanField("not to share asks whether sharing would do more harm", default=False)
    to_confirm = models.BooleanField("to be confirmed", default=False)
    order = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField("where it comes from", max_length=300)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("code", "valid_from", name="legal_reason_once")]

    class PersonalData(personal_data.PersonalData):
        plain = (
            "code",
            "title",
            "kind",
            "law",
            "says",
            "article6",
            "article9",
            "condition",
            "questions",
            "binds",
            "asks_more_detrimental",
            "to_confirm",
            "order",
            "valid_from",
            "valid_to",
            "source",
        )
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.LAW

    @property
    def offences(self) -> str:
        """By which law and condition it covers information about offences; empty where it covers none.

        UK GDPR Article 10 and section 10(5) of the Data Protection Act 2018, which asks for a condition of Schedule 1.
        """
        if not self.article9:
            return ""
        return f"{_OFFENCES}, {self.condition or _NO_CONDITION}"


class LawConfirmed(models.Model):
    """That a school has read a law or an edition that Harbour knows of and has not read: where, and from when it holds.

    Taken back, it is to be confirmed again.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    # Of a `LegalReason` or a `GuidanceEdition`.
    code = models.CharField(max_length=40)
    read_in = models.CharField("where the school read it", max_length=300)
    from_day = models.DateField("in force from")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "law as the school has read it"
        verbose_name_plural = "laws as the school has read them"
        constraints: ClassVar = [
            in_pairs("ended", name="law_confirmed_ended_in_pairs"),
            models.UniqueConstraint("school", "code", condition=Q(ended_at=None), name="law_confirmed_one_live"),
        ]

    class PersonalData(personal_data.PersonalData):
        plain = ("token", "code", "read_in", "from_day", "made_at", "ended_at")
        source = Source.SCHOOL
        retention = Retention.KEPT
        kept = Kept.SETTING
        setting = True

    @property
    def called(self) -> str:
        """What it is called where a change of it is told."""
        return self.read_in


class TransferTime(models.Model):
    """How long a school has to send the file of a child who has left, counted from the day after leaving.

    The row without a school is Harbour's own, from `data/transfer_times.json`; a school may set its own.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    amount = models.PositiveSmallIntegerField("time to send it")
    warn_after = models.PositiveSmallIntegerField("warned after")
    unit = models.CharField(
        "counted in", max_length=12, choices=[(Unit.SCHOOL_DAYS.value, "School days"), (Unit.DAYS.value, "Days")]
    )
    from_day = models.DateField("in force from")
    until_day = models.DateField("in force until", null=True, blank=True)
    source = models.CharField("where it comes from", max_length=300)
    # Of one that a school has set.
    token = models.UUIDField(null=True, blank=True, unique=True)
    made_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "time to send a file"
        verbose_name_plural = "times to send a file"
        constraints: ClassVar = [
            models.UniqueConstraint("from_day", condition=Q(school=None), name="transfer_time_once"),
            models.UniqueConstraint(
                "school", condition=Q(until_day=None, school__isnull=False), name="transfer_time_one_live"
            ),
            models.CheckConstraint(condition=Q(warn_after__lte=F("amount")), name="transfer_time_warned_before"),
            models.CheckConstraint(
                condition=Q(school=None, made_at=None, token=None)
                | Q(school__isnull=False, made_at__isnull=False, token__isnull=False),
                name="transfer_time_of_a_school",
            ),
            in_pairs("made", name="transfer_time_made_in_pairs"),
        ]

    class PersonalData(personal_data.PersonalData):
        plain = ("amount", "warn_after", "unit", "from_day", "until_day", "source", "token", "made_at")
        source = Source.SCHOOL
        retention = Retention.KEPT
        kept = Kept.SETTING
        setting = True

    @property
    def called(self) -> str:
        """What it is called where a change of it is told."""
        return "The file to the next school"

    @property
    def in_words(self) -> str:
        """5 school days."""
        return counted(self.amount, self.unit.replace("_", " ").removesuffix("s"))
