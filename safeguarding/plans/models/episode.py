"""What is a child, or what does a child have, from a day until a day?"""

from datetime import date
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from safeguarding import personal_data
from safeguarding.accounts.models import User
from safeguarding.concerns.models import Concern, Referral
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Link, Retention, Source
from safeguarding.plans import codes
from safeguarding.plans.kinds import EPISODE_COLUMNS, EPISODES, EpisodeKind

from .bases import WHY, Coded, Follows, OfPlan, Written, code, words
from .constraints import by_kind, in_area, tells_no_adoption


class Episode(Coded, Written, OfPlan):
    """A plan or a status, as the authority decided it: a child protection plan, looked after, an EHCP.

    The school records it, and decides nothing for the authority.
    """

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        ENDED = "ended", "Ended"
        ERROR = "error", "Entered in error"

    kind = models.CharField("what it is", max_length=24, choices=[(kind.key, kind.title) for kind in EPISODES.values()])
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    authority = models.CharField("local authority", max_length=3, blank=True, default="")
    reference = words("the authority’s reference")
    starts_on = models.DateField("from")
    ends_on = models.DateField("until", null=True, blank=True)
    end_reason = code("why it ended")
    # When it was decided, and by which step where that is recorded here: the badge stands from that day, and from none
    # where it is empty (`plans/services/deciding.py`).
    decided_on = models.DateField("decided on", null=True, blank=True)
    decided_by = models.ForeignKey("plans.Step", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # What follows from how it ended (`plans/kinds/outcomes.py`).
    follows = models.CharField("what follows", max_length=8, choices=Follows, blank=True, default="", editable=False)
    known_by = code("how the school knows")
    # The key of the record on which it was begun. No link: it stays when two records of a child become one, so that
    # two open episodes of one kind can come together, and are shown.
    begun_for = models.UUIDField(editable=False)
    # The concern and the referral it came from. Who may not see that concern may not see this.
    began_with = models.ForeignKey(Concern, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    primary_need = code("primary need")
    referred_by = code("who referred the child")
    category = code("first category of abuse")
    latest_category = code("category of abuse now")
    earlier_plans = models.PositiveSmallIntegerField("earlier plans", null=True, blank=True)
    eligibility = code("eligibility")
    needs = ArrayField(models.CharField(max_length=8), default=list, blank=True, verbose_name="needs")

    asked = words("what is asked of the school")
    contact = words("contact with family")
    delegated = words("what the carer may agree to")

    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    error_at = models.DateTimeField(null=True, blank=True)
    error_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    error_reason = words("why it was entered in error")
    # Counts saves, so that the second of two people sees what the first changed.
    revision = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "begun_for", "kind", "authority", condition=Q(status="open"), name="one_open_episode_of_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="episode_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=Q(status="open", ended_at=None, ends_on=None, end_reason="")
                | (Q(status="ended", ended_at__isnull=False, ends_on__isnull=False) & ~Q(end_reason=""))
                | Q(status="error"),
                name="episode_ended_as_it_stands",
            ),
            models.CheckConstraint(
                condition=Q(status="error", error_at__isnull=False) | (~Q(status="error") & Q(error_at=None)),
                name="episode_in_error_as_it_stands",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=sorted(k for k, kind in EPISODES.items() if kind.needs_authority))
                | ~Q(authority=""),
                name="episode_has_its_authority",
            ),
            in_pairs("ended", name="episode_ended_in_pairs"),
            in_pairs("error", name="episode_in_error_in_pairs"),
            *in_area("episode", EPISODES),
            *by_kind("episode", EPISODES, EPISODE_COLUMNS),
            *tells_no_adoption("episode", ("end_reason",)),
        ]
        indexes: ClassVar = [
            models.Index(fields=["child", "-starts_on"], name="episode_of_child"),
            models.Index(fields=["school", "kind"], name="episode_open", condition=Q(status="open")),
            models.Index(fields=["began_with"], name="episode_of_concern", condition=Q(began_with__isnull=False)),
            models.Index(fields=["area", "school"], name="episode_of_area"),
            models.Index(fields=["decided_by"], name="episode_decided", condition=Q(decided_by__isnull=False)),
            models.Index(fields=["school"], name="episode_follows", condition=Q(follows=Follows.WAITS)),
        ]

    class PersonalData(personal_data.PersonalData):
        subject = "child"
        sealed_by = "child"
        narrative = ("reference", "asked", "contact", "delegated", "error_reason")
        plain = (
            "token",
            "written_at",
            "area",
            "kind",
            "status",
            "authority",
            "starts_on",
            "ends_on",
            "end_reason",
            "decided_on",
            "follows",
            "known_by",
            "begun_for",
            *EPISODE_COLUMNS,
            "ended_at",
            "error_at",
            "revision",
        )
        source = Source.LOCAL_AUTHORITY
        collection = WHY
        retention = Retention.GOES_WITH_IT
        links: ClassVar = {"began_with": Link.EMPTIES, "referral": Link.EMPTIES, "begun_for": Link.EMPTIES}

    @property
    def of_kind(self) -> EpisodeKind:
        return EPISODES[self.kind]

    @property
    def title(self) -> str:
        """What it is; until it is decided, what it was asked for."""
        return self.of_kind.before if self.of_kind.before and self.decided_on is None else self.of_kind.title

    @property
    def stands_from(self) -> date:
        """From when on it is what it is called: until it is decided, since it was asked for."""
        return self.decided_on if self.of_kind.before and self.decided_on else self.starts_on

    @property
    def first_day_unknown(self) -> bool:
        """Of an education, health and care plan that came with the child: nobody knows when it was asked for."""
        return self.kind == "ehcp" and self.starts_on == self.decided_on

    @property
    def authority_label(self) -> str:
        return codes.label("authority", self.authority) if self.authority else ""

    @property
    def end_label(self) -> str:
        return codes.label(self.of_kind.ends, self.end_reason) if self.end_reason else ""

    @property
    def known_label(self) -> str:
        return codes.label("known_by", self.known_by) if self.known_by else ""
