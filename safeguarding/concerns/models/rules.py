"""Who is told of what, beside the leads on duty, and at once or in the digest of the day?

A school's own rules, dated.
"""

from django.db import models
from django.db.models import Q

from safeguarding import personal_data
from safeguarding.accounts.models import School, Team, User
from safeguarding.accounts.roles import ROLES
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Kept, Retention, Source

from .kinds import Category, HowSoon, Level, key


class NoticeRule(models.Model):
    """One rule. It is never changed: another takes its place, and it stays with its last moment.

    Neither role nor team: it is about the leads on duty, and says only when their mail goes out. They are always told.
    """

    class What(models.TextChoices):
        NEW_CONCERN = ConcernNotice.NEW_CONCERN.value, "A new concern"
        ADDED = ConcernNotice.ADDED.value, "Something added to a concern"
        DECIDED = ConcernNotice.DECIDED.value, "A decision"
        REOPENED = ConcernNotice.REOPENED.value, "A concern opened again"

    class When(models.TextChoices):
        AT_ONCE = "at_once", "At once"
        DIGEST = "digest", "In the digest of the day"

    id = key()
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    what = models.CharField("what happened", max_length=20, choices=What)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    soon_from = models.PositiveSmallIntegerField("how soon, from", choices=HowSoon, null=True, blank=True)
    level_from = models.PositiveSmallIntegerField("level of need, from", choices=Level, null=True, blank=True)
    role_key = models.CharField("role", max_length=40, blank=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    when = models.CharField("when", max_length=10, choices=When)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "rule about notices"
        constraints = [
            models.CheckConstraint(condition=Q(role_key="") | Q(team=None), name="rule_for_one_group"),
            in_pairs("ended", name="rule_ended_in_pairs"),
        ]
        indexes = [models.Index(fields=["school", "what"], name="rule_live", condition=Q(ended_at=None))]

    class PersonalData(personal_data.PersonalData):
        plain = ("token", "what", "soon_from", "level_from", "role_key", "when", "made_at", "ended_at")
        source = Source.SCHOOL
        retention = Retention.KEPT
        kept = Kept.SETTING
        setting = True

    @property
    def called(self) -> str:
        return f"{self.get_what_display()}, {self.whom}"

    @property
    def is_for_leads(self) -> bool:
        """Whether it is about the leads on duty, who are told anyway."""
        return not self.role_key and self.team_id is None

    @property
    def whom(self) -> str:
        """Whom it tells, in words."""
        if self.team is not None:
            return f"Team: {self.team.title}"
        return ROLES[self.role_key].title if self.role_key else "Safeguarding leads on duty"

    @property
    def narrowing(self) -> str:
        """Of which concerns, in words."""
        parts = [
            self.category.name if self.category else "",
            _from(HowSoon, self.soon_from, "or sooner"),
            _from(Level, self.level_from, "or higher"),
        ]
        return "; ".join(filter(None, parts)) or "Every concern"


def _from(choices: type[models.IntegerChoices], lowest: int | None, more: str) -> str:
    """This week or sooner; the highest alone; empty where everything is meant."""
    if not lowest:
        return ""
    label = str(choices(lowest).label)
    return label if lowest == max(choices.values) else f"{label} {more}"
