"""What is known of a file that somebody attached?

What is in it is sealed in the store; here is what it is called and how it stands.
"""

from collections.abc import Collection
from typing import ClassVar, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.keys import uuid7
from safeguarding.personal_data import Kept, Retention, Source, own_models
from safeguarding.sealing.fields import SealedText

from .kinds import KINDS, Kind

# What `PersonalData` of each kind of file says of these fields.
NARRATIVE = ("name",)
PLAIN = (
    "token",
    "kind",
    "size",
    "is_active",
    "stored",
    "pictures",
    "scan",
    "scanned_at",
    "signatures",
    "attached_at",
    "withheld_at",
    "removal",
    "removed_at",
)


class InStore(models.Model):
    """Something that lies sealed in the store of files, under a name that says nothing."""

    stored = models.CharField(max_length=80, blank=True)

    class Meta:
        abstract = True

    @classmethod
    def names_in_store(cls, keys: Collection[UUID] | None = None) -> set[str]:
        """The names of all that rows of this model have there, or those with these keys."""
        return set(cls._of(keys).exclude(stored="").values_list("stored", flat=True))

    @classmethod
    def _of(cls, keys: Collection[UUID] | None) -> models.QuerySet[Self]:
        rows = cls._default_manager.all()
        return rows if keys is None else rows.filter(pk__in=keys)


class StoredFile(InStore):
    """A file that belongs to a record. Never changed; withheld at once and removed by two people at need."""

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

    # Where it belongs in the navigation.
    nav: ClassVar[str]
    # Whether it counts towards what one person may attach in a day.
    counts_for_the_day: ClassVar[bool] = True
    # Whether it opens although what it belongs to was entered in error: where a page about that leads to it.
    opens_in_error: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    name = SealedText("name of the file")
    kind = models.CharField(max_length=10, choices=[(k.key, k.title) for k in KINDS.values()])
    size = models.PositiveIntegerField("bytes")
    # A PDF that does something by itself or carries other files.
    is_active = models.BooleanField(default=False)
    # Pictures of it, drawn anew, where they lie in the store beside the file as it came.
    pictures = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    scan = models.CharField(max_length=12, choices=Scan)
    scanned_at = models.DateTimeField(null=True, blank=True)
    # The number of the signatures with which that was.
    signatures = models.PositiveIntegerField(null=True, blank=True)
    attached_at = models.DateTimeField(db_default=Now())
    withheld_at = models.DateTimeField(null=True, blank=True)
    withheld_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    removal = models.CharField("why it is taken out", max_length=12, choices=Removal, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = Protected()

    class Meta(InStore.Meta):
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(withheld_at=None, withheld_by=None, removal="")
                | (Q(withheld_at__isnull=False, withheld_by__isnull=False) & ~Q(removal="")),
                name="%(class)s_withheld_in_pairs",
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None)
                | Q(removed_at__isnull=False, removed_by__isnull=False, withheld_at__isnull=False, stored=""),
                name="%(class)s_removed_by_two",
            ),
        ]

    def get_absolute_url(self) -> str:
        """The page of its record on which the file stands."""
        raise NotImplementedError

    @property
    def belongs_to(self) -> str:
        """What the record is called to which it belongs: its reference, never a name."""
        raise NotImplementedError

    @classmethod
    def names_in_store(cls, keys: Collection[UUID] | None = None) -> set[str]:
        pictures = cls._of(keys).exclude(pictures=[]).values_list("pictures", flat=True)
        return super().names_in_store(keys).union(*pictures)

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


class ScannerCheck(models.Model):
    """What the virus scanner said when it was last asked. One row; none before it was asked for the first time."""

    ONLY: ClassVar[UUID] = UUID(int=1)

    id = models.UUIDField(primary_key=True, default=ONLY, editable=False)
    answered_at = models.DateTimeField(null=True, blank=True)
    away_since = models.DateTimeField(null=True, blank=True)
    # The number of its signatures, and when they were made; 0 where it has none but those of the school.
    signatures = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(null=True, blank=True)

    class PersonalData(personal_data.PersonalData):
        plain = ("answered_at", "away_since", "signatures", "made_at")
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.MACHINE


def kinds_of_file() -> list[type[StoredFile]]:
    """The models of files, of every app."""
    return [model for model in own_models() if issubclass(model, StoredFile)]


def names_in_store() -> set[str]:
    """The name of every file that belongs to something."""
    return set().union(*(model.names_in_store() for model in own_models() if issubclass(model, InStore)))
