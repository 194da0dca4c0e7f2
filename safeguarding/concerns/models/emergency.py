"""Who has the sheet for when nothing works, sealed or as an encrypted file, and is it still true?"""

from django.db import models

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Kept, Retention, Source
from safeguarding.sealing.fields import SealedText

from .kinds import key


class EmergencySheet(models.Model):
    """That a sheet was made, for whom, and where it is.

    What stands on it is kept nowhere: a digest says whether it still holds.
    """

    class Form(models.TextChoices):
        PRINT = "print", "On paper, in a sealed envelope"
        FILE = "file", "As an encrypted file"

    id = key()
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    form = models.CharField("how", max_length=10, choices=Form)
    holder = SealedText("who holds it")
    place = models.CharField("where it is kept", max_length=100)
    envelope = models.CharField("number on the envelope", max_length=40, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Of the facts as its maker saw them, with a secret of this installation: nobody can try facts out against it.
    digest = models.CharField(max_length=64)
    # By the worker: a fact has changed; and whether its maker may not see all that belongs on it.
    stale_at = models.DateTimeField(null=True, blank=True)
    lacks_something = models.BooleanField(default=False)
    destroyed_at = models.DateTimeField(null=True, blank=True)
    destroyed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = Protected()

    class Meta:
        constraints = [
            models.UniqueConstraint("school", "year", "number", name="sheet_reference_once"),
            in_pairs("destroyed", name="sheet_destroyed_in_pairs"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "made_by"
        sealed_by = "id"
        narrative = ("holder",)
        plain = (
            "token",
            "year",
            "number",
            "form",
            "place",
            "envelope",
            "made_at",
            "digest",
            "stale_at",
            "lacks_something",
            "destroyed_at",
        )
        source = Source.SAFEGUARDING_LEAD
        collection = "mandatory: who holds a copy of records must be known (UK GDPR Art 5(1)(f), 5(2))"
        retention = Retention.KEPT
        kept = Kept.DONE

    @property
    def reference(self) -> str:
        """The number that stands on the sheet and its envelope: E-2026-0003."""
        return f"E-{self.year}-{self.number:04d}"
