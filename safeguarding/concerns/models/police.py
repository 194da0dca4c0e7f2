"""What did the police tell the school of a domestic-abuse incident, and who supports the child? (Operation Encompass)

Six things: when it happened, when and from which force word came, which children, what happened as the police put it,
the key adult, and silent or overt support. What happened, when, and which children are the account of its concern, so
that they stand once; the rest is here.
"""

from django.db import models
from django.db.models import Q

from safeguarding import personal_data
from safeguarding.accounts.models import User
from safeguarding.personal_data import Retention, Sensitive, Source, notice_category
from safeguarding.sealing.fields import SealedText

from .bases import OfConcern
from .concern import Concern
from .kinds import KCSIE

_NOTICES = notice_category("Notices of the police (Operation Encompass)", Sensitive.SPECIAL, Sensitive.OFFENCES)


class PoliceNotice(OfConcern):
    """The notice from which a concern began. Who gives support may be said later, by a lead.

    Schedule of retention: R25, from the date of birth, as R02. That is the period of the concern it began, and it is
    sealed with that concern's key, so it goes with it (domain reference 4).
    """

    class Support(models.TextChoices):
        SILENT = "silent", "Silent: staff keep watch and do not speak of it to the child"
        OVERT = "overt", "Overt: the key adult speaks with the child"

    concern = models.OneToOneField(Concern, on_delete=models.PROTECT, related_name="police_notice")
    received_at = models.DateTimeField("when it came")
    force = SealedText("from which force, and from whom")
    their_reference = SealedText("their reference", blank=True)
    key_adult = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    support = models.CharField("support", max_length=6, choices=Support, blank=True)
    named_at = models.DateTimeField(null=True, blank=True)
    named_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Counts saves, so that the second of two leads sees what the first changed.
    revision = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = "police notice"
        constraints = [
            models.CheckConstraint(
                condition=Q(key_adult=None, support="", named_at=None, named_by=None)
                | Q(key_adult__isnull=False, named_at__isnull=False, named_by__isnull=False) & ~Q(support=""),
                name="key_adult_with_support",
            )
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        sealed_by = "concern"
        narrative = ("force", "their_reference")
        plain = ("received_at", "support", "named_at", "revision")
        source = Source.POLICE
        category = _NOTICES
        collection = KCSIE
        retention = Retention.GOES_WITH_IT

    @property
    def reference(self) -> str:
        return self.concern.reference
