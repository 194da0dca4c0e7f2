"""Who can see a concern, what can somebody see, and what is there to review at a school? Read only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet

from children.models import ChildGrant, ChildTeamGrant, ConflictOfInterest, EmergencyAccess
from children.services.sight import conflicts_to_see, emergencies_of, given_in_words, given_to, live_grants
from safeguarding.accounts.models import AccessReview, Team
from safeguarding.accounts.role_words import in_words, of_roles
from safeguarding.accounts.services import Colleague, last_review, staff_of, teams_of
from safeguarding.accounts.services.sight import WhoSees, who_can_see
from safeguarding.audit.protection import known
from safeguarding.audit.reading import visible
from safeguarding.concerns.models import (
    Action,
    Attachment,
    Concern,
    ConcernChild,
    ConcernGrant,
    ConcernSubject,
    ContactMade,
    EnteredInError,
    EscalationLetter,
    Meeting,
    MeetingAddition,
    MeetingAttendee,
    MeetingDecision,
    Referral,
    ReferralStep,
)
from safeguarding.dates import start_of

See = Callable[[type[Model]], QuerySet[Any]]
# What hangs on a concern and has events of its own: it was opened, printed, added or ended.
_TOLD_OF: tuple[type[Model], ...] = (
    Action,
    Attachment,
    ConcernChild,
    ConcernSubject,
    ContactMade,
    EnteredInError,
    EscalationLetter,
    Meeting,
    MeetingAddition,
    MeetingAttendee,
    MeetingDecision,
    Referral,
    ReferralStep,
)


def who_sees_concern(concern: Concern, see: See, *, on: date) -> WhoSees:
    """Who sees the concern, with what was given to it by name where the reader may know it."""
    grants = live_grants(see(ConcernGrant).filter(content_object=concern), on)
    detail = {(grant.user_id, "named"): given_in_words(grant) for grant in grants}
    return who_can_see(concern, on=on, detail=detail)


def subjects_of(concern: Concern, see: See) -> QuerySet[ConcernSubject]:
    """The colleagues whom the concern is about, as far as its reader may know."""
    found: QuerySet[ConcernSubject] = see(ConcernSubject).filter(concern=concern, withdrawn_at=None)
    return found.select_related("user", "named_by").order_by("named_at")


def about_concern(concern: Concern, see: See) -> list[UUID]:
    """The keys of the concern and of what hangs on it that events speak of: one query."""
    first, *others = (see(model).filter(concern=concern).order_by().values_list("pk", flat=True) for model in _TOLD_OF)
    return [concern.pk, *first.union(*others, all=True)]


def keys_in_log(request: Any, child_id: UUID) -> list[UUID]:
    """The keys of a child's concerns and of what hangs on them, as far as who asks may see them: two queries."""
    see = partial(visible, request)
    concerns = list(see(ConcernChild).filter(child=child_id).order_by().values_list("concern", flat=True))
    found = (see(model).filter(concern__in=concerns).order_by().values_list("pk", flat=True) for model in _TOLD_OF)
    first, *others = found
    return [*concerns, *first.union(*others, all=True)] if concerns else []


def standing_in(concerns: QuerySet[Concern], user: Any, school_id: UUID) -> QuerySet[Concern]:
    """The concerns in which somebody stands in at a school, those that wait first."""
    mine = concerns.filter(pk__in=known("concerns_standing_in", user.pk), school_id=school_id)
    return mine.select_related("category", "subcategory").order_by("acknowledged_at", "-how_soon", "-logged_at")


def given_concerns(user: Any, see: See, *, on: date) -> QuerySet[ConcernGrant]:
    """The access to concerns by name that somebody has on a day, as far as their role allows it still."""
    opens = known("granted_concerns", user.pk)
    return live_grants(see(ConcernGrant).filter(user=user, content_object__in=opens), on).select_related(
        "content_object"
    )


@dataclass(frozen=True)
class Everything:
    """What a colleague can see: by their roles in words, what was given, their teams, where they stand in."""

    one: Colleague
    by_role: Sequence[tuple[Any, list[str]]]
    grants: Sequence[ChildGrant]
    team_grants: Sequence[ChildTeamGrant]
    concerns: Sequence[ConcernGrant]
    teams: Sequence[Team]
    emergencies: Sequence[EmergencyAccess]
    stands_in: int
    conflicts: int


def everything(one: Colleague, school_id: UUID, see: See, *, on: date, at: datetime) -> Everything:
    """Everything that somebody can see at a school, as far as the reader may know. Conflicts are a number."""
    given = given_to(one.user, see, on=on)
    teams = [team for team in teams_of(school_id, on=on) if any(m.user_id == one.user.pk for m in team.members_now)]  # type: ignore[attr-defined]
    return Everything(
        one=one,
        by_role=[(held, in_words(of_roles([held.role_key]))) for held in one.roles],
        grants=given["grants"],
        team_grants=given["team_grants"],
        concerns=list(given_concerns(one.user, see, on=on)),
        teams=teams,
        emergencies=emergencies_of(one.user, see, at=at),
        stands_in=len(known("concerns_standing_in", one.user.pk)),
        conflicts=see(ConflictOfInterest).filter(user=one.user, lifted_at=None).count(),
    )


@dataclass(frozen=True)
class Review:
    """What there is to look at: everybody with their roles, what is open to them beside, and what came since the last
    review.
    """

    last: AccessReview | None
    staff: Sequence[Colleague]
    grants: Sequence[ChildGrant]
    team_grants: Sequence[ChildTeamGrant]
    concerns: Sequence[ConcernGrant]
    teams: Sequence[Team]
    emergencies: Sequence[EmergencyAccess]
    conflicts: Sequence[ConflictOfInterest]


def in_force(school_id: UUID, see: See, *, on: date) -> list[Any]:
    """All access that is given and opens something, to people and to teams, what ends first at the top."""
    of_school = partial(_of_school, see, school_id)
    found = [
        *live_grants(of_school(ChildGrant), on).select_related("content_object", "user", "granted_by"),
        *live_grants(of_school(ChildTeamGrant), on).select_related("content_object", "group", "granted_by"),
        *live_grants(of_school(ConcernGrant), on).select_related("content_object", "user", "granted_by"),
    ]
    return sorted(found, key=lambda grant: (grant.expires_on, grant.pk))


def to_review(school_id: UUID, see: See, *, on: date) -> Review:
    """The page of the termly review: what is live, and emergencies and conflicts since somebody signed last."""
    last = last_review(school_id)
    since = last.signed_at if last else start_of(on.replace(year=on.year - 1, day=1))
    of_school = partial(_of_school, see, school_id)
    children = live_grants(of_school(ChildGrant), on).select_related("content_object", "user", "granted_by")
    teams = live_grants(of_school(ChildTeamGrant), on).select_related("content_object", "group", "granted_by")
    return Review(
        last=last,
        staff=staff_of(school_id, on=on),
        grants=list(children),
        team_grants=list(teams),
        concerns=list(live_grants(of_school(ConcernGrant), on).select_related("content_object", "user", "granted_by")),
        teams=list(teams_of(school_id, on=on)),
        emergencies=list(
            of_school(EmergencyAccess).filter(opened_at__gte=since).select_related("user", "child", "reviewed_by")
        ),
        conflicts=list(conflicts_to_see(of_school(ConflictOfInterest))),
    )


def _of_school(see: See, school_id: UUID, model: type[Model]) -> QuerySet[Any]:
    return see(model).filter(school=school_id)
