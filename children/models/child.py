"""Who is the child? A card that every member of staff of the school may find, and behind it what only some may see."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from children import codes, mentions, names, upn
from safeguarding import personal_data
from safeguarding.accounts.models import School
from safeguarding.audit.protection import Protected
from safeguarding.clocks import age_on
from safeguarding.keys import uuid7
from safeguarding.personal_data import Link, Retention, Source

from .correctable import Correctable, corrected_ends

_REGISTER = "mandatory: the admission register (SI 2024/208)"
# What stands on the card itself, and so beside the name for everybody.
CARD_BADGES = ("collect", "nophoto")
# The order of every list of children.
BY_NAME = ("sort_name", "pk")


class Child(models.Model):
    """A child's card: names, year and class. What else is known is in `ChildDetail`.

    A child belongs to one school for ever. Year, class and the dates on roll are those of the newest `Enrolment` and
    `ClassEpisode`, kept here by the services so that a list needs one table.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="children")
    # What people call the record by: "record 1042" names nobody.
    number = models.PositiveIntegerField("record number")
    # What stands for the child inside text, in place of a name (`mentions`). Of chance alone, and never changed.
    pseudonym = models.CharField(
        max_length=mentions.LENGTH, unique=True, default=mentions.new_pseudonym, editable=False
    )
    forename = models.CharField("legal forename", max_length=150)
    surname = models.CharField("legal surname", max_length=150, blank=True)
    known_forename = models.CharField("forename the child is known by", max_length=150, blank=True)
    known_surname = models.CharField("surname the child is known by", max_length=150, blank=True)
    year_group = models.SmallIntegerField("year group", null=True, blank=True)
    class_name = models.CharField("class", max_length=30, blank=True)
    entered_on = models.DateField("on roll since", null=True, blank=True)
    left_on = models.DateField("left on", null=True, blank=True)
    # Nothing that shows the child is published.
    no_photographs = models.BooleanField("no photographs are published", default=False)
    # From when until when (no day: no end) whoever hands the child over looks first: an order says who may not collect.
    # Made from the orders (`services/safeguards/orders.py`); what they say, and about whom, is behind the card.
    check_collection_from = models.DateField("check before collection from", null=True, editable=False)
    check_collection_until = models.DateField("check before collection until", null=True, editable=False)
    # `names.sort_key`, compared by its letters alone, whatever language the database was made for.
    sort_name = models.CharField(max_length=301, editable=False, db_collation="C")
    # Every name the child has or had, folded to plain letters, and how those names sound (see `names`).
    search_text = models.TextField(editable=False)
    name_sounds = ArrayField(models.CharField(max_length=20), default=list, editable=False)
    changed_at = models.DateTimeField(db_default=Now(), editable=False)
    # The record of the same child that this one has become part of (`ChildMerge`): from then on nobody finds this card.
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, db_index=False, related_name="+"
    )
    # Since when it is being destroyed: nobody finds it, and nothing new is put on it. Who destroys says so.
    ending_at = models.DateTimeField(null=True, editable=False)

    objects = Protected()
    # Put here for a list, for readers who may see them (`badges.py`); never kept.
    badges: Sequence[str] = ()

    class Meta:
        constraints = [
            models.UniqueConstraint("school", "number", name="record_number_once"),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(entered_on=None) | Q(left_on__gte=F("entered_on")),
                name="child_left_after_entry",
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="child_not_merged_into_itself"),
        ]
        indexes = [
            models.Index("school", "sort_name", "id", name="child_by_name"),
            models.Index("school", "year_group", "class_name", name="child_by_class"),
            models.Index("merged_into", name="child_merged", condition=Q(merged_into__isnull=False)),
            models.Index("ending_at", name="child_ending", condition=Q(ending_at__isnull=False)),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "self"
        identifying = (
            "forename", "surname", "known_forename", "known_surname", "sort_name", "search_text", "name_sounds",
        )  # fmt: skip
        plain = (
            "number", "pseudonym", "year_group", "class_name", "entered_on", "left_on", "no_photographs",
            "check_collection_from", "check_collection_until", "changed_at", "ending_at",
        )  # fmt: skip
        source = Source.ADMISSION_FORM
        collection = _REGISTER
        retention = Retention.ROOT
        schedule = "child_file"
        links: ClassVar = {"merged_into": Link.ENDS}

    def __str__(self) -> str:
        return f"child:{self.pk}"

    @property
    def full_name(self) -> str:
        """The legal name, forename first."""
        return self.name_of(self.forename, self.surname)

    @staticmethod
    def name_of(forename: str, surname: str) -> str:
        """The same of a row that is no model."""
        return f"{forename} {surname}".strip()

    @property
    def mention(self) -> str:
        """What a mention of the child says in a form, between its brackets."""
        return f"{mentions.plain(self.full_name)} {self.pseudonym}"

    @property
    def known_as(self) -> str:
        """What the child is called where that is not the legal name, else an empty string."""
        return names.known_as(self.forename, self.surname, self.known_forename, self.known_surname)

    @property
    def year(self) -> str:
        """The year group in words: "Reception", "Year 5", or an empty string."""
        return codes.year_label(self.year_group)

    @property
    def is_on_roll(self) -> bool:
        return self.left_on is None

    @property
    def card_badges(self) -> list[str]:
        """Keys of the badges that every member of staff sees beside the name: no word of why."""
        return self.badges_on_card(self.no_photographs, self.check_collection_from, self.check_collection_until)

    @staticmethod
    def badges_on_card(no_photographs: bool, check_from: date | None, check_until: date | None) -> list[str]:
        """The same of a row that is no model."""
        today = timezone.localdate()
        checked = check_from is not None and check_from <= today and (check_until is None or today <= check_until)
        return [badge for badge, holds in zip(CARD_BADGES, (checked, no_photographs), strict=True) if holds]


class OfChild(models.Model):
    """What every record of a child has: its key, the child, and the school, so that row rules need no joins.

    Its `PersonalData` says `subject = "child"` and `sealed_by = "child"`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")

    objects = Protected()

    class Meta:
        abstract = True


class ChildDetail(models.Model):
    """What only those see who need it: number, date of birth, where the address may not be given, needs.

    What is known of the child's health is in `HealthNote`. Holds what the privacy notice names and a safeguarding
    record needs (domain reference 1.8). Free meals, pupil premium and forces families are not imported: Harbour has no
    use for them. The NHS number waits for the regulations under Children Act 2004 s.16LC.
    """

    class Sex(models.TextChoices):
        FEMALE = "F", "Female"
        MALE = "M", "Male"
        UNKNOWN = "U", "Not known"

    child = models.OneToOneField(Child, on_delete=models.PROTECT, primary_key=True, related_name="detail")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    upn = models.CharField("unique pupil number", max_length=13, blank=True)
    admission_number = models.CharField(max_length=20, blank=True)
    middle_names = models.CharField(max_length=200, blank=True)
    date_of_birth = models.DateField(null=True, blank=True)
    date_of_death = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=1, choices=Sex, default=Sex.UNKNOWN)
    # True: nobody outside may be told where the child lives, as a `ConfidentialAddress` says; the address is left out
    # of every export.
    address_confidential = models.BooleanField("address is confidential", default=False)
    ethnicity = models.CharField(max_length=4, blank=True)
    first_language = models.CharField(max_length=3, blank=True)
    interpreter_needed = models.BooleanField(null=True, blank=True)
    sen_provision = models.CharField("special educational needs", max_length=1, blank=True)
    sen_needs = ArrayField(models.CharField(max_length=4), default=list, blank=True)
    in_care = models.BooleanField("looked after, as the school’s own system says", null=True, blank=True)
    care_authority = models.CharField("authority that looks after the child", max_length=3, blank=True)
    gp = models.CharField("GP practice", max_length=200, blank=True)

    # What must be known of a child at a glance: by the key of its badge, a field and its value (`badges.py`).
    BADGES: ClassVar[dict[str, tuple[str, Any]]] = {
        "lac": ("in_care", True),
        "ehcp": ("sen_provision", "E"),
        "addr": ("address_confidential", True),
    }
    objects = Protected()

    class Meta:
        constraints = [models.UniqueConstraint("school", "upn", condition=~Q(upn=""), name="upn_once_in_a_school")]
        indexes = [models.Index("school", "date_of_birth", name="child_by_birth")]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        identifying = ("upn", "admission_number", "middle_names", "date_of_birth", "date_of_death", "gp")
        # Read along the line.
        plain = (
            "sex", "address_confidential", "ethnicity", "first_language", "interpreter_needed", "sen_provision",
            "sen_needs", "in_care", "care_authority",
        )  # fmt: skip
        source = Source.ADMISSION_FORM
        collection = f"{_REGISTER}; ethnicity and language: voluntary"
        retention = Retention.GOES_WITH_IT

    @property
    def upn_is_temporary(self) -> bool:
        return upn.is_temporary(self.upn)

    @property
    def language_label(self) -> str:
        return codes.label("language", self.first_language)

    @property
    def ethnicity_label(self) -> str:
        return codes.label("ethnicity", self.ethnicity)

    @property
    def sen_label(self) -> str:
        return codes.label("sen", self.sen_provision)

    @property
    def sen_needs_labels(self) -> list[str]:
        return [codes.label("sen_need", need) for need in self.sen_needs]

    @property
    def care_authority_label(self) -> str:
        return codes.label("authority", self.care_authority)

    def age(self, today: date) -> int | None:
        """Age in whole years on a day; None where the date of birth is not known."""
        return age_on(self.date_of_birth, today) if self.date_of_birth else None


class OtherName(OfChild, Correctable):
    """A name the child had, or has beside the legal and the known one. Found by search, unless it never was one."""

    class Kind(models.TextChoices):
        FORMER = "former", "Former name"
        NATIVE = "native", "Name in its own script"
        ALIAS = "alias", "Also called"

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="other_names")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.FORMER)
    forename = models.CharField(max_length=150, blank=True)
    surname = models.CharField(max_length=150, blank=True)
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "child", "kind", "forename", "surname", condition=Q(corrected_at=None), name="other_name_once"
            ),
            models.CheckConstraint(condition=~Q(forename="", surname=""), name="other_name_names"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        identifying = ("forename", "surname")
        plain = ("kind", "added_at", "corrected_at")
        source = Source.ADMISSION_FORM
        collection = "voluntary"
        retention = Retention.GOES_WITH_IT


class FormerUpn(OfChild):
    """A UPN the child had before, temporary or issued twice. A file that carries it still finds the child."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="former_upns")
    upn = models.CharField("former unique pupil number", max_length=13)
    until = models.DateField("in use until", null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("school", "upn", name="former_upn_once_in_a_school")]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        identifying = ("upn",)
        plain = ("until",)
        source = Source.ADMISSION_FORM
        collection = _REGISTER
        retention = Retention.GOES_WITH_IT


class Enrolment(OfChild, Correctable):
    """A time on this school's roll, from a day to a day, and where the child went."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="enrolments")
    entered_on = models.DateField(null=True, blank=True)
    left_on = models.DateField(null=True, blank=True)
    leaving_reason = models.CharField(max_length=100, blank=True)
    destination = models.CharField("where the child went", max_length=200, blank=True)
    destination_authority = models.CharField(max_length=3, blank=True)
    destination_establishment = models.CharField(max_length=4, blank=True)
    destination_confirmed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("child", condition=Q(left_on=None), name="on_roll_once"),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(entered_on=None) | Q(left_on__gte=F("entered_on")),
                name="enrolment_runs_forward",
            ),
            corrected_ends("enrolment", "left_on"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        plain = (
            "entered_on",
            "left_on",
            "leaving_reason",
            "destination",
            "destination_authority",
            "destination_establishment",
            "destination_confirmed",
            "corrected_at",
        )
        source = Source.SCHOOL
        collection = _REGISTER
        retention = Retention.GOES_WITH_IT


class ClassEpisode(OfChild, Correctable):
    """The year group and class a child was in, from a day to a day."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="classes")
    year_group = models.SmallIntegerField(null=True, blank=True)
    class_name = models.CharField(max_length=30, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField("last day", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("child", condition=Q(ends_on=None), name="in_one_class"),
            corrected_ends("class"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        plain = ("year_group", "class_name", "starts_on", "ends_on", "corrected_at")
        source = Source.SCHOOL
        collection = _REGISTER
        retention = Retention.GOES_WITH_IT


class EarlierSchool(OfChild, Correctable):
    """A school the child was at before this one."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="earlier_schools")
    name = models.CharField(max_length=200, blank=True)
    local_authority = models.CharField(max_length=3, blank=True)
    establishment = models.CharField(max_length=4, blank=True)
    entered_on = models.DateField(null=True, blank=True)
    left_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "child",
                "local_authority",
                "establishment",
                "name",
                "entered_on",
                nulls_distinct=False,
                condition=Q(corrected_at=None),
                name="earlier_school_once",
            )
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        plain = ("name", "local_authority", "establishment", "entered_on", "left_on", "corrected_at")
        source = Source.ADMISSION_FORM
        collection = _REGISTER
        retention = Retention.GOES_WITH_IT
