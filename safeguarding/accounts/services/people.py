"""Give people an account and a role, and take them away by date."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from safeguarding.accounts.models import RoleAssignment, School, User
from safeguarding.accounts.permissions import ensure
from safeguarding.accounts.roles import ACTING_LEAD, LEAD_ROLES, ROLES, Capability, with_capability
from safeguarding.accounts.second_person import ensure_not_let_in_alone
from safeguarding.accounts.services.access import GIVERS, ensure_not_oneself
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.dates import full_day
from safeguarding.exceptions import BadInput, OutOfTurn, check


def find_account(username: str) -> User | None:
    """The account with this user name, in any spelling of upper and lower case."""
    return User.objects.filter(username__iexact=username).first()


def get_person(user_id: UUID) -> User:
    """The person with this key, active or not."""
    return User.objects.get(pk=user_id)


@transaction.atomic
def add_person(
    *,
    username: str,
    first_name: str,
    last_name: str,
    password: str | None = None,
    by: User | None = None,
    purpose: str = "",
    **details: object,
) -> User:
    """A new account without a role. Without a password nobody can sign in to it. `by` is None at the terminal.

    `purpose` goes on record with it: that somebody of this name has an account already, who is another person.

    Raises `BadInput` when the user name is taken, in any spelling of upper and lower case.
    """
    if find_account(username) is not None:
        raise BadInput(f"The user name {username} is taken. Choose another, or give that person a role.")
    user = User(username=username, first_name=first_name, last_name=last_name, added_by=by, **details)
    if password is None:
        user.set_unusable_password()
    else:
        user.set_password(password)
    check(user)
    user.save(force_insert=True)
    record(Verb.CREATE, user, by=by, purpose=purpose)
    return user


@transaction.atomic
def change_person(
    *,
    user: User,
    by: User | None = None,
    first_name: str | None = None,
    last_name: str | None = None,
    email: str | None = None,
    extension: str | None = None,
) -> User:
    """Change what is known of a person. None stays as it is; "" takes it away. Nothing is written when nothing changes.

    `by` is None at the terminal. Raises `BadInput` with what is wrong.
    """
    changed = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    given = {"first_name": first_name, "last_name": last_name, "email": email, "extension": extension}
    changes = {name: value.strip() for name, value in given.items() if value is not None}
    changes = {name: value for name, value in changes.items() if value != getattr(changed, name)}
    if not changes:
        return changed
    for name, value in changes.items():
        setattr(changed, name, value)
    check(changed)
    changed.save(update_fields=list(changes))
    record(Verb.CHANGE, changed, by=by, purpose="details")
    return changed


@transaction.atomic
def assign_role(
    *,
    user: User,
    school: School,
    role_key: str,
    starts_on: date,
    ends_on: date | None = None,
    call_order: int = 10,
    by: User | None = None,
) -> RoleAssignment:
    """Give `user` a role at `school` from a day until a day (both count). `by` is None at the terminal.

    Raises `NotAllowed` for who does not give roles there, and of a role that takes two people for who let the person in
    alone; `BadInput` for oneself, for a role that is not one or that the person has there already, or for a closed
    account.
    """
    if by is not None:
        ensure(by, Capability.GIVE_ROLES, school.pk, GIVERS)
        ensure_not_oneself(user, by)
        ensure_not_let_in_alone(user, role_key, school, by=by)
    if not user.is_active:
        raise BadInput(
            "This account is closed. Who is back gets it back: add them under Access, Add staff, by the same name."
        )
    if role_key not in ROLES:
        raise BadInput(f"There is no role {role_key}. The roles are {', '.join(ROLES)}.")
    if role_key == ACTING_LEAD and ends_on is None:
        raise BadInput("An acting safeguarding lead is named until a day. Give the last day.")
    held = RoleAssignment.objects.filter(user=user, school=school, role_key=role_key, ends_on=None).first()
    if held is not None and ends_on is None:
        raise BadInput(
            f"{user.full_name} is {held.role.title} at {school.name} already, from {full_day(held.starts_on)}. "
            "End that role first, or choose another."
        )
    assignment = RoleAssignment(
        user=user,
        school=school,
        role_key=role_key,
        starts_on=starts_on,
        ends_on=ends_on,
        call_order=call_order,
    )
    check(assignment)
    assignment.save(force_insert=True)
    record(Verb.ASSIGN, assignment, by=by)
    return assignment


def find_role(*, user: User, school: School, role_key: str, on: date) -> RoleAssignment | None:
    """The role of `user` at `school` that is held on a day, or will be later; the first to begin, where there are
    two.
    """
    held = RoleAssignment.objects.filter(user=user, school=school, role_key=role_key)
    return held.filter(Q(ends_on=None) | Q(ends_on__gte=on)).order_by("starts_on", "pk").first()


@transaction.atomic
def end_role(*, assignment: RoleAssignment, last_day: date, by: User | None = None) -> RoleAssignment:
    """`last_day` is the last on which the role is held.

    Raises `BadInput` when that is before it began, `OutOfTurn` when the school would then have no safeguarding lead or
    deputy, or nobody who could read concerns, on one of the days that the role no longer covers.
    """
    if by is not None:
        ensure(by, Capability.GIVE_ROLES, assignment.school_id, GIVERS)
    ended = RoleAssignment.objects.select_for_update().get(pk=assignment.pk)
    if last_day < ended.starts_on:
        raise BadInput(f"This role began on {full_day(ended.starts_on)}: its last day cannot be before that.")
    until, ended.ends_on = ended.ends_on, last_day
    ended.save(update_fields=["ends_on"])
    _ensure_led(ended, first=last_day + timedelta(days=1), last=until)
    record(Verb.CHANGE, ended, by=by, purpose="role ended")
    return ended


@transaction.atomic
def deactivate_person(*, user: User, by: User | None = None) -> User:
    """Nobody can sign in with this account any more, and who is signed in is out at the next click.

    What the person wrote stays. Raises `OutOfTurn` when it is closed already, or when a school would have no
    safeguarding lead or deputy, or nobody who could read concerns, on one of the days that this person's roles cover
    from today.
    """
    closed, today = User.objects.select_for_update(no_key=True).get(pk=user.pk), timezone.localdate()
    if not closed.is_active:
        raise OutOfTurn("This account has been closed already.")
    closed.is_active = False
    closed.save(update_fields=["is_active"])
    lost = RoleAssignment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), user=closed)
    for assignment in lost.order_by("school_id", "pk"):
        _ensure_led(assignment, first=max(today, assignment.starts_on), last=assignment.ends_on)
    record(Verb.CHANGE, closed, by=by, purpose="account closed")
    return closed


def _ensure_led(lost: RoleAssignment, *, first: date, last: date | None) -> None:
    """A school must always have a safeguarding lead or deputy (KCSIE 2025, part two), and a concern somebody who may
    read it.

    `first` to `last` are the days on which this role is held no longer; without `last` they have no end. The last one
    stays until there is another. The school is locked, so that two who go at once are not each other's reason.
    """
    school = School.objects.select_for_update(no_key=True).get(pk=lost.school_id)
    readers = with_capability(Capability.VIEW_CONCERNS)
    for keys, lacking, remedy in (
        (LEAD_ROLES, "{school} would have no safeguarding lead", "safeguarding lead or deputy"),
        (readers, "Nobody at {school} could read concerns", "safeguarding lead"),
    ):
        if lost.role_key in keys and (day := _first_day_without(keys, school, first, last)):
            raise OutOfTurn(
                f"{lacking.format(school=school.name)} from {full_day(day)}. Give somebody else the role "
                f"of {remedy} first."
            )


def _first_day_without(keys: Sequence[str], school: School, first: date, last: date | None) -> date | None:
    """The first of these days on which nobody with an open account holds one of the roles; None when there is no such
    day.

    A day without anybody is the first one, or follows on the last day of a role: no other needs looking at.
    """
    held = RoleAssignment.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=first), school=school, role_key__in=keys, user__is_active=True
    )
    spans = [(a.starts_on, a.ends_on or date.max) for a in held]
    days = [first, *sorted(end + timedelta(days=1) for _, end in spans if end < date.max)]
    days = [day for day in days if day <= (last or date.max)]
    return next((day for day in days if not any(start <= day <= end for start, end in spans)), None)
