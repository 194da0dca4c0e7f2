"""What does every story of a school stand on? Its people and children by the ids of the data, its days, the clock."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from safeguarding.accounts.models import User
from safeguarding.demo.days import Days
from safeguarding.demo.source import Entry
from safeguarding.demo.stories import Story

LEADS = ("dsl", "deputy_dsl", "head")


@dataclass(frozen=True)
class Ground:
    """`users` and `children` are by id of the data; `subcategories` by category code and name; `now` is in school
    hours.
    """

    school_id: UUID
    staff: dict[str, Entry]
    users: dict[str, User]
    children: dict[str, UUID]
    subcategories: dict[tuple[str, str], UUID]
    days: Days
    now: datetime
    # Who was away, from a day to a day: (id in the data, first, last).
    away: tuple[str, date, date] | None = None

    def is_away(self, person: User, at: datetime) -> bool:
        """Whether somebody was not in school at a moment."""
        if self.away is None or self.users[self.away[0]].pk != person.pk:
            return False
        return self.away[1] <= at.date() <= self.away[2]

    def leads_for(self, story: Story) -> list[User]:
        """Who may decide it, the accountable lead first: not the parent of a child in it."""
        inside = {e["id"] for e in (story.child, story.other, story.sibling) if e}
        able = [
            s for s in self.staff.values() if s["role_key"] in LEADS and not inside & set(s["own_children_at_school"])
        ]
        return [self.users[s["id"]] for s in sorted(able, key=lambda s: LEADS.index(s["role_key"]))]

    def lead_for(self, story: Story) -> User:
        """The lead whom the reporter told: the accountable one, or the next when that is the reporter."""
        leads = self.leads_for(story)
        return next((lead for lead in leads if lead.pk != self.users[story.reporter["id"]].pk), leads[0])

    def with_job(self, job: str) -> User | None:
        """The first person with a job of the data, if the school has one."""
        return next((self.users[s["id"]] for s in self.staff.values() if s["role_key"] == job), None)
