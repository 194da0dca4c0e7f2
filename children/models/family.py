"""Where does the child live, who is responsible, and who must be kept away? Households, adults, orders."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.keys import uuid7
from safeguarding.personal_data import Retention, Source
from safeguarding.sealing.fields import SealedText

from .child import Child, OfChild
from .correctable import Correctable, corrected_ends

_CONTACTS = "mandatory: names and addresses of parents (SI 2024/208); further contacts voluntary"

# What the privacy notice calls what is known of them.
_ADULTS = "Adults around the child, how they are reached, and orders about them"


class Sibling(Correctable):
    """Two children of the school who are brother or sister, as somebody said; `first` is the one with the lower key."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    first = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    relationship = models.CharField(max_length=60, default="Brother or sister")
    ends_on = models.DateField("last day", null=True, blank=True)

    objects = Protected()

    class Meta:
        constraints = [
            models.UniqueConstraint("first", "second", condition=Q(ends_on=None), name="siblings_once"),
            corrected_ends("sibling"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="siblings_in_order"),
        ]
        indexes = [models.Index("second", name="sibling_second")]

    class PersonalData(personal_data.PersonalData):
        subject = "first"
        plain = ("relationship", "ends_on", "corrected_at")
        source = Source.ADMISSION_FORM
        collection = "voluntary"
        retention = Retention.GOES_WITH_IT


class Household(models.Model):
    """An address at which children of the school live. Brothers and sisters share one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=300)
    town = models.CharField(max_length=100, blank=True)
    county = models.CharField(max_length=100, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    # The address folded to letters and digits, so that two spellings of one address are one household.
    identity = models.CharField(max_length=330, editable=False)

    objects = Protected()

    class Meta:
        constraints = [models.UniqueConstraint("school", "identity", name="household_once")]

    class PersonalData(personal_data.PersonalData):
        subject = "members__child"
        identifying = ("address", "town", "county", "postcode", "identity")
        source = Source.ADMISSION_FORM
        category = "Where the child lives"
        collection = _CONTACTS
        retention = Retention.SHARED

    @property
    def lines(self) -> list[str]:
        """The address as it goes on an envelope."""
        return [part for part in (*self.address.splitlines(), self.town, self.county, self.postcode) if part]


class HouseholdMember(OfChild, Correctable):
    """A child living in a household from a day to a day: always, on school nights, every other week."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="homes")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="members")
    is_main = models.BooleanField("the address in the school’s register", default=True)
    pattern = models.CharField("when the child is there", max_length=60, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField("last day", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("child", condition=Q(ends_on=None, is_main=True), name="one_main_home"),
            models.UniqueConstraint("child", "household", condition=Q(ends_on=None), name="lives_there_once"),
            corrected_ends("home"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        plain = ("is_main", "pattern", "starts_on", "ends_on", "corrected_at")
        source = Source.ADMISSION_FORM
        category = "Where the child lives"
        collection = _CONTACTS
        retention = Retention.GOES_WITH_IT


class Contact(models.Model):
    """An adult in the lives of children of the school: parent, carer, relative, social worker.

    Shared by brothers and sisters.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=20, blank=True)
    forename = models.CharField(max_length=150, blank=True)
    surname = models.CharField(max_length=150)
    organisation = models.CharField(max_length=150, blank=True)
    mobile = models.CharField(max_length=30, blank=True)
    telephone = models.CharField(max_length=30, blank=True)
    email = models.CharField(max_length=254, blank=True)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, null=True, blank=True, related_name="adults")
    # Name, and telephone or e-mail, folded: the same adult in the rows of two children is one adult.
    identity = models.CharField(max_length=600, editable=False, blank=True)

    objects = Protected()

    class Meta:
        constraints = [models.UniqueConstraint("school", "identity", condition=~Q(identity=""), name="contact_once")]

    class PersonalData(personal_data.PersonalData):
        subject = "self"
        identifying = (
            "title",
            "forename",
            "surname",
            "organisation",
            "mobile",
            "telephone",
            "email",
            "identity",
        )
        source = Source.ADMISSION_FORM
        category = _ADULTS
        collection = _CONTACTS
        retention = Retention.SHARED

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.title, self.forename, self.surname) if part)


class ContactLink(OfChild, Correctable):
    """What an adult is to a child, in the order in which they are rung."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="contacts")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="children")
    relationship = models.CharField(max_length=100, blank=True)
    order = models.PositiveSmallIntegerField(default=1)
    is_emergency = models.BooleanField("may be rung in an emergency", default=True)
    # What a placing authority lets a carer decide (domain reference 1.7, looked-after children).
    delegated_authority = SealedText("what this adult may decide", blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField("last day", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("child", "contact", condition=Q(ends_on=None), name="linked_once"),
            corrected_ends("adult"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = ("delegated_authority",)
        plain = ("relationship", "order", "is_emergency", "starts_on", "ends_on", "corrected_at")
        source = Source.ADMISSION_FORM
        category = _ADULTS
        collection = _CONTACTS
        retention = Retention.GOES_WITH_IT


class ParentalResponsibility(OfChild):
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

    class Known(models.TextChoices):
        SYSTEM = "system", "The school’s own system"
        TRANSFER = "transfer", "A file from another school"
        TOLD = "told", "Told by an adult"
        SEEN = "seen", "A document was seen"

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="responsibilities")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="responsibilities")
    held = models.BooleanField("has parental responsibility")
    basis = models.CharField(max_length=12, choices=Basis, default=Basis.UNKNOWN)
    known_from = models.CharField("how the school knows", max_length=10, choices=Known, default=Known.SYSTEM)
    evidence = SealedText("what was seen, and by whom", blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField("last day", null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint("child", "contact", condition=Q(ends_on=None), name="responsible_once")]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = ("evidence",)
        plain = ("held", "basis", "known_from", "starts_on", "ends_on", "recorded_at")
        source = Source.ADMISSION_FORM
        category = _ADULTS
        collection = "mandatory: who may decide for the child (Education Act 1996 s.576)"
        retention = Retention.GOES_WITH_IT


class ContactRestriction(OfChild):
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
    starts_on = models.DateField("made on")
    ends_on = models.DateField("in force until", null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now())
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="restriction_runs_forward"
            )
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = ("terms",)
        plain = ("kind", "starts_on", "ends_on", "recorded_at")
        source = Source.ADMISSION_FORM
        category = _ADULTS
        collection = "mandatory where the school must obey it (Children Act 1989 s.8)"
        retention = Retention.GOES_WITH_IT

    def in_force(self, on: date) -> bool:
        """Whether it binds on a day; both ends count."""
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)
