"""Who had an action before, who has it since, and did it come back?"""

from django.db import models
from django.db.models import F, Q

from safeguarding import personal_data
from safeguarding.accounts.models import ActingPeriod, User
from safeguarding.pairs import in_pairs
from safeguarding.personal_data import Retention, Source

from .bases import OfConcern
from .concern import Concern
from .kinds import KCSIE
from .lead import Action


class HandOver(OfConcern):
    """That an action went from one person to another: by somebody's hand, or because a lead was away (`period`)."""

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="hand_overs")
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="hand_overs")
    period = models.ForeignKey(ActingPeriod, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    from_user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    to_user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # Nobody: Harbour itself, because a lead was away.
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    given_back_at = models.DateTimeField(null=True, blank=True)
    given_back_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            # Somebody who gives the action back to the lead by hand means it: it does not move a second time.
            models.UniqueConstraint("action", "period", name="moved_once_for_an_absence"),
            models.CheckConstraint(condition=~Q(from_user=F("to_user")), name="handed_to_somebody_else"),
            in_pairs("given_back", name="given_back_in_pairs"),
        ]
        indexes = [models.Index(fields=["school", "at"], name="handed_over_at")]

    class PersonalData(personal_data.PersonalData):
        subject = "concern__children"
        plain = ("at", "given_back_at")
        source = Source.SAFEGUARDING_LEAD
        collection = KCSIE
        retention = Retention.GOES_WITH_IT
