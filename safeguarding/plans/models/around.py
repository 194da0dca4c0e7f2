"""Who from outside works with a child, which files belong to the steps of a plan, and what stands beside the name?"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from children.models import Child, OfChild
from safeguarding import personal_data
from safeguarding.accounts.models import User
from safeguarding.addresses import address_of
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Retention, Source
from safeguarding.plans.kinds import EPISODES, Area
from safeguarding.uploads.models import NARRATIVE, PLAIN, StoredFile

from .bases import WHY, OfPlan, Written, words
from .episode import Episode
from .step import Step


class Professional(Written, OfChild):
    """Somebody from outside the school who works with the child: a social worker, a reviewing officer.

    Who reads plans of one of the `areas` reads the row. `episode` is the plan with which it was entered: who may not
    see that plan does not see the row. What is sealed stays, so a wrong name or number is corrected by a new row.
    """

    class Role(models.TextChoices):
        SOCIAL_WORKER = "social_worker", "Social worker"
        TEAM_MANAGER = "team_manager", "Manager of the social worker"
        CONFERENCE_CHAIR = "conference_chair", "Chair of the conference"
        REVIEWING_OFFICER = "reviewing_officer", "Independent reviewing officer"
        VIRTUAL_SCHOOL = "virtual_school", "Virtual school head or worker"
        PERSONAL_ADVISER = "personal_adviser", "Personal adviser"
        EARLY_HELP = "early_help", "Early help worker"
        HEALTH = "health", "Nurse or other health professional"
        CASEWORKER = "caseworker", "EHCP caseworker"
        PSYCHOLOGIST = "psychologist", "Educational psychologist"
        POLICE = "police", "Police officer"
        GUARDIAN = "guardian", "Children’s guardian"
        SOLICITOR = "solicitor", "Solicitor"
        OTHER = "other", "Other"

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="+")
    areas = ArrayField(models.CharField(max_length=12, choices=Area), verbose_name="works with the child on")
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField("role", max_length=18, choices=Role)
    name = words("name")
    organisation = words("where they work")
    telephone = words("telephone")
    email = words("e-mail")
    starts_on = models.DateField("from", null=True, blank=True)
    ends_on = models.DateField("until", null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
                name="professional_until_after_from",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ends_on=None) | Q(ended_at__isnull=False, ends_on__isnull=False),
                name="professional_ended_on_a_day",
            ),
            in_pairs("ended", name="professional_ended_in_pairs"),
            # Who works on an adoption tells of it, so that area stands alone (domain reference 2.3).
            models.CheckConstraint(
                condition=Q(areas=[Area.ADOPTION]) | (~Q(areas=[]) & ~Q(areas__contains=[Area.ADOPTION])),
                name="professional_of_adoption_alone",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["child", "role"], name="professional_of_child")]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = ("name", "organisation", "telephone", "email")
        plain = ("token", "written_at", "areas", "role", "starts_on", "ends_on", "ended_at")
        source = Source.LOCAL_AUTHORITY
        also_from = (Source.HEALTH,)
        collection = WHY
        retention = Retention.GOES_WITH_IT


class PlanFile(StoredFile):
    """A file of a step: minutes, a plan, a report.

    No `ChildFile`: those are read by pastoral staff with access to the child, who read no child protection plan.
    """

    class What(models.TextChoices):
        MINUTES = "minutes", "Minutes"
        PLAN = "plan", "Plan"
        REPORT = "report", "Report or assessment"
        ORDER = "order", "Court order or other legal document"
        LETTER = "letter", "Letter or e-mail"
        OTHER = "other", "Something else"

    nav = "children"
    opens_in_error = False

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="+")
    area = models.CharField(max_length=12, choices=Area)
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="+")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="files")
    what = models.CharField("what it is", max_length=10, choices=What)
    dated = models.DateField("date on it", null=True, blank=True)

    class Meta(StoredFile.Meta):
        indexes: ClassVar = [models.Index(fields=["step", "attached_at"], name="file_of_step")]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = NARRATIVE
        plain = (*PLAIN, "area", "what", "dated")
        source = Source.LOCAL_AUTHORITY
        also_from = (Source.HEALTH,)
        collection = WHY
        retention = Retention.GOES_WITH_IT

    def get_absolute_url(self) -> str:
        return f"{address_of('plan_step', self.step_id)}#files"

    @property
    def belongs_to(self) -> str:
        return f"record {self.child.number}"


class Designation(OfPlan):
    """What stands beside the child's name while an episode is open: the badge and its days, and nothing else.

    `starts_on` is the day on which the plan was decided; until then it is empty, and no page has the badge
    (`services/badging.py`).
    One for each episode, written by the services that begin and end it. More people see it than read the episode.
    """

    episode = models.OneToOneField(Episode, on_delete=models.PROTECT, related_name="designation")
    kind = models.CharField(
        "what it is", max_length=24, choices=[(kind.key, kind.title) for kind in EPISODES.values() if kind.badge]
    )
    starts_on = models.DateField("from", null=True, blank=True)
    ends_on = models.DateField("until", null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["child"], name="designation_of_child", condition=Q(ends_on=None, starts_on__isnull=False)
            ),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        plain = ("area", "kind", "starts_on", "ends_on")
        source = Source.LOCAL_AUTHORITY
        collection = WHY
        retention = Retention.GOES_WITH_IT
