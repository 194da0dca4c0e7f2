"""Add people to the staff of a school in the browser: account, role and classes together, one person or a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from safeguarding.accounts.models import RoleAssignment, School, User
from safeguarding.accounts.permissions import colleagues, ensure
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services.access import GIVERS
from safeguarding.accounts.services.classes import give_class
from safeguarding.accounts.services.people import add_person, assign_role, get_person
from safeguarding.accounts.services.returning import give_back
from safeguarding.accounts.services.user_names import free_username, usernames


@dataclass(frozen=True)
class Joiner:
    """Somebody who is to be added: names, the role, what else is known. Without a user name Harbour makes one.

    `account` is the one that they had before, which is given back; `is_another`: somebody has said that none of those
    of this name is theirs.
    """

    first_name: str
    last_name: str
    role_key: str
    classes: tuple[str, ...] = ()
    username: str = ""
    email: str = ""
    extension: str = ""
    account: UUID | None = None
    is_another: bool = False

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@transaction.atomic
def add_staff(*, school: School, joiners: Sequence[Joiner], starts_on: date, by: User) -> list[User]:
    """Accounts with their roles and classes, all of them or none. Nobody can sign in to one before its first start.

    Raises `NotAllowed` for who does not give roles there; `BadInput` for a user name that is taken, or a role that is
    none.
    """
    ensure(by, Capability.GIVE_ROLES, school.pk, GIVERS)
    return [_add(one, school=school, starts_on=starts_on, by=by) for one in joiners]


def _add(one: Joiner, *, school: School, starts_on: date, by: User) -> User:
    role: dict[str, Any] = {"school": school, "role_key": one.role_key, "starts_on": starts_on}
    reached: dict[str, Any] = {"email": one.email, "extension": one.extension}
    if one.account is not None:
        user = give_back(user=get_person(one.account), username=one.username, by=by, **role, **reached)
    else:
        user = add_person(
            username=one.username or free_username(one.first_name, one.last_name, usernames()),
            first_name=one.first_name,
            last_name=one.last_name,
            purpose="another of this name" if one.is_another else "",
            by=by,
            **reached,
        )
        assign_role(user=user, by=by, **role)
    for name in one.classes:
        give_class(user=user, school=school, class_name=name, starts_on=starts_on, by=by)
    return user


def names_here(school: School, *, on: date) -> set[tuple[str, str]]:
    """First and last names, casefolded, of everybody with a role at the school."""
    people = colleagues(school.pk, on).values_list("first_name", "last_name")
    return {(first.casefold(), last.casefold()) for first, last in people}


def not_signed_in_yet(school: School, *, on: date) -> list[tuple[User, date]]:
    """Whose account nobody has signed in to, or not since it was given back, by name, with the first day of their first
    role there, which may be to come.
    """
    held = RoleAssignment.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=on), school=school, user__is_active=True, user__last_login=None
    )
    rows = held.select_related("user").order_by("user__last_name", "user__first_name", "user_id", "-starts_on")
    return list({row.user_id: (row.user, row.starts_on) for row in rows if row.user.is_new}.values())
