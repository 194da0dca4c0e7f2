"""Which files belong to a concern? What is in them is sealed in the store of files; here is what they are called and how they stand."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.personal_data import Retention, Source
from safeguarding.sealing.fields import SealedText
from safeguarding.uploads.kinds import KINDS, Kind

from .concern import Concern
from .kinds import KCSIE, key


class Attachment(models.Model):
    """A file that a reporter or a lead attached to a concern. Never changed; withheld at once and removed by two people at need."""

    class Scan(models.TextChoices):
        """What is known of viruses in it: what the machine has done."""

        WAITING = "waiting", "Waits to be scanned for viruses"
        CLEAN = "clean", "Scanned: no virus found"
        NOT_SCANNED = "not_scanned", "Not scanned: this school has no virus scanner"
        INFECTED = "infected", "Has a virus: it cannot be downloaded"
        UNSCANNABLE = "unscannable", "Could not be scanned: it cannot be downloaded"

    class Removal(models.TextChoices):
        """Why a file is taken out without the usual waiting (domain reference 1.2, and KCSIE)."""

        INTIMATE = "intimate", "It shows a child nude or partly nude"
        OTHER_CHILD = "other_child", "It is about another child or family, attached by mistake"
        UNLAWFUL = "unlawful", "The school may not hold it"

    id = key()
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="attachments")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    name = SealedText("name of the file")
    kind = models.CharField(max_length=10, choices=[(k.key, k.title) for k in KINDS.values()])
    size = models.PositiveIntegerField("bytes")
    # A PDF that does something by itself or carries other files.
    is_active = models.BooleanField(default=False)
    # Where what is sealed lies in the store: the file as it came, and pictures of it, drawn anew. Names that say nothing.
    stored = models.CharField(max_length=80, blank=True)
    pictures = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    scan = models.CharField(max_length=12, choices=Scan)
    scanned_at = models.DateTimeField(null=True, blank=True)
    attached_at = models.DateTimeField(db_default=Now())
    withheld_at = models.DateTimeField(null=True, blank=True)
    withheld_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    removal = models.CharField("why it is taken out", max_length=12, choices=Removal, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = Protected()

    class Meta:
        indexes = [models.Index(fields=["concern", "attached_at"], name="attachment_of_concern")]
        constraints = [
            models.CheckConstraint(
                condition=Q(withheld_at=None, withheld_by=None, removal="")
                | (Q(withheld_at__isnull=False, withheld_by__isnull=False) & ~Q(removal="")),
                name="attachment_withheld_in_pairs",
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None)
                | Q(removed_at__isnull=False, removed_by__isnull=False, withheld_at__isnull=False, stored=""),
                name="attachment_removed_by_two",
            ),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        sealed_by = "concern"
        narrative = ("name",)
        plain = (
            "token", "kind", "size", "is_active", "stored", "pictures", "scan", "scanned_at", "attached_at", "withheld_at",
            "removal", "removed_at",
        )  # fmt: skip
        source = Source.NOTE_OF_CONCERN
        collection = KCSIE
        retention = Retention.GOES_WITH_IT

    @property
    def of_kind(self) -> Kind:
        return KINDS[self.kind]

    @property
    def is_withheld(self) -> bool:
        return self.withheld_at is not None

    @property
    def may_be_opened(self) -> bool:
        """Whether anybody may have it: scanned and clean, or at a school without a scanner; and not withheld."""
        return not self.is_withheld and self.scan in (self.Scan.CLEAN, self.Scan.NOT_SCANNED)
