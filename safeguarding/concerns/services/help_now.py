"""Who can help now, and what must a page say when nobody is here?"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.services import OutOfHours, SpeakTo, get_school, leads_on_duty, out_of_hours, speak_to


@dataclass(frozen=True)
class HelpNow:
    """Whom to speak to, the first to try at the top, and what to say out of hours. `leads` are those not away today."""

    school_id: UUID
    at: datetime
    people: list[SpeakTo]
    hours: OutOfHours
    leads: list[User]

    @property
    def first(self) -> SpeakTo | None:
        """Whom to tell at once, where somebody is in."""
        return next((person for person in self.people if person.in_school_now), None)

    @property
    def nobody_here(self) -> bool:
        return self.hours.nobody_on_duty


def help_now(school_id: UUID, at: datetime) -> HelpNow:
    """Who can help at a school at a moment: nine queries, whatever the number of people."""
    school = get_school(school_id)
    return HelpNow(
        school_id=school_id,
        at=at,
        people=speak_to(school, at),
        hours=out_of_hours(school, at),
        leads=leads_on_duty(school_id, on=timezone.localdate(at)),
    )
