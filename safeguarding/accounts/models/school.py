"""Which school is it, and on which days is it open? Its terms and closures."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from safeguarding import personal_data
from safeguarding.dates import full_day
from safeguarding.keys import uuid7
from safeguarding.personal_data import Kept, Retention, Source


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
    # What need not be read at once is mailed together, once a school day.
    digest_at = models.TimeField(default="15:30")
    # A call for a lead goes to the next person, then to the Headteacher (settings, not law).
    call_next_after = models.PositiveSmallIntegerField("minutes until a call goes to the next person", default=3)
    call_head_after = models.PositiveSmallIntegerField("minutes until a call goes to the Headteacher", default=6)
    # Roles that may be given access to a record though the privacy notice does not name them. The notice shows them.
    roles_beyond_notice = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    # After which years children move to the next phase (SEND Regulations 2014 reg 18): 0 is Reception.
    moves_after = ArrayField(models.SmallIntegerField(), default=list, blank=True, verbose_name="years that move on")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(day_starts__lt=F("day_ends")), name="school_day_runs_forward"),
            models.CheckConstraint(condition=Q(call_next_after__lte=F("call_head_after")), name="head_is_called_last"),
        ]

    class PersonalData(personal_data.PersonalData):
        plain = (
            "name",
            "slug",
            "urn",
            "local_authority",
            "establishment",
            "telephone",
            "day_starts",
            "day_ends",
            "social_care_day",
            "social_care_night",
            "digest_at",
            "call_next_after",
            "call_head_after",
            "roles_beyond_notice",
            "moves_after",
        )
        source = Source.SCHOOL
        retention = Retention.KEPT
        kept = Kept.SETTING
        setting = True


class Term(models.Model):
    """Days on which the school is open to children, from first to last, less its closures."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="terms")
    name = models.CharField(max_length=60)
    starts_on = models.DateField()
    ends_on = models.DateField()
    # Entered by mistake: taken out of the calendar, kept as a row.
    withdrawn_at = models.DateTimeField("taken out", null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="term_runs_forward"),
            models.UniqueConstraint("school", "starts_on", condition=Q(withdrawn_at=None), name="one_term_at_a_time"),
        ]

    class PersonalData(personal_data.PersonalData):
        plain = ("name", "starts_on", "ends_on", "withdrawn_at")
        source = Source.SCHOOL
        retention = Retention.KEPT
        kept = Kept.SETTING
        setting = True

    @property
    def called(self) -> str:
        return self.name


class Closure(models.Model):
    """A weekday inside a term on which no children come: a bank holiday, a training day."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="closures")
    on = models.DateField("day")
    reason = models.CharField(max_length=100)
    withdrawn_at = models.DateTimeField("taken out", null=True, blank=True)

    class Meta:
        verbose_name = "day closed"
        constraints = [
            models.UniqueConstraint("school", "on", condition=Q(withdrawn_at=None), name="closed_once_a_day")
        ]

    class PersonalData(personal_data.PersonalData):
        plain = ("on", "reason", "withdrawn_at")
        source = Source.SCHOOL
        retention = Retention.KEPT
        kept = Kept.SETTING
        setting = True

    @property
    def called(self) -> str:
        return full_day(self.on)
