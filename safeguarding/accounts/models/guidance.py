"""Which guidance counts, and in which edition? Dated rows that Harbour brings, from `accounts/data/editions.json`."""

from typing import ClassVar

from django.db import models

from safeguarding import personal_data
from safeguarding.keys import uuid7
from safeguarding.personal_data import Kept, Retention, Source


class GuidanceEdition(models.Model):
    """One edition of a guidance, such as *Keeping children safe in education* of 2025.

    One `to_confirm` is known of and was not read: it counts at no school before that school has said where it read it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=40, unique=True)
    # The guidance of which it is an edition.
    guidance = models.CharField(max_length=20)
    title = models.CharField(max_length=160)
    edition = models.CharField(max_length=40)
    from_day = models.DateField("in force from", null=True, blank=True)
    until_day = models.DateField("in force until", null=True, blank=True)
    source = models.CharField("where it comes from", max_length=300)
    to_confirm = models.BooleanField("to be confirmed", default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("guidance", "edition", name="guidance_edition_once"),
            models.CheckConstraint(
                condition=models.Q(to_confirm=True) | models.Q(from_day__isnull=False),
                name="guidance_edition_in_force_from",
            ),
        ]

    class PersonalData(personal_data.PersonalData):
        plain = ("code", "guidance", "title", "edition", "from_day", "until_day", "source", "to_confirm")
        source = Source.HARBOUR
        retention = Retention.KEPT
        kept = Kept.LAW

    @property
    def named(self) -> str:
        """Keeping children safe in education, 2025."""
        return f"{self.title}, {self.edition}"
