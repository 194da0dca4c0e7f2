"""Who must be kept away from a child, who decides, and what may nobody be told? With who recorded and confirmed it."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from safeguarding import personal_data
from safeguarding.accounts.models import User
from safeguarding.keys import uuid7
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Retention, Source
from safeguarding.sealing.fields import SealedText

from .child import Child, OfChild
from .family import ADDRESS, ADULTS, Contact
from .sources import ToldBy

# What every safeguard keeps of who recorded and confirmed it, and how it ended.
_WORDS = ("evidence", "end_reason", "correction")
_STATE = ("token", "status", "told_by", "recorded_at", "confirmed_at", "ended_at", "corrected_at", "revision")


class Safeguard(OfChild):
    """What is recorded to protect a child. It binds from the moment it is recorded, confirmed or not.

    *Ended*: it was true until its last day. *Corrected*: it was never as it stands here; what is right is a row of its
    own (`instead_of`). A corrected one is seen on the child's record and in a copy for a request, and nowhere else
    (`rules.safeguards_corrected`). Its words are never overwritten.
    """

    class Status(models.TextChoices):
        RECORDED = "recorded", "Not confirmed"
        CONFIRMED = "confirmed", "Confirmed"
        ENDED = "ended", "Ended"
        CORRECTED = "corrected", "Corrected: it was never as it stands here"

    token = models.UUIDField(unique=True, default=uuid7, editable=False)
    status = models.CharField(max_length=9, choices=Status, default=Status.RECORDED)
    told_by = models.CharField("who told the school", max_length=10, choices=ToldBy, default=ToldBy.SYSTEM)
    evidence = SealedText("what was seen, and who saw it", blank=True)
    recorded_at = models.DateTimeField(db_default=Now())
    # Nobody where a list of children said so.
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    end_reason = SealedText("why it ended", blank=True)
    corrected_at = models.DateTimeField(null=True, blank=True)
    corrected_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    correction = SealedText("what was wrong", blank=True)
    # The one that was corrected, of which this one says what is right.
    instead_of = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    revision = models.PositiveIntegerField(default=0, editable=False)
    # Put here for a page: whether it binds on the day of the page; never kept. And what the page calls one that does.
    binds = False
    says_it_binds: ClassVar[tuple[str, str]] = ("In force", "bad")

    class Meta:
        abstract = True
        constraints: ClassVar = [
            in_pairs("confirmed", name="%(class)s_confirmed_in_pairs"),
            in_pairs("ended", name="%(class)s_ended_in_pairs"),
            in_pairs("corrected", name="%(class)s_corrected_in_pairs"),
            models.CheckConstraint(
                condition=Q(status="corrected", corrected_at__isnull=False)
                | (~Q(status="corrected") & Q(corrected_at=None)),
                name="%(class)s_corrected_says_so",
            ),
        ]
        indexes: ClassVar = [
            models.Index("corrected_at", name="%(class)s_corr", condition=Q(corrected_at__isnull=False)),
        ]

    @property
    def title(self) -> str:
        """What its page is called."""
        return str(self._meta.verbose_name).capitalize()

    @property
    def is_past(self) -> bool:
        return not self.binds

    @property
    def waits(self) -> bool:
        """Whether it binds, and nobody has confirmed it."""
        return self.status == self.Status.RECORDED

    @property
    def unconfirmed(self) -> str:
        """That nobody has confirmed it, and where it is from if nobody recorded it here; empty if somebody has."""
        if not self.waits:
            return ""
        if self.recorded_by_id is not None:
            return "Not confirmed"
        return f"From {'a transfer file' if self.told_by == ToldBy.SCHOOL else 'your system'}, not confirmed"


class ContactRestriction(Safeguard):
    """A court's order, or an agreement, about an adult and a child: what it says, from when, until when."""

    class Kind(models.TextChoices):
        CHILD_ARRANGEMENTS = "child_arrangements", "Child arrangements order"
        PROHIBITED_STEPS = "prohibited_steps", "Prohibited steps order"
        SPECIFIC_ISSUE = "specific_issue", "Specific issue order"
        NON_MOLESTATION = "non_molestation", "Non-molestation order"
        SPECIAL_GUARDIANSHIP = "special_guardianship", "Special guardianship order"
        NO_CONTACT = "no_contact", "No contact"
        AGREEMENT = "agreement", "Written agreement"
        OTHER = "other", "Other order"

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="restrictions")
    # The adult it binds; none where it names no contact of the child.
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="restrictions")
    kind = models.CharField(max_length=24, choices=Kind)
    terms = SealedText("what it says")
    may_not_collect = models.BooleanField("may not collect the child", default=False)
    may_not_be_told = models.BooleanField("may not be told about the child", default=False)
    starts_on = models.DateField("made on")
    ends_on = models.DateField("in force until", null=True, blank=True)

    class Meta(Safeguard.Meta):
        constraints: ClassVar = [
            *Safeguard.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="restriction_runs_forward"
            ),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = ("terms", *_WORDS)
        plain = ("kind", "may_not_collect", "may_not_be_told", "starts_on", "ends_on", *_STATE)
        source = Source.FAMILY
        also_from = (Source.LOCAL_AUTHORITY,)
        category = ADULTS
        collection = "mandatory where the school must obey it (Children Act 1989 s.8)"
        retention = Retention.GOES_WITH_IT

    @property
    def title(self) -> str:
        return self.get_kind_display()

    def in_force(self, on: date) -> bool:
        """Whether it binds on a day; both ends count. What was corrected never did."""
        if self.status == self.Status.CORRECTED:
            return False
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)


class ConfidentialAddress(Safeguard):
    """That nobody outside may be told where a child lives, why, and until when. `ChildDetail.address_confidential` says
    whether there is one that has not ended.
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="confidential_addresses")
    reason = SealedText("why the address is confidential")
    starts_on = models.DateField("since")
    ends_on = models.DateField("last day", null=True, blank=True)

    class Meta(Safeguard.Meta):
        verbose_name = "confidential address"

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = ("reason", *_WORDS)
        plain = ("starts_on", "ends_on", *_STATE)
        source = Source.FAMILY
        also_from = (Source.LOCAL_AUTHORITY,)
        category = ADDRESS
        collection = "mandatory where telling it would put somebody at risk (UK GDPR Art 5(1)(f), 32)"
        retention = Retention.GOES_WITH_IT

    def in_force(self, on: date) -> bool:
        """Whether it binds: until somebody says that it has ended."""
        return self.status in (self.Status.RECORDED, self.Status.CONFIRMED)


class ParentalResponsibility(Safeguard):
    """Whether an adult has parental responsibility for a child, on what basis, and how the school knows.

    A row says yes or no; no row means that nobody has said. It is per adult and per child, with its evidence (domain
    reference 9, trap 9).
    """

    class Basis(models.TextChoices):
        UNKNOWN = "unknown", "Not recorded"
        MOTHER = "mother", "Mother"
        CERTIFICATE = "certificate", "Named on the birth certificate"
        MARRIAGE = "marriage", "Married to the mother at the birth"
        AGREEMENT = "agreement", "Parental responsibility agreement"
        ORDER = "order", "Court order"
        GUARDIAN = "guardian", "Special guardianship order"
        ADOPTION = "adoption", "Adoption order"
        CARE = "care", "Care order: shared with the authority"

    class EndKind(models.TextChoices):
        COURT = "court", "A court took it away"
        GONE = "gone", "The adult is no longer involved"
        DIED = "died", "The adult has died"
        OTHER = "other", "Another reason"

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="responsibilities")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="responsibilities")
    held = models.BooleanField("has parental responsibility")
    basis = models.CharField(max_length=12, choices=Basis, default=Basis.UNKNOWN)
    starts_on = models.DateField("since", null=True, blank=True)
    ends_on = models.DateField("last day", null=True, blank=True)
    # Empty where another answer, or a list, ended it.
    end_kind = models.CharField("how it ended", max_length=8, choices=EndKind, blank=True)
    says_it_binds: ClassVar[tuple[str, str]] = ("Stands today", "line")
    _ENDED: ClassVar[dict[str, str]] = {
        EndKind.COURT: "Taken away",
        EndKind.GONE: "No longer involved",
        EndKind.DIED: "Has died",
    }

    class Meta(Safeguard.Meta):
        verbose_name = "parental responsibility"
        constraints: ClassVar = [
            *Safeguard.Meta.constraints,
            models.UniqueConstraint("child", "contact", condition=Q(ends_on=None), name="responsible_once"),
            models.CheckConstraint(
                condition=Q(status__in=("recorded", "confirmed")) | Q(ends_on__isnull=False),
                name="responsible_ended_day",
            ),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = _WORDS
        plain = ("held", "basis", "starts_on", "ends_on", "end_kind", *_STATE)
        source = Source.FAMILY
        also_from = (Source.LOCAL_AUTHORITY,)
        category = ADULTS
        collection = "mandatory: who may decide for the child (Education Act 1996 s.576)"
        retention = Retention.GOES_WITH_IT

    def in_force(self, on: date) -> bool:
        """Whether it stands: until somebody says that it has ended, or was never so."""
        return self.ends_on is None

    @property
    def how_it_ended(self) -> str:
        """What a page calls one that has ended. It is taken away by a court alone."""
        return self._ENDED.get(self.end_kind, "Ended")
