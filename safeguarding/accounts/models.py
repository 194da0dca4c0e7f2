"""Who works where, and what has each been told? Schools, people, their roles, the school's days, the inbox."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, Group
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from safeguarding import personal_data
from safeguarding.keys import uuid7
from safeguarding.personal_data import Retention, Source

from . import roles


class School(models.Model):
    """One school. An installation may hold several; a child belongs to one for ever."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=60, unique=True)
    urn = models.CharField("unique reference number", max_length=6, blank=True)
    local_authority = models.CharField("local authority code", max_length=3, blank=True)
    establishment = models.CharField("establishment number", max_length=4, blank=True)
    telephone = models.CharField(max_length=30, blank=True)
    # When somebody is in the building: waiting is counted in these hours, and outside them the log form leads with 999.
    day_starts = models.TimeField(default="08:00")
    day_ends = models.TimeField(default="16:00")
    # Children's social care of the local authority; the form and receipt give them out of hours.
    social_care_day = models.CharField("social care, daytime number", max_length=30, blank=True)
    social_care_night = models.CharField("social care, out-of-hours number", max_length=30, blank=True)
    # A call for a lead goes to the next person, then to the Headteacher (settings, not law).
    call_next_after = models.PositiveSmallIntegerField("minutes until a call goes to the next person", default=3)
    call_head_after = models.PositiveSmallIntegerField("minutes until a call goes to the Headteacher", default=6)
    # Roles that may be given access to a record though the privacy notice does not name them. The notice shows them.
    roles_beyond_notice = ArrayField(models.CharField(max_length=40), default=list, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(day_starts__lt=F("day_ends")), name="school_day_runs_forward"),
            models.CheckConstraint(condition=Q(call_next_after__lte=F("call_head_after")), name="head_is_called_last"),
        ]

    class PersonalData(personal_data.PersonalData):
        plain = (
            "name", "slug", "urn", "local_authority", "establishment", "telephone", "day_starts", "day_ends",
            "social_care_day", "social_care_night", "call_next_after", "call_head_after", "roles_beyond_notice",
        )  # fmt: skip
        source = Source.SCHOOL
        retention = Retention.KEPT


class Term(models.Model):
    """Days on which the school is open to children, from first to last, less its closures."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="terms")
    name = models.CharField(max_length=60)
    starts_on = models.DateField()
    ends_on = models.DateField()
    # Entered by mistake: taken out of the calendar, kept as a row.
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="term_runs_forward"),
            models.UniqueConstraint("school", "starts_on", condition=Q(withdrawn_at=None), name="one_term_at_a_time"),
        ]

    class PersonalData(personal_data.PersonalData):
        plain = ("name", "starts_on", "ends_on", "withdrawn_at")
        source = Source.SCHOOL
        retention = Retention.KEPT


class Closure(models.Model):
    """A weekday inside a term on which no children come: a bank holiday, a training day."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="closures")
    on = models.DateField()
    reason = models.CharField(max_length=100)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("school", "on", condition=Q(withdrawn_at=None), name="closed_once_a_day")
        ]

    class PersonalData(personal_data.PersonalData):
        plain = ("on", "reason", "withdrawn_at")
        source = Source.SCHOOL
        retention = Retention.KEPT


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """A member of staff. Signs in by user name; an e-mail address only brings the word that there is something to read."""

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

    objects = UserManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class PersonalData(personal_data.PersonalData):
        subject = "self"
        identifying = ("username", "title", "first_name", "last_name", "email", "extension", "job")
        plain = ("is_active", "joined_at", "password", "last_login")
        source = Source.SCHOOL
        collection = "mandatory: who wrote and who read a record must be known (KCSIE 2025, part two)"
        retention = Retention.ROOT

    def __str__(self) -> str:
        return f"user:{self.pk}"

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    def get_full_name(self) -> str:
        """What Django and its libraries ask for."""
        return self.full_name


class RoleAssignment(models.Model):
    """A person's role at a school, from a day until a day. It ends by its date; it is never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="assignments")
    role_key = models.CharField(max_length=40, choices=[(r.key, r.title) for r in roles.ROLES.values()])
    class_name = models.CharField("class taught", max_length=30, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField("last day", null=True, blank=True)
    # Who is rung first when a lead is needed now.
    call_order = models.PositiveSmallIntegerField(default=10)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="role_runs_forward"
            ),
            models.UniqueConstraint(
                "user", "school", "role_key", condition=Q(ends_on=None), name="one_open_role_of_a_kind"
            ),
        ]
        indexes = [models.Index("school", "role_key", name="role_school")]

    class PersonalData(personal_data.PersonalData):
        subject = "user"
        plain = ("role_key", "class_name", "starts_on", "ends_on", "call_order")
        source = Source.SCHOOL
        collection = "mandatory: access follows from it"
        retention = Retention.GOES_WITH_IT

    @property
    def role(self) -> roles.Role:
        return roles.ROLES[self.role_key]


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

    class Meta:
        constraints = [
            models.UniqueConstraint("school", "title", condition=Q(ended_at=None), name="team_of_a_name_once")
        ]

    class PersonalData(personal_data.PersonalData):
        plain = ("key", "name", "kind", "title", "ended_at")
        source = Source.SCHOOL
        retention = Retention.KEPT

    def __str__(self) -> str:
        return f"team:{self.pk}"


class TeamMember(models.Model):
    """That somebody belongs to a team, from a day until a day. Both ends count; the row is never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="teams")
    starts_on = models.DateField()
    ends_on = models.DateField("last day", null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="membership_runs_forward"
            ),
            models.UniqueConstraint("team", "user", condition=Q(ends_on=None), name="member_once"),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "user"
        plain = ("starts_on", "ends_on")
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


class Notice(models.Model):
    """Word to one person that there is something to read. The row is the truth; e-mail and queue only ring the bell.

    It says what kind of thing and which record, never what is in it.
    """

    class Kind(models.TextChoices):
        CALL = "call", "A safeguarding lead is needed now"
        NEW_CONCERN = "new_concern", "A new concern"
        ADDED = "added", "Something was added to a concern"
        REOPENED = "reopened", "A concern has been opened again"
        UNREAD = "unread", "A concern has not been read yet"
        RECEIPT = "receipt", "Your report has been read or closed"
        ACTION = "action", "An action for you"
        DRAFT = "draft", "A safeguarding lead asks about your unsent draft"
        DRAFT_READ = "draft_read", "A safeguarding lead has read your unsent draft"
        RESET_ASKED = "reset_asked", "A colleague cannot sign in: say whether it is them"
        RESET = "reset", "A new start with password or second factor"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind)
    object_type = models.CharField(max_length=40)
    object_id = models.UUIDField()
    created_at = models.DateTimeField(db_default=Now())
    opened_at = models.DateTimeField(null=True, blank=True)
    # Somebody else has done what this asks for. It was not opened: who called sees who has.
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # What the machine has done: null until the mail server took it, or until it was found that there is no address.
    mailed_at = models.DateTimeField(null=True, blank=True)
    # Times that the mail server refused this address, and when to ask it again.
    mail_attempts = models.PositiveSmallIntegerField(default=0)
    mail_again_at = models.DateTimeField(null=True, blank=True)

    # The reference of the record, put here for the inbox of who may see it (`notices.name_records`); never kept.
    about = ""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "user", "kind", "object_id", condition=Q(opened_at=None, settled_at=None), name="told_once_until_opened"
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None) | Q(settled_at__isnull=False, settled_by__isnull=False),
                name="settled_in_pairs",
            ),
        ]
        indexes = [
            models.Index("user", "created_at", "id", name="notice_inbox"),
            models.Index("created_at", name="notice_unmailed", condition=Q(mailed_at=None)),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "user"
        plain = (
            "kind", "object_type", "object_id", "created_at", "opened_at", "settled_at", "mailed_at", "mail_attempts",
            "mail_again_at",
        )  # fmt: skip
        source = Source.HARBOUR
        collection = "mandatory: a concern must reach somebody (KCSIE 2025, part two)"
        retention = Retention.GOES_WITH_IT

    @property
    def is_asking(self) -> bool:
        """Whether it is still to be opened, and nobody else has done what it asks for."""
        return not (self.opened_at or self.settled_at)

    @property
    def is_hot(self) -> bool:
        """Whether somebody waits for an answer now."""
        return self.kind in (self.Kind.CALL, self.Kind.UNREAD) and self.is_asking


class Reset(models.Model):
    """A new start for somebody who cannot sign in, given by two people; each of them holds one half of the code.

    Of the halves only digests are kept. Who can open no record needs one person, who holds both.
    """

    class What(models.TextChoices):
        PASSWORD = "password", "A new password"
        FACTOR = "factor", "A new second factor"
        BOTH = "both", "A new password and a new second factor"

    class How(models.TextChoices):
        SEEN = "seen", "They stand before me"
        RUNG = "rung", "I rang them on a number that I had before"
        VIDEO = "video", "I see them on a video call"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="resets")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=10, choices=What)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    asked_how = models.CharField("how you know that it is them", max_length=10, choices=How)
    first_half = models.CharField(max_length=64)
    # Whether one person was enough: this one can open no record.
    alone = models.BooleanField(default=False)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_how = models.CharField("how you know that it is them", max_length=10, choices=How, blank=True)
    second_half = models.CharField(max_length=64, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(asked_by=F("user")), name="reset_not_asked_for_oneself"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | (~Q(confirmed_by=F("user")) & ~Q(confirmed_by=F("asked_by"))),
                name="reset_takes_two",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None, second_half="")
                | (
                    Q(confirmed_at__isnull=False) & ~Q(second_half="") & (Q(alone=True) | Q(confirmed_by__isnull=False))
                ),
                name="reset_confirmed_by_somebody",
            ),
            models.CheckConstraint(condition=Q(used_at=None) | Q(confirmed_at__isnull=False), name="reset_used_late"),
            models.UniqueConstraint("user", condition=Q(used_at=None, withdrawn_at=None), name="one_reset_at_a_time"),
        ]
        indexes = [models.Index("confirmed_at", name="reset_confirmed", condition=Q(confirmed_at__isnull=False))]

    class PersonalData(personal_data.PersonalData):
        subject = "user"
        plain = (
            "what", "asked_at", "asked_how", "first_half", "alone", "confirmed_at", "confirmed_how", "second_half",
            "used_at", "withdrawn_at",
        )  # fmt: skip
        source = Source.HARBOUR
        collection = "mandatory: who let somebody in again must be known (UK GDPR Art 5(1)(f))"
        retention = Retention.GOES_WITH_IT
