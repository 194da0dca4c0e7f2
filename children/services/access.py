"""Give access to a child's record and withdraw it, say who is related to a child, open a record in an emergency."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from children.capabilities import ChildCapability
from children.models import Child, ChildGrant, ChildTeamGrant, ConflictOfInterest, EmergencyAccess
from children.notice_kinds import ChildNotice
from children.services.giving import give, hidden_from, withdraw
from children.verbs import ChildVerb
from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.models import Team, User
from safeguarding.accounts.notice_kinds import AnyNoticeKind, NoticeKind
from safeguarding.accounts.permissions import ensure, may, people_with
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import MANAGERS, may_be_given, not_in_notice, settle_notices, tell
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import known_of, may_view
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn

# How long a record stays open in an emergency, and how much of a reason it takes (security reference 2.2).
EMERGENCY_LASTS = timedelta(minutes=60)
SHORTEST_REASON = 20
_NOT_YOUR_OWN = "Somebody else has to do this: it is about you."

# What upper apps do when a child is hidden from somebody, or is so no longer: its concerns are handed on.
Handing = Callable[[Child, User, datetime], None]
_when_hidden: list[Handing] = []


def when_hidden(function: Handing) -> Handing:
    """Register what else happens when a conflict hides a child from a member of staff."""
    _when_hidden.append(function)
    return function


@transaction.atomic
def declare_conflict(
    *, user: User, child: Child, kind: str, by: User, at: datetime | None = None
) -> ConflictOfInterest:
    """`user` is related or close to `child` and from now on sees nothing of it. The leads are told; a second time
    changes nothing.

    By the person, or by somebody who manages access. It holds at once, also where a concern would be left without a
    reader: whoever stands in is told, and where nobody does, whoever can name somebody (`when_hidden`).
    """
    at = at or timezone.now()
    if by.pk != user.pk:
        ensure(by, Capability.MANAGE_ACCESS, child.school_id, MANAGERS)
    if kind not in ConflictOfInterest.Kind.values:
        raise BadInput("Say how this person is connected to the child.")
    declared = ConflictOfInterest(
        user=user, school_id=child.school_id, child=child, kind=kind, declared_at=at, declared_by=by
    )
    # A second one that is live would be a row its author cannot see: the database settles it.
    ConflictOfInterest.objects.bulk_create([declared], ignore_conflicts=True)
    record(
        Verb.DECLARE, object_type="children.conflictofinterest", object_id=declared.pk, school_id=child.school_id, by=by
    )
    _tell_managers(child, kind=ChildNotice.CONFLICT, about=("conflict", declared.pk), but=(user, by), at=at)
    hand_on_hidden(child, user, at)
    return declared


def hand_on_hidden(child: Child, user: User, at: datetime) -> None:
    """A conflict hides the child from `user` from now on, with whatever may be another record of it: concerns are
    handed on.
    """
    for key in known_of("hidden_with", child.pk):
        _hand_on(Child(pk=key, school_id=child.school_id), user, at)


def whom_from(*children: Child) -> dict[UUID, set[UUID]]:
    """By the key of each record that is or may be of one of these children: from whom a conflict hides it."""
    keys = {key for child in children for key in known_of("hidden_with", child.pk)}
    return {key: set(known_of("child_hidden_from", key)) for key in keys}


def hand_on_newly_hidden(*children: Child, before: dict[UUID, set[UUID]], at: datetime) -> None:
    """Since `before`, conflicts hold on more of the records of these children: concerns are handed on as when one is
    declared.
    """
    for key, people in whom_from(*children).items():
        for person in User.objects.filter(pk__in=people - before.get(key, set())):
            _hand_on(Child(pk=key, school_id=children[0].school_id), person, at)


def _hand_on(child: Child, user: User, at: datetime) -> None:
    for handing in _when_hidden:
        handing(child, user, at)


@transaction.atomic
def confirm_conflict(*, conflict: ConflictOfInterest, by: User, at: datetime | None = None) -> ConflictOfInterest:
    """Somebody who manages access has looked at it. Raises `OutOfTurn` when it is confirmed or lifted already."""
    locked = _decidable(conflict, by)
    if locked.confirmed_at is not None:
        raise OutOfTurn("This has been confirmed already.")
    locked.confirmed_at, locked.confirmed_by = at or timezone.now(), by
    locked.save(update_fields=["confirmed_at", "confirmed_by"])
    settle_notices(object_id=locked.pk, kinds=(ChildNotice.CONFLICT,), by=by, at=locked.confirmed_at)
    record(Verb.CONFIRM, locked, by=by)
    return locked


@transaction.atomic
def lift_conflict(
    *, conflict: ConflictOfInterest, reason: str, by: User, at: datetime | None = None
) -> ConflictOfInterest:
    """The person sees the child again, as far as their role goes. Never by the person it is about. Needs a reason."""
    locked = _decidable(conflict, by)
    if not reason.strip():
        raise BadInput("Say why this person may see the child’s record.")
    locked.lifted_at, locked.lifted_by, locked.lift_reason = at or timezone.now(), by, reason.strip()
    locked.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
    settle_notices(object_id=locked.pk, kinds=(ChildNotice.CONFLICT,), by=by, at=locked.lifted_at)
    record(Verb.LIFT, locked, by=by)
    return locked


def _decidable(conflict: ConflictOfInterest, by: User) -> ConflictOfInterest:
    ensure(by, Capability.MANAGE_ACCESS, conflict.school_id, MANAGERS)
    if by.pk == conflict.user_id or not may_view(by, conflict):
        raise NotAllowed(_NOT_YOUR_OWN)
    locked = ConflictOfInterest.objects.select_for_update(of=("self",)).get(pk=conflict.pk)
    if locked.lifted_at is not None:
        raise OutOfTurn("This has been lifted already.")
    return locked


def grant_child(
    *, child: Child, user: User, reason: str, last_day: date, by: User, at: datetime | None = None
) -> ChildGrant:
    """`user` may read the child's record and its concerns that are not restricted, until a day (`giving.give`)."""
    return give(ChildGrant, target=child, holder=user, reason=reason, last_day=last_day, by=by, at=at or timezone.now())


def grant_child_to_team(
    *, child: Child, team: Team, reason: str, last_day: date, by: User, at: datetime | None = None
) -> ChildTeamGrant:
    """The same for each member of a team, while a member; never for one from whom the child is hidden."""
    if team.school_id != child.school_id or team.ended_at is not None:
        raise BadInput("That team is not of this school any more. Choose another.")
    return give(
        ChildTeamGrant, target=child, holder=team, reason=reason, last_day=last_day, by=by, at=at or timezone.now()
    )


def withdraw_child_grant(
    *, grant: ChildGrant | ChildTeamGrant, reason: str, by: User, at: datetime | None = None
) -> ChildGrant | ChildTeamGrant:
    """It opens nothing any more."""
    return withdraw(grant, target=grant.content_object, reason=reason, by=by, at=at or timezone.now())


def emergency_problem(child: Child, *, by: User, on: date) -> str:
    """Why the person may not open this child's record in an emergency; empty when they may."""
    if not may(by, ChildCapability.EMERGENCY_ACCESS, child.school_id):
        return "Your role does not include emergency access. Call a safeguarding lead instead."
    return "" if may_be_given(by, child.school_id, on=on) else not_in_notice(by)


@transaction.atomic
def open_emergency_access(*, child: Child, reason: str, by: User, at: datetime | None = None) -> EmergencyAccess:
    """Open one child's record for an hour. Restricted concerns stay shut. Leads and the Headteacher are told at once.

    While it is open the same again returns it. Raises `NotAllowed`, also across a conflict; `BadInput` for a short
    reason.
    """
    at = at or timezone.now()
    if problem := emergency_problem(child, by=by, on=timezone.localdate(at)):
        raise NotAllowed(problem)
    if hidden_from(child, by):
        raise NotAllowed("Your role does not include this record.")
    if len(reason.strip()) < SHORTEST_REASON:
        raise BadInput(
            f"Reason must be {SHORTEST_REASON} characters or more: say what has happened and why you cannot wait"
        )
    if there := open_now(by, at=at).filter(child=child).first():
        return there
    opened = EmergencyAccess(
        user=by,
        school_id=child.school_id,
        child=child,
        reason=reason.strip(),
        opened_at=at,
        ends_at=at + EMERGENCY_LASTS,
        review_by=_two_school_days_after(child.school_id, timezone.localdate(at)),
    )
    opened.save(force_insert=True)
    record(ChildVerb.EMERGENCY, child, by=by)
    _tell_managers(child, kind=ChildNotice.EMERGENCY, about=("emergency", opened.pk), but=(by,), at=at)
    return opened


def open_now(user: User, *, at: datetime) -> QuerySet[EmergencyAccess]:
    """The records that the person has open in an emergency at this moment."""
    return EmergencyAccess.objects.filter(user=user, ends_at__gt=at, reviewed_at=None)


@transaction.atomic
def review_emergency_access(
    *, access: EmergencyAccess, finding: str, note: str, by: User, at: datetime | None = None
) -> EmergencyAccess:
    """Somebody else looks at it: was it needed? If it is still open, it ends. Raises `NotAllowed` for who opened it."""
    ensure(by, Capability.MANAGE_ACCESS, access.school_id, MANAGERS)
    if by.pk == access.user_id:
        raise NotAllowed(_NOT_YOUR_OWN)
    if finding not in EmergencyAccess.Finding.values:
        raise BadInput("Say whether it was needed.")
    locked = EmergencyAccess.objects.select_for_update(of=("self",)).get(pk=access.pk)
    if locked.reviewed_at is not None:
        raise OutOfTurn("This has been reviewed already.")
    locked.reviewed_at, locked.reviewed_by = at or timezone.now(), by
    locked.finding, locked.review_note = finding, note.strip()
    locked.save(update_fields=["reviewed_at", "reviewed_by", "finding", "review_note"])
    settle_notices(object_id=locked.pk, kinds=(ChildNotice.EMERGENCY,), by=by, at=locked.reviewed_at)
    record(Verb.REVIEW, locked, by=by)
    return locked


def _two_school_days_after(school_id: UUID, day: date) -> date:
    calendar = SchoolCalendar.of(school_id)
    return calendar.next_school_day(calendar.next_school_day(day))


def _tell_managers(
    child: Child, *, kind: AnyNoticeKind, about: tuple[str, UUID], but: tuple[User, ...], at: datetime
) -> None:
    """Whoever manages access at the school and may see the child: without a name, of the child or of anybody."""
    who = people_with(Capability.MANAGE_ACCESS, child.school_id, timezone.localdate(at))
    object_type, object_id = about
    told = [person for person in who if person not in but and not hidden_from(child, person)]
    tell(
        people=told,
        school_id=child.school_id,
        kind=kind,
        object_type=object_type,
        object_id=object_id,
        at=at,
    )
    if not told:
        # Nobody is left to look at it: whoever gives roles must name somebody.
        tell(
            people=who,
            school_id=child.school_id,
            kind=NoticeKind.APPOINT,
            object_type="stand_in",
            object_id=child.school_id,
            at=at,
        )
