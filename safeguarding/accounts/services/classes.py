"""Who teaches which class? A class is given from a day until a day, beside the role, and ends without it."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db import transaction

from safeguarding.accounts.models import ClassTaught, RoleAssignment, School, User
from safeguarding.accounts.permissions import ensure, ensure_works_at, live
from safeguarding.accounts.roles import Capability
from safeguarding.accounts.services.access import GIVERS
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.dates import full_day
from safeguarding.exceptions import BadInput, check


@transaction.atomic
def give_class(
    *,
    user: User,
    school: School,
    class_name: str,
    starts_on: date,
    ends_on: date | None = None,
    by: User | None = None,
) -> ClassTaught:
    """`user` teaches a class from a day until a day (both count). `by` is None at the terminal.

    Raises `NotAllowed` for who does not give roles there, `BadInput` for a class that the person teaches already, and
    for somebody who does not work there on the first day.
    """
    if by is not None:
        ensure(by, Capability.GIVE_ROLES, school.pk, GIVERS)
    ensure_works_at(user, school.pk, starts_on)
    if ClassTaught.objects.filter(live(starts_on), user=user, school=school, class_name=class_name).exists():
        raise BadInput(f"{user.full_name} teaches {class_name} already.")
    taught = ClassTaught(user=user, school=school, class_name=class_name, starts_on=starts_on, ends_on=ends_on)
    check(taught)
    taught.save(force_insert=True)
    record(Verb.ASSIGN, taught, by=by)
    return taught


@transaction.atomic
def end_class(*, taught: ClassTaught, last_day: date, by: User) -> ClassTaught:
    """`last_day` is the last on which the class is taught. Raises `BadInput` where that is before the first."""
    ensure(by, Capability.GIVE_ROLES, taught.school_id, GIVERS)
    ended = ClassTaught.objects.select_for_update().get(pk=taught.pk)
    if last_day < ended.starts_on:
        raise BadInput(f"This class began on {full_day(ended.starts_on)}: its last day cannot be before that.")
    ended.ends_on = last_day
    ended.save(update_fields=["ends_on"])
    record(Verb.CHANGE, ended, by=by, purpose="class ended")
    return ended


def classes_of(user: User, school_id: UUID, *, on: date) -> list[ClassTaught]:
    """The classes that somebody teaches at a school on a day, by name."""
    return list(ClassTaught.objects.filter(live(on), user=user, school_id=school_id).order_by("class_name"))


def classes_at(school_id: UUID, *, on: date) -> Mapping[UUID, list[str]]:
    """Which classes everybody at a school teaches on a day, by person: one query."""
    found: dict[UUID, list[str]] = {}
    rows = ClassTaught.objects.filter(live(on), school_id=school_id).order_by("class_name")
    for user_id, name in rows.values_list("user_id", "class_name"):
        found.setdefault(user_id, []).append(name)
    return found


def who_teaches(school_id: UUID, class_name: str, *, on: date) -> list[User]:
    """Class teachers of a class on a day, by name; nobody of a child without a class."""
    if not class_name:
        return []
    held = User.objects.filter(
        is_active=True,
        classes__in=ClassTaught.objects.filter(live(on), school_id=school_id, class_name=class_name),
        assignments__in=RoleAssignment.objects.filter(live(on), school_id=school_id, role_key="teacher"),
    )
    return list(held.order_by("last_name", "first_name", "pk").distinct())
