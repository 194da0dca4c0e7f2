"""Does a child have a child protection plan, of which everybody knows who sees another plan of the child?"""

from datetime import date

from django.db.models import Q
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import colleagues
from safeguarding.audit.protection import who_sees
from safeguarding.plans.models import Designation, Episode

from .badging import decided_badges

PROTECTION = "child_protection"


def is_protected(plan: Episode, day: date, by: User) -> bool:
    """Whether a child protection plan of the child was in force on a day, beside `plan`.

    One that is hidden from anybody who sees this plan counts for nobody: what is counted here is the same whoever is at
    work, and tells nobody of it. A restricted one counts, for its badge is seen.
    """
    badges = decided_badges(Designation.objects.filter(child=plan.child_id, kind=PROTECTION, starts_on__lte=day))
    found = list(badges.filter(Q(ends_on=None) | Q(ends_on__gt=day)).exclude(episode=plan))
    if not found:
        return False
    people = {by.pk, *colleagues(plan.school_id, timezone.localdate()).values_list("pk", flat=True)}
    readers = who_sees(plan, people).keys()
    return any(readers <= who_sees(badge, people).keys() for badge in found)
