"""Where is the school's register, which marks does it have of a child, day by day, and which files brought them?"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from children.models import OfChild
from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.audit.protection import Protected
from safeguarding.keys import uuid7
from safeguarding.personal_data import Kept, Link, Retention, Sensitive, Source, notice_category

# A mark says that a child was ill.
CATEGORY = notice_category("Attendance", Sensitive.SPECIAL)

# The kind of record that a school year of attendance is.
ATTENDANCE = "attendance"


class RegisterPlace(models.Model):
    """Where the school keeps its attendance register, as the school has stated.

    The law keeps a register for six years from each entry (SI 2024/208 reg 7). Until the school has stated that its
    register is in another system, Harbour's entries may be the only ones.
    """

    class Place(models.TextChoices):
        ELSEWHERE = "elsewhere", "In another system"
        HARBOUR = "harbour", "In Harbour"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.OneToOneField(School, on_delete=models.PROTECT, related_name="+")
    place = models.CharField("where the register is kept", max_length=9, choices=Place)
    system = models.CharField("name of the system", max_length=80, blank=True, default="")
    # Counts saves, so that the second of two people sees that the first has changed something.
    revision = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = "place of the attendance register"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(place="harbour", system="") | Q(place="elsewhere") & ~Q(system=""),
                name="register_elsewhere_is_named",
            ),
        ]

    class PersonalData(personal_data.PersonalData):
        plain = ("place", "system", "revision")
        source = Source.SCHOOL
        retention = Retention.KEPT
        kept = Kept.SETTING
        setting = True

    @property
    def called(self) -> str:
        """What it is called where a change of it is told."""
        return "Attendance register"

    @property
    def is_elsewhere(self) -> bool:
        """Whether what Harbour holds is a copy."""
        return self.place == self.Place.ELSEWHERE


class AttendanceYear(models.Model):
    """A school year of which Harbour has marks: what a list of destruction names for them.

    Its days, and what was kept of the years before it, end child by child (`ending/by_child.py`); the children stay.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    # 31 August.
    last_on = models.DateField("last day")
    # When its destruction began: from then on no import brings days of it.
    ending_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = Protected()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("school", "last_on", name="attendance_year_once")]

    class PersonalData(personal_data.PersonalData):
        plain = ("last_on", "ending_at")
        source = Source.SCHOOL
        # Six years after its last day (domain reference 4, R08; SI 2024/208 reg 7).
        retention = Retention.ROOT
        schedule = ATTENDANCE


class AttendanceFile(models.Model):
    """One file that was brought in: who, when, what came of it. The file itself is not kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    digest = models.CharField("SHA-256 of the file", max_length=64)
    first_on = models.DateField("from")
    last_on = models.DateField("until")
    rows_read = models.PositiveIntegerField("rows in the file")
    days_new = models.PositiveIntegerField("new days")
    days_changed = models.PositiveIntegerField("changed days")
    rows_left_out = models.PositiveIntegerField("rows that were left out")
    brought_at = models.DateTimeField()
    brought_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = Protected()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="attendance_file_in_order"),
        ]
        indexes: ClassVar = [models.Index(fields=["school", "-brought_at"], name="attendance_file_of_school")]

    class PersonalData(personal_data.PersonalData):
        plain = (
            "token",
            "digest",
            "first_on",
            "last_on",
            "rows_read",
            "days_new",
            "days_changed",
            "rows_left_out",
            "brought_at",
        )
        source = Source.SCHOOL
        retention = Retention.KEPT
        kept = Kept.BROUGHT_IN


class AttendanceDay(OfChild):
    """A child's two marks of a day, as codes. `file` is the one that last said something new of it."""

    on = models.DateField("day")
    am = models.CharField("morning", max_length=2, blank=True, default="")
    pm = models.CharField("afternoon", max_length=2, blank=True, default="")
    minutes_late = models.PositiveSmallIntegerField("minutes late", null=True, blank=True)
    file = models.ForeignKey(AttendanceFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("child", "on", name="attendance_day_once"),
            models.CheckConstraint(condition=~Q(am="", pm=""), name="attendance_day_says_something"),
        ]
        indexes: ClassVar = [models.Index(fields=["school", "on"], name="attendance_of_school")]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        plain = ("on", "am", "pm", "minutes_late")
        source = Source.SCHOOL
        category = CATEGORY
        collection = "mandatory: the attendance register (SI 2024/208)"
        # With its school year (`AttendanceYear`), and no longer than the record of the child.
        retention = Retention.ROOT
        links: ClassVar = {"child": Link.ENDS}
