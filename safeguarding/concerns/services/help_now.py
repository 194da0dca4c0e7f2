"""Who can help now, and what must a page say when nobody is here?"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.services import OutOfHours, SpeakTo, get_school, leads_on_duty, out_of_hours, speak_to


@dataclass(frozen=True)
class HelpNow:
    """Whom to speak to, the first to try at the top, and what to say out of hours. `leads` are those not away today.

    `asks` is who looks for help: nobody is told to tell herself.
    """

    school_id: UUID
    at: datetime
    people: list[SpeakTo]
    hours: OutOfHours
    leads: list[User]
    asks: UUID | None

    @property
    def first(self) -> SpeakTo | None:
        """Whom to tell at once, where somebody is in."""
        return next((p for p in self.people if p.in_school_now and p.user_id != self.asks), None)

    @property
    def nobody_here(self) -> bool:
        return self.hours.nobody_on_duty


def help_now(school_id: UUID, at: datetime, *, asks: User | None = None) -> HelpNow:
    """Who can help `asks` at a school at a moment: nine queries, whatever the number of people."""
    school = get_school(school_id)
    return HelpNow(
        school_id=school_id,
        at=at,
        people=speak_to(school, at),
        hours=out_of_hours(school, at),
        leads=[p for p in leads_on_duty(school_id, on=timezone.localdate(at)) if p != asks],
        asks=asks.pk if asks else None,
    )
