"""To which organisations may something go? The address book of a school: organisations, and never persons."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.keys import uuid7
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Kept, Retention, Source


class Recipient(models.Model):
    """An organisation, a team or an office, with how it is reached, and when and how that was checked.

    Rows without a school are Harbour's own (`data/recipients.json`): those that the privacy notice names, and who else
    is asked for by law. They are never checked. A school's row with the same `code` replaces one.
    """

    class Kind(models.TextChoices):
        DFE = "dfe", "Department for Education"
        AUTHORITY = "authority", "Local authority"
        SOCIAL_CARE = "social_care", "Children’s social care"
        SCHOOL = "school", "School or education setting"
        SUPPORT = "support", "Special educational needs support"
        HEALTH = "health", "Health service"
        POLICE = "police", "Police"
        COURT = "court", "Court"
        OFFICER = "officer", "Local authority designated officer"
        OTHER = "other", "Another organisation"

    class Checked(models.TextChoices):
        WEBSITE = "website", "On the organisation’s own website"
        CALL_BACK = "call_back", "Rang the number of its switchboard and was put through"
        ANSWERED = "answered", "It answered from this address"
        LETTER = "letter", "On its letter or its directory"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Of one that Harbour brings, and of the school's row that replaces it.
    code = models.CharField(max_length=24, blank=True)
    kind = models.CharField("what it is", max_length=20, choices=Kind)
    name = models.CharField("organisation", max_length=160)
    office = models.CharField("team or office", max_length=160, blank=True)
    email = models.CharField("e-mail", max_length=254, blank=True)
    telephone = models.CharField("telephone", max_length=40, blank=True)
    address = models.CharField("postal address", max_length=300, blank=True)
    portal = models.CharField("online portal", max_length=200, blank=True)
    # Which items of the privacy notice name it (domain reference 8).
    items = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True, editable=False)
    checked_how = models.CharField("checked how", max_length=10, choices=Checked, blank=True)
    checked_on = models.DateField("checked on", null=True, blank=True)
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Counts saves, so that the second of two people sees what the first changed.
    revision = models.PositiveIntegerField(default=0, editable=False)
    token = models.UUIDField(null=True, blank=True, unique=True)
    made_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "school", "code", condition=~Q(code=""), nulls_distinct=False, name="recipient_code_once"
            ),
            models.CheckConstraint(
                condition=Q(checked_how="", checked_on=None, checked_by=None)
                | ~Q(checked_how="") & Q(checked_on__isnull=False, checked_by__isnull=False),
                name="recipient_checked_whole",
            ),
            models.CheckConstraint(
                condition=Q(school=None, token=None, made_at=None, checked_on=None, ended_at=None) & ~Q(code="")
                | Q(school__isnull=False, token__isnull=False, made_at__isnull=False),
                name="recipient_of_a_school",
            ),
            in_pairs("made", name="recipient_made_in_pairs"),
            in_pairs("ended", name="recipient_ended_in_pairs"),
        ]

    class PersonalData(personal_data.PersonalData):
        plain = (
            "code",
            "kind",
            "name",
            "office",
            "email",
            "telephone",
            "address",
            "portal",
            "items",
            "checked_how",
            "checked_on",
            "revision",
            "token",
            "made_at",
            "ended_at",
        )
        source = Source.SCHOOL
        retention = Retention.KEPT
        kept = Kept.SETTING
        setting = True

    @property
    def called(self) -> str:
        """Stockport children’s social care, duty team."""
        return ", ".join(filter(None, (self.name, self.office)))

    @property
    def choice(self) -> str:
        """What a form calls it: the same before and after the school has a row of its own for it."""
        return self.code or str(self.pk)

    @property
    def is_checked(self) -> bool:
        return self.checked_on is not None
