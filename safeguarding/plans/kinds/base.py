"""What does a kind of episode or of step say of itself?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.db import models


class Area(models.TextChoices):
    """Who keeps and reads what: the capabilities of an area are `view_<area>` and `keep_<area>`."""

    PROTECTION = "protection", "Child protection and social care"
    CARE = "care", "Looked after and leaving care"
    NEEDS = "needs", "Education, health and care plan"
    ADOPTION = "adoption", "Adoption"
    ATTENDANCE = "attendance", "Attendance"


class Keeps(StrEnum):
    """Which day holds where a second rule asks for a step that waits already."""

    FIRST = "first"
    EARLIER = "earlier"
    NEWEST = "newest"


class Duty(models.TextChoices):
    """Who owes a step, and who does it. Only what the school does is missed; with others the school chases."""

    SCHOOL = "school", "The school"
    AUTHORITY = "authority", "The local authority"
    HEALTH = "health", "Health services"


@dataclass(frozen=True)
class Kind:
    """What kinds of both sorts have.

    `columns` are the typed columns that a row of the kind may fill, `required` those that it must: an episode from its
    first day, a step from when it was held. `lists` says which list of codes a column takes where that is not the one
    of `LISTS`. `words` are the sealed fields that its form shows. `law` is where it comes from, `notice` the items of
    the privacy notice that it is one of (domain reference 8).
    """

    key: str
    title: str
    law: str
    columns: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    lists: Mapping[str, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    notice: tuple[int, ...] = ()

    def list_of(self, column: str) -> str:
        """The list of codes that a column takes; empty for one that takes none."""
        return self.lists.get(column) or LISTS.get(column, "")


@dataclass(frozen=True)
class StepKind(Kind):
    """Something that waits, is booked and is held inside an episode. `outcomes` is the list of what may come of it.

    `settles` are the kinds that wait no longer once this was held. `is_one_each`: every step that asks for it has its
    own, and not one for all of them: an interview for each absence, a report for each review. `keeps` says which day
    holds where two rules ask for the one that waits. `is_of_plan`: held before the plan, it is not counted. `duty` is
    who does it, `owed_by` who owes it where that is somebody else and the plan has an authority. `is_visit`: somebody
    sees the child for it on a day that is booked.
    """

    duty: Duty = Duty.AUTHORITY
    owed_by: Duty | None = None
    outcomes: str = ""
    settles: tuple[str, ...] = ()
    is_one_each: bool = False
    keeps: Keeps = Keeps.FIRST
    is_of_plan: bool = False
    is_visit: bool = False

    def list_of(self, column: str) -> str:
        return self.outcomes if column == "outcome" else super().list_of(column)

    @property
    def is_meeting(self) -> bool:
        """Whether people meet for it."""
        return "present" in self.words

    @property
    def not_yet(self) -> str:
        """What is said of one that waits and has no day: a report is not booked."""
        return "Not booked" if self.is_meeting or self.is_visit else "Not done yet"


@dataclass(frozen=True)
class EpisodeKind(Kind):
    """A status that a child has from a day until a day. `badge` is what stands beside the name (a key of
    the component); empty: nothing does.

    `steps` are the keys of the steps that it may have, `ends` the list of reasons for which it ends. `before` is what
    it is called until it is decided, where that is another day than its first, and `first_day` what that is;
    `begins_with` is the step that was held on its first day. `is_there` is what those are told of it who see the badge
    and not the plan. `choice` says what a family may keep to itself, as `collection` of `PersonalData` says it, and
    `by_family` that families tell of it.
    """

    area: Area = Area.PROTECTION
    badge: str = ""
    steps: tuple[str, ...] = ()
    ends: str = ""
    needs_authority: bool = True
    before: str = ""
    first_day: str = "First day"
    begins_with: str = ""
    is_there: str = ""
    choice: str = ""
    by_family: bool = False


# The list of codes that a column takes, in every kind that does not say another.
LISTS = {
    "primary_need": "primary_need",
    "referred_by": "referral_source",
    "category": "cp_category",
    "latest_category": "cp_category",
    "eligibility": "leaver",
    "needs": "sen_need",
    "participation": "participation",
    "no_score_reason": "sdq_reason",
    "factors": "factor",
    "legal_status": "legal_status",
    "placement": "placement",
    "provider": "provider",
    "change_reason": "placement_change",
    "in_touch": "in_touch",
    "activity": "activity",
    "accommodation": "accommodation",
}
# Every typed column that some kind has and another has not.
EPISODE_COLUMNS = (
    "primary_need",
    "referred_by",
    "category",
    "latest_category",
    "earlier_plans",
    "eligibility",
    "needs",
)
STEP_COLUMNS = (
    "outcome",
    "participation",
    "score",
    "no_score_reason",
    "answer",
    "factors",
    "child_seen",
    "quorate",
    "report_sent_on",
    "held_to",
    "legal_status",
    "placement",
    "provider",
    "change_reason",
    "in_touch",
    "activity",
    "accommodation",
)
# Where most of them come from.
WT = "Working Together to Safeguard Children 2023"
CARE_PLANNING = "Care Planning, Placement and Case Review (England) Regulations 2010"
SEND = "Special Educational Needs and Disability Regulations 2014"
ADOPTION_ACT = "Adoption and Children Act 2002"
FOSTERING = "Children (Private Arrangements for Fostering) Regulations 2005"
MISSING = "Statutory guidance on children who run away or go missing 2014"
LEAVING = "Children Act 1989 ss.23A to 24D; Care Leavers (England) Regulations 2010"
S17, S47 = f"Children Act 1989 s.17; {WT}", f"Children Act 1989 s.47; {WT}"
