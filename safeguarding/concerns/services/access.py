"""Give access to one concern and withdraw it, restrict it, say that it is about a colleague."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from children.models import Child
from children.services.giving import give, withdraw
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import ensure, ensure_works_at
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services import MANAGERS, staff_of, tell
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import known_of, may_view
from safeguarding.audit.services import record
from safeguarding.concerns.models import Concern, ConcernGrant, ConcernSubject
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.permissions import may_restrict, stands_in
from safeguarding.concerns.services.telling import hand_on, may_be_told
from safeguarding.exceptions import NotAllowed, OutOfTurn

# Who is told when a concern is about the Headteacher, of those who see it.
_ABOVE_THE_HEAD = ("chair", "trust_lead")


def grant_concern(
    *, concern: Concern, user: User, reason: str, last_day: date, by: User, at: datetime | None = None
) -> ConcernGrant:
    """`user` may read this concern until a day, also when it is restricted (`giving.give`)."""
    return give(
        ConcernGrant, target=concern, holder=user, reason=reason, last_day=last_day, by=by, at=at or timezone.now()
    )


def withdraw_concern_grant(*, grant: ConcernGrant, reason: str, by: User, at: datetime | None = None) -> ConcernGrant:
    """It opens nothing any more."""
    return withdraw(grant, target=grant.content_object, reason=reason, by=by, at=at or timezone.now())


@transaction.atomic
def restrict_concern(*, concern: Concern, by: User, at: datetime | None = None) -> Concern:
    """From now on only those see it whose role opens restricted concerns, or who were given access to it by name."""
    locked = _restrictable(concern, by)
    if locked.restricted_at is not None:
        raise OutOfTurn("This concern is restricted already.")
    return _restrict(locked, at or timezone.now(), by, purpose="restricted")


@transaction.atomic
def lift_restriction(*, concern: Concern, by: User) -> Concern:
    """It is seen by everybody whose role reads concerns again."""
    locked = _restrictable(concern, by)
    if locked.restricted_at is None:
        raise OutOfTurn("This concern is not restricted.")
    return _restrict(locked, None, by, purpose="lifted")


def _restrictable(concern: Concern, by: User) -> Concern:
    if not may_restrict(by, concern) or not may_view(by, concern):
        raise NotAllowed(MANAGERS)
    return Concern.objects.select_for_update(of=("self",)).get(pk=concern.pk)


def _restrict(concern: Concern, at: datetime | None, by: User, *, purpose: str) -> Concern:
    concern.restricted_at, concern.restricted_by = at, by if at else None
    concern.revision += 1
    concern.save(update_fields=["restricted_at", "restricted_by", "revision"])
    record(Verb.RESTRICT, concern, by=by, purpose=purpose)
    return concern


@transaction.atomic
def name_subject(*, concern: Concern, user: User, by: User, at: datetime | None = None) -> ConcernSubject:
    """The concern is about `user`, who sees nothing of it from now on; whoever reads it instead is told.

    About the Headteacher: the chair of governors and the trust lead are told. The same again changes nothing.
    """
    at = at or timezone.now()
    _ensure_names(concern, by)
    ensure_works_at(user, concern.school_id, timezone.localdate(at))
    if there := ConcernSubject.objects.filter(concern=concern, user=user, withdrawn_at=None).first():
        return there
    return hide_from(concern, user, by=by, at=at)


def hide_from(concern: Concern, user: User, *, by: User, at: datetime) -> ConcernSubject:
    """Write that `user` sees nothing of it from now on, and hand it on; who may say so, the caller has asked."""
    named = ConcernSubject(concern=concern, school_id=concern.school_id, user=user, named_at=at, named_by=by)
    ConcernSubject.objects.bulk_create([named])
    record(Verb.DECLARE, object_type="concerns.concernsubject", object_id=named.pk, school_id=concern.school_id, by=by)
    _tell_above(concern, user, at=at)
    hand_on(concern, at=at)
    return named


@transaction.atomic
def withdraw_subject(*, subject: ConcernSubject, by: User, at: datetime | None = None) -> ConcernSubject:
    """It is not about this person after all: they see it again, as far as their role allows. Never by that person."""
    _ensure_names(subject.concern, by)
    if by.pk == subject.user_id:
        raise NotAllowed("Somebody else has to do this: it is about you.")
    locked = ConcernSubject.objects.select_for_update(of=("self",)).get(pk=subject.pk)
    if locked.withdrawn_at is not None:
        raise OutOfTurn("This has been withdrawn already.")
    locked.withdrawn_at, locked.withdrawn_by = at or timezone.now(), by
    locked.save(update_fields=["withdrawn_at", "withdrawn_by"])
    record(Verb.WITHDRAW, locked, by=by)
    return locked


def _ensure_names(concern: Concern, by: User) -> None:
    """Who says whom a concern is about: whoever manages access and sees it, or stands in for it."""
    if not may_view(by, concern):
        raise NotAllowed(MANAGERS)
    if not stands_in(by, concern.pk, concern.school_id):
        ensure(by, Capability.MANAGE_ACCESS, concern.school_id, MANAGERS)


def _tell_above(concern: Concern, user: User, *, at: datetime) -> None:
    staff = staff_of(concern.school_id, on=timezone.localdate(at))
    is_head = any(held.role_key == "headteacher" for one in staff if one.user == user for held in one.roles)
    above = [one.user for one in staff if any(held.role_key in _ABOVE_THE_HEAD for held in one.roles)]
    if is_head:
        tell(
            people=may_be_told(concern, above),
            school_id=concern.school_id,
            kind=ConcernNotice.STAND_IN,
            object_type="concern",
            object_id=concern.pk,
            at=at,
        )


def hand_on_concerns(child: Child, user: User, at: datetime) -> None:
    """A conflict hides the child from somebody: its concerns, and those that mention it, are read by who stands in, and
    somebody is told of each.

    Through facts of the database: who declares the conflict sees none of them.
    """
    named, mentioned = (known_of(fact, child.pk) for fact in ("concerns_of_child", "concerns_mentioning"))
    for concern_id in dict.fromkeys([*named, *mentioned]):
        hand_on(Concern(pk=concern_id, school_id=child.school_id), at=at)
