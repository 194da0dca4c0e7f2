"""Where does the child live, and who is around the child? Households and adults."""

from django.db import models
from django.db.models import F, Q

from safeguarding import personal_data
from safeguarding.accounts.models import School
from safeguarding.audit.protection import Protected
from safeguarding.keys import uuid7
from safeguarding.personal_data import Retention, Source, notice_category
from safeguarding.sealing.fields import SealedText

from .child import Child, OfChild
from .correctable import Correctable, corrected_ends

_ADDRESSES = "mandatory: names and addresses of parents (SI 2024/208)"
_CONTACTS = f"{_ADDRESSES}; further contacts voluntary"

# What the privacy notice calls what is known of them.
ADDRESS = notice_category("Where the child lives")
ADULTS = notice_category("Adults around the child, how they are reached, and orders about them")


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
        also_from = (Source.FAMILY,)
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
        also_from = (Source.FAMILY,)
        category = ADDRESS
        collection = _ADDRESSES
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
        also_from = (Source.FAMILY,)
        category = ADDRESS
        collection = _ADDRESSES
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
        also_from = (Source.FAMILY,)
        category = ADULTS
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
        also_from = (Source.FAMILY,)
        category = ADULTS
        collection = _CONTACTS
        retention = Retention.GOES_WITH_IT
