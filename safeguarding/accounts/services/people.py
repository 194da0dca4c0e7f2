"""Give people an account and a role, and take them away by date."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from safeguarding.accounts.models import RoleAssignment, School, User
from safeguarding.accounts.permissions import live, people_with
from safeguarding.accounts.roles import LEAD_ROLES, ROLES, Capability
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
    *, username: str, first_name: str, last_name: str, password: str | None = None, **details: object
) -> User:
    """A new account without a role. Without a password nobody can sign in to it.

    Raises `BadInput` when the user name is taken, in any spelling of upper and lower case.
    """
    if find_account(username) is not None:
        raise BadInput(f"The user name {username} is taken. Choose another, or give that person a role.")
    user = User(username=username, first_name=first_name, last_name=last_name, **details)
    if password is None:
        user.set_unusable_password()
    else:
        user.set_password(password)
    check(user)
    user.save(force_insert=True)
    record(Verb.CREATE, user)
    return user


@transaction.atomic
def assign_role(
    *,
    user: User,
    school: School,
    role_key: str,
    starts_on: date,
    ends_on: date | None = None,
    call_order: int = 10,
    class_name: str = "",
) -> RoleAssignment:
    """Give `user` a role at `school` from a day until a day (both count).

    Raises `BadInput` for a role that is not one, or for somebody whose account is closed.
    """
    if not user.is_active:
        raise BadInput("This account is closed. Give the person a new one, under another user name.")
    if role_key not in ROLES:
        raise BadInput(f"There is no role {role_key}. The roles are {', '.join(ROLES)}.")
    assignment = RoleAssignment(
        user=user,
        school=school,
        role_key=role_key,
        starts_on=starts_on,
        ends_on=ends_on,
        call_order=call_order,
        class_name=class_name,
    )
    check(assignment)
    assignment.save(force_insert=True)
    record(Verb.ASSIGN, assignment)
    return assignment


def find_role(*, user: User, school: School, role_key: str, on: date) -> RoleAssignment | None:
    """The role of `user` at `school` that is held on a day, or will be later; the first to begin, where there are two."""
    held = RoleAssignment.objects.filter(user=user, school=school, role_key=role_key)
    return held.filter(Q(ends_on=None) | Q(ends_on__gte=on)).order_by("starts_on", "pk").first()


@transaction.atomic
def end_role(*, assignment: RoleAssignment, last_day: date, by: User | None = None) -> RoleAssignment:
    """`last_day` is the last on which the role is held.

    Raises `BadInput` when that is before it began, `OutOfTurn` when the school would have no safeguarding lead or
    deputy, or nobody who could read concerns, afterwards.
    """
    ended = RoleAssignment.objects.select_for_update().get(pk=assignment.pk)
    if last_day < ended.starts_on:
        raise BadInput(f"This role began on {full_day(ended.starts_on)}: its last day cannot be before that.")
    ended.ends_on = last_day
    ended.save(update_fields=["ends_on"])
    _ensure_led([ended], on=last_day + timedelta(days=1))
    record(Verb.CHANGE, ended, by=by, purpose="role ended")
    return ended


@transaction.atomic
def deactivate_person(*, user: User, by: User | None = None) -> User:
    """Nobody can sign in with this account any more, and who is signed in is out at the next click.

    What the person wrote stays. Raises `OutOfTurn` when it is closed already, or when a school would have no safeguarding
    lead or deputy, or nobody who could read concerns, afterwards.
    """
    closed, today = User.objects.select_for_update(no_key=True).get(pk=user.pk), timezone.localdate()
    if not closed.is_active:
        raise OutOfTurn("This account has been closed already.")
    closed.is_active = False
    closed.save(update_fields=["is_active"])
    _ensure_led(RoleAssignment.objects.filter(live(today), user=closed), on=today)
    record(Verb.CHANGE, closed, by=by, purpose="account closed")
    return closed


def _ensure_led(ended: Iterable[RoleAssignment], *, on: date) -> None:
    """A school must always have a safeguarding lead or deputy (KCSIE 2025, part two), and a concern somebody who may read it.

    The last one stays until there is another. Schools are locked, so that two who go at once are not each other's reason.
    """
    for assignment in sorted(ended, key=lambda a: a.school_id):
        school = School.objects.select_for_update(no_key=True).get(pk=assignment.school_id)
        leads = RoleAssignment.objects.filter(live(on), school=school, role_key__in=LEAD_ROLES, user__is_active=True)
        if assignment.role_key in LEAD_ROLES and not leads.exists():
            raise OutOfTurn(
                f"{school.name} would have no safeguarding lead after this. Give somebody else the role of safeguarding "
                "lead or deputy first."
            )
        readers = people_with(Capability.VIEW_CONCERNS, school.pk, on)
        if assignment.role.may(Capability.VIEW_CONCERNS) and not readers.exists():
            raise OutOfTurn(
                f"Nobody at {school.name} could read concerns after this. Give somebody else the role of safeguarding "
                "lead first."
            )
