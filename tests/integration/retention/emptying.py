"""Somebody whose time at the school is over, and the night in which their account is emptied."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from retention.services.accounts import empty_accounts
from retention.services.scan import scan
from safeguarding.accounts.models import RoleAssignment, User
from safeguarding.accounts.services import (
    end_role,
)
from tests import factories

from .conftest import Office, as_destroyer, later, make_office, time_was_looked_at

# Six months, and the day after.
DUE = 185


def looked_at() -> Office:
    """A school with its schedule in force, at which somebody looked at the time."""
    made = make_office()
    scan()
    time_was_looked_at()
    return made


def left(place: Office, first: str = "Nell", last: str = "Ashby", role: str = "pastoral", **details: Any) -> User:
    """Somebody who could do everything here, and whose last day is today."""
    given = {"email": "n.ashby@example.sch.uk", "extension": "231", "job": "Learning mentor", "class_name": "4A"}
    user = factories.make_member(place.school, role, first, last, **(given | details))
    end(user)
    return user


def end(user: User) -> None:
    for held in RoleAssignment.objects.filter(user=user):
        end_role(assignment=held, last_day=timezone.localdate())


def emptied() -> int:
    with as_destroyer():
        return empty_accounts()


def night(days: int) -> int:
    """How many accounts are emptied in the night so many days from now, at five to three by the clock on the wall."""
    now = timezone.localtime()
    then = (now + timedelta(days=days)).replace(hour=2, minute=55)
    with later(seconds=int(then.timestamp() - now.timestamp())):
        return emptied()


def is_empty(user: User) -> bool:
    user.refresh_from_db()
    return user.emptied_at is not None
