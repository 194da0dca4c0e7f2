"""Which file of a child has come from another school, from which one, and how does this school know that?"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from children.models import Child
from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.addresses import address_of
from safeguarding.audit.protection import Protected
from safeguarding.concerns.models import EarlierBatch
from safeguarding.keys import uuid7
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import WRITTEN, Link, Retention, Source, notice_category
from safeguarding.sealing.fields import SealedText

CATEGORY = notice_category("Files from other schools: which came when, and from which school")
WHY = (
    "mandatory: the child protection file is transferred, and its receipt confirmed (KCSIE 2025; public task, UK GDPR "
    "Article 6(1)(e); Education Act 2002 s.175)"
)
LONGEST_SENDER = 200
_WORDS = ("manifest", "spoke_to", "content")


class FileReceived(models.Model):
    """A file of one child from another school: one that Harbour made and was opened here, or one on paper or a stick.

    What a file of Harbour says becomes an earlier batch, which is looked at, confirmed and withdrawn as such. Here
    stands what proves that it came, and from which school: its manifest, the key that signed it, who confirmed by
    telephone that it is theirs, and the receipt. The facts stay when the child's record has ended, the words end.
    """

    class How(models.TextChoices):
        HARBOUR = "harbour", "File made by Harbour"
        PAPER = "paper", "On paper"
        STICK = "stick", "On a memory stick or disc"
        EMAIL = "email", "By secure e-mail"
        OTHER = "other", "In another way"

    class NumberFrom(models.TextChoices):
        """Where the number was found that was rung: never in the message that brought the file."""

        REGISTER = "register", "Get Information about Schools, the government’s register"
        WEBSITE = "website", "The school’s website, typed in by hand"
        BOOK = "book", "Our address book, where it was checked before"
        AUTHORITY = "authority", "The local authority"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    child = models.ForeignKey(Child, on_delete=models.PROTECT, null=True, related_name="+")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    # Of the form it came with: a double click takes in one.
    token = models.UUIDField(unique=True)
    how = models.CharField("how it came", max_length=8, choices=How)
    sender = models.CharField("the school that sent it", max_length=LONGEST_SENDER)
    sender_urn = models.CharField("its URN", max_length=10, blank=True, default="")
    came_on = models.DateField("came on")
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Of one that did not come as a file of Harbour: what it is, and where it is kept.
    content = SealedText("what came, and where it is kept", blank=True, default="")

    # Of a file of Harbour: its own key, and what became of what it says.
    file = models.UUIDField(null=True, blank=True, editable=False)
    batch = models.OneToOneField(EarlierBatch, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made_on = models.DateField("made on", null=True, blank=True)
    is_addition = models.BooleanField("an addition to an earlier file", default=False)
    entries = models.PositiveIntegerField(default=0)
    volumes = models.PositiveSmallIntegerField(default=0)
    manifest = SealedText("its manifest", blank=True, default="")
    manifest_digest = models.CharField(max_length=64, blank=True, default="", editable=False)

    # The public half of the key that signed it, and whether it was known to be that school's before.
    sender_key = models.CharField("the key that signed it", max_length=200, blank=True, default="", editable=False)
    key_was_known = models.BooleanField(default=False)
    called_on = models.DateField("telephoned on", null=True, blank=True)
    spoke_to = SealedText("spoke to", blank=True, default="")
    number_from = models.CharField(
        "where the number was found", max_length=9, choices=NumberFrom, blank=True, default=""
    )
    confirmed_at = models.DateTimeField("key confirmed", null=True, blank=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    # A text that the worker signs once what the file says is on the record, for the school that sent it.
    receipt = models.TextField(blank=True, default="", editable=False)
    receipt_at = models.DateTimeField("receipt signed", null=True, blank=True)
    # Once the child's record has ended: the end of the year of birth, from which R18 counts. It tells no birthday.
    counted_from = models.DateField(null=True, blank=True, editable=False)

    objects = Protected()

    class Meta:
        verbose_name = "file from another school"
        verbose_name_plural = "files from other schools"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(how="harbour", file__isnull=False, batch__isnull=False, made_on__isnull=False)
                & ~Q(manifest_digest="")
                & ~Q(sender_key="")
                | ~Q(how="harbour") & Q(file=None, batch=None, made_on=None, manifest_digest="", sender_key=""),
                name="received_as_it_came",
            ),
            in_pairs("confirmed", name="received_confirmed_in_pairs"),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, called_on=None, number_from="")
                | Q(how="harbour", confirmed_at__isnull=False, called_on__isnull=False) & ~Q(number_from=""),
                name="received_confirmed_by_a_call",
            ),
            models.CheckConstraint(
                condition=Q(receipt_at=None, receipt="") | Q(how="harbour", receipt_at__isnull=False) & ~Q(receipt=""),
                name="received_receipt_of_a_file",
            ),
            models.CheckConstraint(
                condition=Q(made_on=None) | Q(came_on__gte=F("made_on")), name="received_after_it_was_made"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["child", "-received_at"], name="received_of_child"),
            models.Index(fields=["school", "-received_at"], name="received_of_school"),
            models.Index(fields=["school", "file"], name="received_file"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = _WORDS
        plain = (
            "token",
            "how",
            "sender",
            "sender_urn",
            "came_on",
            "received_at",
            "file",
            "made_on",
            "is_addition",
            "entries",
            "volumes",
            "manifest_digest",
            "sender_key",
            "key_was_known",
            "called_on",
            "number_from",
            "confirmed_at",
            "receipt",
            "receipt_at",
            "counted_from",
        )
        source = Source.OTHER_SCHOOL
        category = CATEGORY
        collection = WHY
        # R18: it proves who has had the file, without what was in it.
        retention = Retention.ROOT
        schedule = "file_received"
        links: ClassVar = {"child": Link.EMPTIES, "file": Link.APART}
        emptied: ClassVar = {"child": dict.fromkeys(_WORDS, "") | {"counted_from": WRITTEN}}

    def get_absolute_url(self) -> str:
        return str(address_of("received_file", self.pk))

    @property
    def is_file(self) -> bool:
        """Whether it came as a file of Harbour."""
        return self.how == self.How.HARBOUR

    @property
    def is_sure(self) -> bool:
        """Whether the school knows that the key is that of who is said to have sent it."""
        return self.key_was_known or self.confirmed_at is not None

    @property
    def waits_for_call(self) -> bool:
        """Whether somebody has still to telephone the school that is said to have sent it."""
        return self.is_file and not self.is_sure and self.batch is not None and self.batch.status == B.HELD

    @property
    def stands(self) -> bool:
        """Whether what it says is on the record, or on its way there."""
        return self.batch is None or self.batch.status not in GONE


B = EarlierBatch.Status
# Of these nothing was taken, or it was taken out again: the file may be opened once more.
GONE = (B.ABANDONED, B.REFUSED, B.WITHDRAWN)
