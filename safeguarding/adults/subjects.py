"""Whose is a concern about an adult?

Its key is wrapped for each adult with an account whom it is about, or else for the school.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from safeguarding.sealing.services.keeping import share
from safeguarding.sealing.subjects import Subject, kind_of, wrapped_for

from .models import AdultNamed, StaffConcern

KIND = kind_of(AdultNamed)


def subjects_of(concerns: Collection[UUID]) -> Mapping[UUID, Collection[Subject]]:
    """Of those concerns that there are: each adult with an account whom it is about, or the school."""
    about: defaultdict[UUID, list[Subject]] = defaultdict(list)
    rows = AdultNamed._base_manager.filter(
        staff_concern__in=concerns, user__isnull=False, part=AdultNamed.Part.ABOUT, withdrawn_at=None
    )
    for concern, user in rows.values_list("staff_concern_id", "user_id"):
        about[concern].append(Subject.adult(user))
    there = StaffConcern._base_manager.filter(pk__in=concerns).values_list("pk", "school_id")
    return {concern: about[concern] or [Subject.school(school)] for concern, school in there}


def keep_for(concern: UUID, adults: Iterable[UUID], school_id: UUID) -> None:
    """Give a concern its key, wrapped for these adults. What is sealed before is readable to them from now on."""
    share(KIND, {concern: [Subject.adult(user) for user in adults] or [Subject.school(school_id)]})


wrapped_for(KIND, subjects_of)
