"""Who may be given access at a school, which teams are there, what was answered to the yearly question, who has
reviewed?
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from safeguarding.accounts.models import (
    AccessReview,
    ConflictAnswer,
    RoleAssignment,
    School,
    Team,
    TeamMember,
    Term,
    User,
)
from safeguarding.accounts.permissions import ensure, ensure_works_at, live, people_with
from safeguarding.accounts.roles import ROLES, Capability, only_they
from safeguarding.accounts.services.schools import change_school
from safeguarding.audit.by_keys import ByKeys
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.dates import school_year
from safeguarding.exceptions import BadInput, OutOfTurn, check
from safeguarding.once import once

LEADS = "Only a safeguarding lead, a deputy or the Headteacher of this school can do this."
MANAGERS = only_they(Capability.MANAGE_ACCESS)
GIVERS = only_they(Capability.GIVE_ROLES)


@dataclass(frozen=True)
class Colleague:
    """Somebody who works at a school, with the roles they hold there today, the furthest-reaching first."""

    user: User
    roles: tuple[RoleAssignment, ...]

    @property
    def titles(self) -> str:
        """Pastoral lead; Headteacher and Designated safeguarding lead."""
        return " and ".join(dict.fromkeys(held.role.title for held in self.roles))


_ever_at = ByKeys(
    lambda asked: (
        User.objects.filter(pk__in=RoleAssignment.objects.filter(asked.one("school_id")).values("user_id"))
        .order_by("last_name", "first_name", "pk")
        .only("first_name", "last_name", "job")
    )
)


def who_ever_worked_at(school_id: UUID) -> list[User]:
    """Everybody who has, or had, a role at the school, by name, with what a list says of them: what they logged stays.

    One query.
    """
    return _ever_at.whoever_asks([school_id])


def staff_of(school_id: UUID, *, on: date) -> list[Colleague]:
    """Everybody with a live role at the school and an open account, by name: one query, once a page."""
    return once(("staff", school_id, on), lambda: _read_staff(school_id, on))


def _read_staff(school_id: UUID, on: date) -> list[Colleague]:
    held = RoleAssignment.objects.filter(live(on), school_id=school_id, user__is_active=True).select_related("user")
    order, found = list(ROLES), defaultdict(list)
    for one in held.order_by("user__last_name", "user__first_name", "user_id", "starts_on"):
        found[one.user].append(one)
    return [
        Colleague(user, tuple(sorted(some, key=lambda h: -order.index(h.role_key)))) for user, some in found.items()
    ]


def roles_lately(school_id: UUID, *, on: date) -> list[RoleAssignment]:
    """Roles that began in the last 30 days, or end in the next 30 or have in the last 7; the newest first."""
    near = Q(starts_on__gt=on - timedelta(days=30)) | Q(
        ends_on__gte=on - timedelta(days=7), ends_on__lte=on + timedelta(days=30)
    )
    held = RoleAssignment.objects.filter(near, school_id=school_id, user__is_active=True).select_related("user")
    return list(held.order_by("-starts_on", "user__last_name", "pk"))


def may_be_given(user: User, school_id: UUID, *, on: date) -> bool:
    """Whether the person may be given access to a record: the privacy notice names their role, or the school says so
    itself.
    """
    beyond = School.objects.values_list("roles_beyond_notice", flat=True).get(pk=school_id)
    held = RoleAssignment.objects.filter(live(on), user=user, school_id=school_id).values_list("role_key", flat=True)
    return user.is_active and any(ROLES[key].named_in_notice or key in beyond for key in held)


def who_may_be_given(school: School, *, on: date) -> list[Colleague]:
    """Of the school's people, those to whom access to a record may be given, by name."""
    return _who_may_be_given(school, school.roles_beyond_notice, on)


def _who_may_be_given(school: School, beyond: Sequence[str], on: date) -> list[Colleague]:
    return [
        one
        for one in staff_of(school.pk, on=on)
        if any(held.role.named_in_notice or held.role_key in beyond for held in one.roles)
    ]


def who_would_change(school: School, role_keys: Sequence[str], *, on: date) -> tuple[list[Colleague], list[Colleague]]:
    """Were these the roles beyond the notice: to whom access could then be given, and to whom no longer, by name.

    What the latter were given closes with the change.
    """
    now, then = who_may_be_given(school, on=on), _who_may_be_given(school, role_keys, on)
    return [one for one in then if one not in now], [one for one in now if one not in then]


@transaction.atomic
def set_roles_beyond_notice(*, school: School, role_keys: list[str], by: User) -> School:
    """Roles to whose holders access may be given though the privacy notice does not name them. The notice will show
    them.

    Raises `NotAllowed` like every change of a school's settings, `BadInput` for a role that is not one, or that the
    notice names already.
    """
    if wrong := [key for key in role_keys if key not in ROLES or ROLES[key].named_in_notice]:
        raise BadInput(f"{wrong[0]} is not a role that can be added to the privacy notice. Choose from the list.")
    return change_school(school=school, by=by, roles_beyond_notice=sorted(role_keys))


def somebody_stands_in(school_id: UUID, *, on: date) -> bool:
    """Whether somebody at the school stands in where the usual readers may not see a concern."""
    return people_with(Capability.STAND_IN, school_id, on).exists()


@transaction.atomic
def answer_conflict_question(
    *, user: User, school_id: UUID, has_connection: bool, at: datetime | None = None
) -> ConflictAnswer:
    """What somebody answers for a school year. A second answer in the year changes nothing but no to yes."""
    at = at or timezone.now()
    answer, is_new = ConflictAnswer.objects.get_or_create(
        user=user,
        school_id=school_id,
        year=school_year(timezone.localdate(at)),
        defaults={"has_connection": has_connection, "answered_at": at},
    )
    if not is_new and has_connection and not answer.has_connection:
        answer.has_connection = True
        answer.save(update_fields=["has_connection"])
    record(Verb.DECLARE, answer, by=user, purpose="yes" if has_connection else "no")
    return answer


def unanswered(school_id: UUID, *, on: date) -> list[Colleague]:
    """Who at the school has not answered the yearly question."""
    answers = ConflictAnswer.objects.filter(school_id=school_id, year=school_year(on))
    answered = set(answers.values_list("user_id", flat=True))
    return [one for one in staff_of(school_id, on=on) if one.user.pk not in answered]


def teams_of(school_id: UUID, *, on: date) -> QuerySet[Team]:
    """The teams of a school that have not ended, by name, with the members of today as `members_now`."""
    members = (
        TeamMember.objects.filter(live(on), ended_at=None).select_related("user").order_by("user__last_name", "user_id")
    )
    return (
        Team.objects.filter(school_id=school_id, ended_at=None)
        .prefetch_related(Prefetch("members", queryset=members, to_attr="members_now"))
        .order_by("title")
    )


def find_team(key: UUID, school_id: UUID, *, on: date) -> Team | None:
    """A team of the school that has not ended, by its key."""
    return teams_of(school_id, on=on).filter(key=key).first()


@transaction.atomic
def make_team(*, school: School, title: str, kind: str, by: User) -> Team:
    """People who are given access together. Raises `BadInput` for a name that another team of the school has."""
    ensure(by, Capability.MANAGE_ACCESS, school.pk, MANAGERS)
    if Team.objects.filter(school=school, title__iexact=title.strip(), ended_at=None).exists():
        raise BadInput(f"There is a team called {title.strip()} already. Choose another name.")
    team = Team(school=school, title=title.strip(), kind=kind)
    # What stands below it is a library's, and its name there is only a key.
    team.name = str(team.key)
    check(team)
    team.save(force_insert=True)
    record(Verb.CREATE, object_type="accounts.team", object_id=team.key, school_id=school.pk, by=by)
    return team


@transaction.atomic
def add_member(*, team: Team, user: User, by: User, on: date | None = None) -> TeamMember:
    """From today the person sees what the team was given. The same again changes nothing.

    Raises `BadInput` for somebody to whom the school may not give access, `NotAllowed` for oneself.
    """
    ensure(by, Capability.MANAGE_ACCESS, team.school_id, MANAGERS)
    on = on or timezone.localdate()
    locked = Team.objects.select_for_update(of=("self",)).get(pk=team.pk)
    if locked.ended_at is not None:
        raise OutOfTurn("This team has ended. Make another.")
    ensure_not_oneself(user, by)
    ensure_works_at(user, team.school_id, on)
    if not may_be_given(user, team.school_id, on=on):
        raise BadInput(not_in_notice(user))
    if there := TeamMember.objects.filter(live(on), team=team, user=user, ended_at=None).first():
        return there
    member = TeamMember(team=team, user=user, starts_on=on)
    member.save(force_insert=True)
    _record_team(Verb.GRANT, team, by=by, purpose="member added")
    return member


@transaction.atomic
def remove_member(*, member: TeamMember, by: User, at: datetime | None = None) -> None:
    """The person sees nothing of what the team was given, from now on. Raises `OutOfTurn` the second time."""
    ensure(by, Capability.MANAGE_ACCESS, member.team.school_id, MANAGERS)
    locked = TeamMember.objects.select_for_update(of=("self",)).get(pk=member.pk)
    if locked.ended_at is not None:
        raise OutOfTurn("This person is not in the team any more.")
    locked.ended_at = at or timezone.now()
    locked.save(update_fields=["ended_at"])
    _record_team(Verb.WITHDRAW, member.team, by=by, purpose="member removed")


@transaction.atomic
def end_team(*, team: Team, by: User, at: datetime | None = None) -> None:
    """What the team was given opens nothing any more. Raises `OutOfTurn` the second time."""
    ensure(by, Capability.MANAGE_ACCESS, team.school_id, MANAGERS)
    locked = Team.objects.select_for_update(of=("self",)).get(pk=team.pk)
    if locked.ended_at is not None:
        raise OutOfTurn("This team has ended already.")
    locked.ended_at = at or timezone.now()
    locked.save(update_fields=["ended_at"])
    _record_team(Verb.WITHDRAW, locked, by=by, purpose="team ended")


def _record_team(verb: Verb, team: Team, *, by: User, purpose: str) -> None:
    """A team's own key is a UUID; that of the row below it is a number."""
    record(verb, object_type="accounts.team", object_id=team.key, school_id=team.school_id, by=by, purpose=purpose)


def ensure_not_oneself(user: User, by: User) -> None:
    """Raise `BadInput` for access to oneself: somebody else gives it."""
    if user.pk == by.pk:
        raise BadInput("You cannot give access to yourself. Ask another safeguarding lead or the Headteacher.")


def not_in_notice(user: User) -> str:
    """Why the person may not be given access, and what to do."""
    return (
        f"{user.full_name} may not be given access: the school’s privacy notice does not name this role. "
        "Add the role in the school’s settings first; the notice then shows it."
    )


def last_review(school_id: UUID) -> AccessReview | None:
    """The newest review of access that was signed for at a school."""
    return AccessReview.objects.filter(school_id=school_id).select_related("signed_by").order_by("-signed_at").first()


def review_is_due(school_id: UUID, *, on: date) -> bool:
    """Whether nobody has signed since the newest term began; without terms, for 120 days."""
    last = last_review(school_id)
    terms = Term.objects.filter(school_id=school_id, withdrawn_at=None, starts_on__lte=on).order_by("-starts_on")
    return is_due(last.signed_at if last else None, terms.values_list("starts_on", flat=True).first(), on=on)


def is_due(signed_at: datetime | None, began: date | None, *, on: date) -> bool:
    """The same of what is known already: when somebody signed last, and when the newest term began."""
    if signed_at is None:
        return True
    signed = timezone.localdate(signed_at)
    return signed < began if began else (on - signed).days > 120


@transaction.atomic
def sign_access_review(*, school: School, by: User, at: datetime | None = None) -> AccessReview:
    """Somebody has looked at who has access to what, and signs for it. Twice on one day is once."""
    ensure(by, Capability.MANAGE_ACCESS, school.pk, MANAGERS)
    at, last = at or timezone.now(), last_review(school.pk)
    if last and last.signed_by_id == by.pk and timezone.localdate(last.signed_at) == timezone.localdate(at):
        return last
    review = AccessReview(school=school, signed_by=by, signed_at=at)
    review.save(force_insert=True)
    record(Verb.REVIEW, review, by=by)
    return review
