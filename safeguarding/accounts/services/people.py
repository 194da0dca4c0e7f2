"""Give people an account and a role, and take them away by date."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import RoleAssignment, School, User
from safeguarding.accounts.permissions import live, people_with
from safeguarding.accounts.roles import ROLES, Capability
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
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
    """Give `user` a role at `school` from a day until a day (both count). Raises `BadInput` for a role that is not one."""
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


@transaction.atomic
def end_role(*, assignment: RoleAssignment, last_day: date, by: User | None = None) -> RoleAssignment:
    """`last_day` is the last on which the role is held.

    Raises `BadInput` when that is before it began, `OutOfTurn` when nobody at the school could read concerns afterwards.
    """
    assignment.ends_on = last_day
    check(assignment)
    assignment.save(update_fields=["ends_on"])
    _ensure_readers([assignment], on=last_day + timedelta(days=1))
    record(Verb.CHANGE, assignment, by=by, purpose="role ended")
    return assignment


@transaction.atomic
def deactivate_person(*, user: User, by: User | None = None) -> User:
    """Nobody can sign in with this account any more, and who is signed in is out at the next click.

    What the person wrote stays. Raises `OutOfTurn` when nobody at a school could read concerns afterwards.
    """
    user.is_active = False
    user.save(update_fields=["is_active"])
    today = timezone.localdate()
    _ensure_readers(RoleAssignment.objects.filter(live(today), user=user), on=today)
    record(Verb.CHANGE, user, by=by, purpose="account closed")
    return user


def _ensure_readers(ended: Iterable[RoleAssignment], *, on: date) -> None:
    """A concern must always have somebody who may read it: the last one at a school stays."""
    for school_id in {a.school_id for a in ended if a.role.may(Capability.VIEW_CONCERNS)}:
        if not people_with(Capability.VIEW_CONCERNS, school_id, on).exists():
            raise OutOfTurn(
                "Nobody at the school could read concerns after this. Give somebody else the role of safeguarding lead "
                "first."
            )
