"""After which years do children of a school move on, and in which year is a child?"""

from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import School
from safeguarding.plans.phases import Moving


def moving_of(child: Child) -> Moving:
    """Return it of the child as it is today, whenever what is counted was: a year group is that of this school year."""
    after = School.objects.values_list("moves_after", flat=True).get(pk=child.school_id)
    return Moving(tuple(after), child.year_group, timezone.localdate())
