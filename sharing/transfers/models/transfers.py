"""Which child has left, to which school does the file go, until when, and how does it stand?"""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from children.models import Child
from children.models.child import OfChild
from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.keys import uuid7
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import WRITTEN, Link, Retention, Sensitive, Source, notice_category
from safeguarding.sealing.fields import SealedText
from sharing.events.models import Recipient, TransferTime

CATEGORY = notice_category(
    "The file to the next school: when it went, and who confirmed it", Sensitive.SPECIAL, Sensitive.OFFENCES
)
WHY = (
    "mandatory: the child protection file follows the child (KCSIE 2025; public task, UK GDPR Article 6(1)(e); "
    "Education Act 2002 s.175)"
)
_STAMPS = ("confirmed", "stopped", "sent", "received", "settled")


class FileTransfer(models.Model):
    """That the file of a child who leaves has to follow it (domain reference 1.5), for one time on roll.

    Facts alone, and no words: they prove who has had the file, and stay when the child's record has ended. What was
    said stands in `TransferNote`, what was sent in `FileSending`.
    """

    class Status(models.TextChoices):
        LEFT = "left", "Destination to be confirmed"
        CONFIRMED = "confirmed", "To be sent"
        SENT = "sent", "Sent"
        RECEIVED = "received", "Received"
        SETTLED = "settled", "Settled"
        NOT_TO_SEND = "not_to_send", "Not to be sent"

    class Because(models.TextChoices):
        UNKNOWN = "unknown", "Nobody knows where the child is: the local authority was told"
        HOME = "home", "Educated at home"
        ABROAD = "abroad", "Moved abroad"
        DIED = "died", "The child has died"
        CAME_BACK = "came_back", "The child came back, or did not leave"
        MAIN_SCHOOL = "main_school", "The child’s main school holds the file"

    class OwnCopy(models.TextChoices):
        SCHEDULE = "schedule", "It ends as the retention schedule says"
        KEPT = "kept", "It is kept longer: state under Retention until when"
        # Of a file that the long rule for abuse may keep: a lead says so, and why.
        ENDS = "ends", "Kept under the long rule for abuse: ours ends, the next school has the whole file"
        STAYS = "stays", "Kept under the long rule for abuse: we keep ours"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    child = models.ForeignKey(Child, on_delete=models.PROTECT, null=True, related_name="+")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=12, choices=Status, default=Status.LEFT)
    last_day = models.DateField("last day at this school")
    # The next school, by its name and, where it is in the address book, as that has it.
    destination = models.CharField("next school", max_length=200, blank=True, default="")
    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # How long it may take, and what follows from it and the school's calendar.
    time = models.ForeignKey(TransferTime, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField("to be sent by")
    warn_on = models.DateField("should be on its way by")
    because = models.CharField("why it is not sent", max_length=12, choices=Because, blank=True, default="")
    authority_told_on = models.DateField("local authority told on", null=True, blank=True)
    own_copy = models.CharField("the school’s own copy", max_length=10, choices=OwnCopy, blank=True, default="")
    opened_at = models.DateTimeField()
    # Nobody: Harbour opened it when the child had left.
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField("destination confirmed", null=True, blank=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    stopped_at = models.DateTimeField("decided not to send it", null=True, blank=True)
    stopped_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sent_at = models.DateTimeField("first sent", null=True, blank=True)
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    received_at = models.DateTimeField("received", null=True, blank=True)
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField("settled", null=True, blank=True)
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # The days that were due when people were told that it should be on its way, and that it is late.
    told_warn_for = models.DateField(null=True, blank=True, editable=False)
    told_late_for = models.DateField(null=True, blank=True, editable=False)
    # Once the child's record has ended: the end of the year of birth, from which R18 counts. It tells no birthday.
    counted_from = models.DateField(null=True, blank=True, editable=False)
    # Counts saves, so that the second of two people sees what the first changed.
    revision = models.PositiveIntegerField(default=0, editable=False)

    objects = Protected()

    class Meta:
        verbose_name = "file to the next school"
        verbose_name_plural = "files to the next school"
        constraints: ClassVar = [
            models.UniqueConstraint(
                "child", condition=Q(status__in=("left", "confirmed", "sent", "received")), name="one_open_transfer"
            ),
            *(in_pairs(fact, name=f"transfer_{fact}_in_pairs") for fact in _STAMPS),
            models.CheckConstraint(
                condition=Q(status="left", confirmed_at=None, sent_at=None, stopped_at=None, because="")
                | Q(status="not_to_send", stopped_at__isnull=False, sent_at=None) & ~Q(because="")
                | Q(status__in=("confirmed", "sent", "received", "settled"), confirmed_at__isnull=False)
                & Q(stopped_at=None, because="")
                & ~Q(destination=""),
                name="transfer_goes_or_not",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("sent", "received", "settled"), sent_at__isnull=False, recipient__isnull=False)
                | Q(status__in=("left", "confirmed", "not_to_send"), sent_at=None),
                name="transfer_sent_as_it_stands",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("received", "settled"), received_at__isnull=False)
                | ~Q(status__in=("received", "settled")) & Q(received_at=None),
                name="transfer_received_as_it_stands",
            ),
            models.CheckConstraint(
                condition=Q(status="settled", settled_at__isnull=False) & ~Q(own_copy="")
                | ~Q(status="settled") & Q(settled_at=None, own_copy=""),
                name="transfer_settled_as_it_stands",
            ),
            models.CheckConstraint(
                condition=~Q(because="unknown") | Q(authority_told_on__isnull=False), name="transfer_authority_told"
            ),
            models.CheckConstraint(condition=Q(due_on__gte=F("warn_on")), name="transfer_warned_before_due"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["child", "-last_day"], name="transfer_of_child"),
            models.Index(fields=["school", "-last_day", "-id"], name="transfer_register"),
            models.Index(
                fields=["school", "due_on"], name="transfer_unsent", condition=Q(status__in=("left", "confirmed"))
            ),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        plain = (
            "status",
            "last_day",
            "destination",
            "due_on",
            "warn_on",
            "because",
            "authority_told_on",
            "own_copy",
            "opened_at",
            "confirmed_at",
            "stopped_at",
            "sent_at",
            "received_at",
            "settled_at",
            "told_warn_for",
            "told_late_for",
            "counted_from",
            "revision",
        )
        source = Source.SAFEGUARDING_LEAD
        category = CATEGORY
        collection = WHY
        # R18: it proves who has had the file, without what was in it.
        retention = Retention.ROOT
        schedule = "file_sent"
        links: ClassVar = {"child": Link.EMPTIES}
        emptied: ClassVar = {"child": {"counted_from": WRITTEN}}

    @property
    def is_unsent(self) -> bool:
        """Whether it waits to be confirmed or sent."""
        return self.status in UNSENT

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    def is_late(self, today: date) -> bool:
        """Whether it should have gone by now."""
        return self.is_unsent and self.due_on < today

    def is_due_soon(self, today: date) -> bool:
        """Whether the day has come on which it should be on its way, and it is not late yet."""
        return self.is_unsent and self.warn_on <= today <= self.due_on


class TransferNote(OfChild):
    """What somebody said of a transfer: an early conversation, why it is not sent, why it was taken up again.

    Only added.
    """

    class Kind(models.TextChoices):
        EARLY = "early", "Early conversation"
        STOPPED = "stopped", "Not to be sent"
        REOPENED = "reopened", "Taken up again"
        SETTLED = "settled", "Settled"

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    transfer = models.ForeignKey(FileTransfer, on_delete=models.PROTECT, related_name="notes")
    token = models.UUIDField(unique=True)
    kind = models.CharField("what it is", max_length=10, choices=Kind)
    person = SealedText("with", blank=True, default="")
    text = SealedText("what was said")
    happened_on = models.DateField("when")
    made_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "note on a file to the next school"
        verbose_name_plural = "notes on files to the next school"
        indexes: ClassVar = [models.Index(fields=["transfer", "made_at"], name="note_of_transfer")]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = ("person", "text")
        plain = ("token", "kind", "happened_on", "made_at")
        source = Source.SAFEGUARDING_LEAD
        category = CATEGORY
        collection = WHY
        retention = Retention.GOES_WITH_IT
        links: ClassVar = {"transfer": Link.WAITS}


_S = FileTransfer.Status
# What waits to be sent; and what is not over.
UNSENT = (_S.LEFT, _S.CONFIRMED)
OPEN = (*UNSENT, _S.SENT, _S.RECEIVED)
