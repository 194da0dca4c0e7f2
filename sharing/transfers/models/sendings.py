"""What was built to be sent to the next school, by whose sight, and in which volumes does it lie?"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from children.models import Child
from children.models.child import OfChild
from safeguarding import personal_data
from safeguarding.accounts.models import User
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Link, Retention, Source
from safeguarding.sealing.fields import SealedJSON, SealedText
from safeguarding.uploads.models import InStore
from sharing.events.models import SharingEvent

from .transfers import CATEGORY, WHY, FileTransfer


class FileSending(OfChild):
    """A file that is built for a transfer with the rights of who asks, and goes as one decision to share: the whole
    file first, then what was added.

    The worker builds it. Its key is that of the file. Only who asked opens it.
    """

    class Building(models.TextChoices):
        """What the machine has done."""

        ASKED = "asked", "Waits to be built"
        BUILDING = "building", "Is being built"
        BUILT = "built", "Built"
        FAILED = "failed", "Could not be built"

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    transfer = models.ForeignKey(FileTransfer, on_delete=models.PROTECT, related_name="sendings")
    # As one it went outside; until then nothing has.
    event = models.OneToOneField(SharingEvent, on_delete=models.PROTECT, null=True, blank=True, related_name="file")
    token = models.UUIDField(unique=True)
    is_addition = models.BooleanField("holds what the files before it do not", default=False)
    building = models.CharField(max_length=10, choices=Building, default=Building.ASKED)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Of one that is built.
    built_at = models.DateTimeField(null=True, blank=True)
    # A sentence for who asked, without a name.
    failed_because = models.CharField("why it could not be built", max_length=300, blank=True, default="")
    entries = models.PositiveIntegerField("records in it", default=0)
    manifest_digest = models.CharField(max_length=64, blank=True, default="")
    # The public half of the key that signs it, whole: it is compared by telephone.
    public_key = models.CharField("signed with", max_length=200, blank=True, default="")
    # What it tells, each as a digest under the key of the transfer: readers know of their own entries whether they
    # went, and learn of no others.
    told = SealedJSON("what it tells", default=list, blank=True)
    # The words that open it: shown once to who asked for it, and emptied with that.
    words = SealedText("the words that open it", blank=True, default="")
    words_shown_at = models.DateTimeField(null=True, blank=True)
    # Built once more before it was sent: its volumes are gone.
    dropped_at = models.DateTimeField(null=True, blank=True)
    dropped_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # What the next school signed, and the public half of its key.
    receipt = SealedText("signed receipt", blank=True, default="")
    receipt_key = models.CharField("receipt signed with", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "file built for the next school"
        verbose_name_plural = "files built for the next school"
        constraints: ClassVar = [
            # One at a time is built or waits to be sent by the same person.
            models.UniqueConstraint(
                "transfer",
                "asked_by",
                condition=Q(event=None, dropped_at=None) & ~Q(building="failed"),
                name="one_file_in_hand",
            ),
            models.CheckConstraint(
                condition=Q(building="built", built_at__isnull=False) & ~Q(manifest_digest="")
                | ~Q(building="built") & Q(built_at=None, event=None),
                name="file_built_as_it_stands",
            ),
            models.CheckConstraint(
                condition=Q(building="failed") & ~Q(failed_because="") | ~Q(building="failed") & Q(failed_because=""),
                name="file_failed_because",
            ),
            models.CheckConstraint(condition=Q(event=None) | Q(dropped_at=None), name="file_sent_is_not_dropped"),
            in_pairs("dropped", name="file_dropped_in_pairs"),
        ]
        indexes: ClassVar = [models.Index(fields=["transfer", "asked_at"], name="sending_of_transfer")]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = ("told", "words", "receipt")
        plain = (
            "token",
            "is_addition",
            "building",
            "asked_at",
            "built_at",
            "failed_because",
            "entries",
            "manifest_digest",
            "public_key",
            "words_shown_at",
            "dropped_at",
            "receipt_key",
        )
        source = Source.SAFEGUARDING_LEAD
        category = CATEGORY
        collection = WHY
        retention = Retention.GOES_WITH_IT
        links: ClassVar = {"transfer": Link.WAITS}

    @property
    def is_ready(self) -> bool:
        """Whether it can be handed over."""
        return self.building == self.Building.BUILT and self.event_id is None and self.dropped_at is None

    @property
    def is_at_work(self) -> bool:
        """Whether the machine has still to do something."""
        return self.building in (self.Building.ASKED, self.Building.BUILDING)


class FileVolume(OfChild, InStore):
    """One volume of a file: an encrypted PDF, which lies sealed in the store."""

    sending = models.ForeignKey(FileSending, on_delete=models.PROTECT, related_name="volumes")
    number = models.PositiveSmallIntegerField("volume")
    of = models.PositiveSmallIntegerField("of")
    pages = models.PositiveSmallIntegerField()
    size = models.PositiveIntegerField("bytes")
    digest = models.CharField(max_length=64)
    # Who opens it: nobody else.
    built_for = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    built_at = models.DateTimeField()

    # What is in it is told by the records themselves, and not once more as a file.
    may_be_opened: ClassVar[bool] = False

    class Meta:
        verbose_name = "volume of a file to the next school"
        verbose_name_plural = "volumes of files to the next school"
        constraints: ClassVar = [
            models.UniqueConstraint("sending", "number", name="volume_once"),
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=models.F("of")), name="volume_is_one_of"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        plain = ("number", "of", "pages", "size", "digest", "stored", "built_at")
        source = Source.SAFEGUARDING_LEAD
        category = CATEGORY
        collection = WHY
        retention = Retention.GOES_WITH_IT
