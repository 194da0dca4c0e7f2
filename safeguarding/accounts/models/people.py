"""Who works where, in which role, in which team, and who is away?"""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, Group
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from safeguarding import personal_data
from safeguarding.accounts import roles
from safeguarding.keys import uuid7
from safeguarding.personal_data import Kept, Link, Retention, Source
from safeguarding.registers import of_form

from .school import School


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """A member of staff.

    Signs in by user name; an e-mail address only brings the word that there is something to read.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField(max_length=150, unique=True, validators=[UnicodeUsernameValidator()])
    title = models.CharField(max_length=20, blank=True)
    first_name = models.CharField(max_length=150)
    last_name = models.CharField(max_length=150)
    job = models.CharField("what colleagues know this person as", max_length=150, blank=True)
    email = models.EmailField(blank=True)
    extension = models.CharField("telephone extension", max_length=20, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(db_default=Now())
    # Who added the account in the browser, and may give its first start. Empty: made at the terminal.
    added_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Since when nothing is left to sign in with (R27, `ending/emptying.py`). Empty again once its holder is back.
    emptied_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = UserManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class PersonalData(personal_data.PersonalData):
        subject = "self"
        identifying = ("username", "title", "first_name", "last_name", "email", "extension", "job")
        plain = ("is_active", "joined_at", "password", "last_login", "emptied_at")
        source = Source.SCHOOL
        collection = "mandatory: who wrote and who read a record must be known (KCSIE 2025, part two)"
        # Emptied by R27 and never removed: records name their author, and what is about the person is sealed for it.
        retention = Retention.KEPT
        kept = Kept.ACCOUNT

    def __str__(self) -> str:
        return f"user:{self.pk}"

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    def get_full_name(self) -> str:
        """What Django and its libraries ask for."""
        return self.full_name

    @property
    def is_new(self) -> bool:
        """Whether nobody has signed in with this account yet, nor could: it has had no password, or none since it was
        given back to its holder.
        """
        return self.is_active and self.last_login is None and not self.has_usable_password()


class RoleAssignment(models.Model):
    """A person's role at a school, from a day until a day. It ends by its date; it is never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="assignments")
    role_key = models.CharField(max_length=40)
    starts_on = models.DateField()
    ends_on = models.DateField("last day", null=True, blank=True)
    # Who is rung first when a lead is needed now.
    call_order = models.PositiveSmallIntegerField(default=10)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="role_runs_forward"
            ),
            models.CheckConstraint(
                condition=~Q(role_key=roles.ACTING_LEAD) | Q(ends_on__isnull=False), name="acting_role_ends"
            ),
            of_form("role_key", 40, name="role_key_form"),
            models.UniqueConstraint(
                "user", "school", "role_key", condition=Q(ends_on=None), name="one_open_role_of_a_kind"
            ),
        ]
        indexes = [models.Index("school", "role_key", name="role_school")]

    class PersonalData(personal_data.PersonalData):
        subject = "user"
        plain = ("role_key", "starts_on", "ends_on", "call_order")
        source = Source.SCHOOL
        collection = "mandatory: access follows from it"
        retention = Retention.GOES_WITH_IT

    @property
    def role(self) -> roles.Role:
        return roles.ROLES[self.role_key]


class ClassTaught(models.Model):
    """That somebody teaches a class, from a day until a day (both count). Somebody may teach several.

    It opens no record. It ends by its date; it is never deleted.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="classes")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    class_name = models.CharField("class", max_length=30)
    starts_on = models.DateField()
    ends_on = models.DateField("last day", null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="class_runs_forward"
            ),
            models.CheckConstraint(condition=~Q(class_name=""), name="class_has_a_name"),
            models.UniqueConstraint(
                "user", "school", "class_name", condition=Q(ends_on=None), name="class_taught_once"
            ),
        ]
        indexes = [models.Index("school", "class_name", name="class_school")]

    class PersonalData(personal_data.PersonalData):
        subject = "user"
        plain = ("class_name", "starts_on", "ends_on")
        source = Source.SCHOOL
        collection = "mandatory: who wrote a record is named with the class that they taught (KCSIE 2025, part two)"
        retention = Retention.GOES_WITH_IT


class Team(Group):
    """People of one school who are given access together: the pastoral team, the adults of a year or of a class.

    Django's `Group` below it is what a grant of django-guardian points to; its name there is this row's key.
    """

    class Kind(models.TextChoices):
        PASTORAL = "pastoral", "Pastoral team"
        YEAR = "year", "Adults of a year"
        CLASS = "class", "Adults of a class"

    key = models.UUIDField(default=uuid7, editable=False, unique=True)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="teams")
    kind = models.CharField(max_length=10, choices=Kind)
    title = models.CharField("name", max_length=60)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: "models.Manager[Team]" = models.Manager()  # type: ignore[assignment, misc]

    class Meta:
        constraints = [
            models.UniqueConstraint("school", "title", condition=Q(ended_at=None), name="team_of_a_name_once")
        ]

    class PersonalData(personal_data.PersonalData):
        plain = ("key", "name", "kind", "title", "ended_at")
        source = Source.SCHOOL
        retention = Retention.KEPT
        kept = Kept.SETTING
        links = {"key": Link.APART}

    def __str__(self) -> str:
        return f"team:{self.pk}"


class TeamMember(models.Model):
    """That somebody belongs to a team, from a day until a day (both count) or until taken out.

    The row is never deleted.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="teams")
    starts_on = models.DateField()
    ends_on = models.DateField("last day", null=True, blank=True)
    # Taken out: from that moment, not from the next day.
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="membership_runs_forward"
            ),
            models.UniqueConstraint("team", "user", condition=Q(ended_at=None, ends_on=None), name="member_once"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "user"
        plain = ("starts_on", "ends_on", "ended_at")
        source = Source.SCHOOL
        collection = "mandatory: access follows from it"
        retention = Retention.GOES_WITH_IT


class Absence(models.Model):
    """Days on which somebody who takes calls is not in school; calls go to the next person meanwhile."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="absences")
    starts_on = models.DateField()
    ends_on = models.DateField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Withdrawn rather than deleted: who was on duty at the time is part of what happened.
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="absence_runs_forward")]

    class PersonalData(personal_data.PersonalData):
        subject = "user"
        plain = ("starts_on", "ends_on", "withdrawn_at")
        source = Source.SCHOOL
        collection = "voluntary: so that somebody who is in school is called"
        retention = Retention.GOES_WITH_IT
