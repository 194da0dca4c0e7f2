"""Which targets has a school set itself for its figures?"""

from django.db import models
from django.db.models import Q

from safeguarding import personal_data
from safeguarding.accounts.models import School, User
from safeguarding.keys import uuid7
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Kept, Retention, Source
from safeguarding.reports.aims import aim_in_words


class Target(models.Model):
    """What a school has set itself for one figure. Never changed: another takes its place, and it stays with its last
    moment. No row: no target; no law sets one, and Harbour none of its own.
    """

    class Figure(models.TextChoices):
        """The keys of figures that may have one, in the order in which pages show them."""

        READ = "read-in-time", "Read the same school day"
        DECIDED = "decided-in-time", "Decided in 1 school day"
        ACTIONS_LATE = "actions-late", "Actions late"
        DATES_MISSED = "dates-missed", "Statutory dates missed"
        AGENCIES_LATE = "agencies-late", "Agencies late with an answer"
        ACTIONS_ON_TIME = "actions-on-time", "Actions done on time"
        AGENCIES_CHASED = "agencies-chased", "Agencies chased in time"

    # At least so many per cent; of the others at most so many.
    SHARES = (Figure.READ, Figure.DECIDED, Figure.ACTIONS_ON_TIME, Figure.AGENCIES_CHASED)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(unique=True)
    figure = models.CharField(max_length=20, choices=Figure)
    value = models.PositiveSmallIntegerField("target")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "target"
        constraints = [
            models.UniqueConstraint("school", "figure", name="one_target_for_a_figure", condition=Q(ended_at=None)),
            in_pairs("ended", name="target_ended_in_pairs"),
        ]

    class PersonalData(personal_data.PersonalData):
        plain = ("token", "figure", "value", "made_at", "ended_at")
        source = Source.SCHOOL
        retention = Retention.KEPT
        kept = Kept.SETTING
        setting = True

    @property
    def called(self) -> str:
        return str(self.get_figure_display())

    @property
    def is_share(self) -> bool:
        return self.figure in self.SHARES

    @property
    def in_words(self) -> str:
        """95%; 3 at most; 0."""
        return aim_in_words(self.value, is_share=self.is_share)
