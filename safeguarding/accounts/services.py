"""Set up schools and people, and tell people that there is something to read."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.exceptions import BadInput

from .models import Absence, Notice, RoleAssignment, School, User
from .permissions import live, people_with
from .roles import LEAD_ROLES, ROLES, Capability


@transaction.atomic
def create_school(*, name: str, slug: str, **details: object) -> School:
    """A new school. `details` are fields of `School`."""
    school = School(name=name, slug=slug, **details)
    school.full_clean()
    school.save(force_insert=True)
    return school


@transaction.atomic
def add_person(
    *, username: str, first_name: str, last_name: str, password: str | None = None, **details: object
) -> User:
    """A new account without a role. Without a password nobody can sign in to it.

    Raises `BadInput` when the user name is taken, in any spelling of upper and lower case.
    """
    if User.objects.filter(username__iexact=username).exists():
        raise BadInput(f"The user name {username} is taken. Choose another, or give that person a role.")
    user = User(username=username, first_name=first_name, last_name=last_name, **details)
    if password is None:
        user.set_unusable_password()
    else:
        user.set_password(password)
    user.full_clean()
    user.save(force_insert=True)
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
    assignment.full_clean()
    assignment.save(force_insert=True)
    return assignment


def on_duty(school_id: UUID, *, on: date, capability: Capability = Capability.RECEIVE_CALLS) -> list[User]:
    """Who takes calls at the school on a day, in the order in which they are called, less who is away."""
    away = Absence.objects.filter(starts_on__lte=on, ends_on__gte=on, withdrawn_at=None).values("user_id")
    return list(people_with(capability, school_id, on).exclude(pk__in=away))


def leads_on_duty(school_id: UUID, *, on: date) -> list[User]:
    """Safeguarding leads and deputies who are in school on a day, in the order in which they are called."""
    lead_ids = set(
        RoleAssignment.objects.filter(live(on), school_id=school_id, role_key__in=LEAD_ROLES).values_list(
            "user_id", flat=True
        )
    )
    return [person for person in on_duty(school_id, on=on) if person.pk in lead_ids]


def readers_on_duty(school_id: UUID, *, on: date) -> list[User]:
    """Who is told of a new concern: the leads on duty, else whoever takes calls, else everybody who could. Never nobody,
    while the school has one person left who may read it."""
    return (
        leads_on_duty(school_id, on=on)
        or on_duty(school_id, on=on)
        or list(people_with(Capability.RECEIVE_CALLS, school_id, on))
    )


@transaction.atomic
def record_absence(*, user: User, starts_on: date, ends_on: date, by: User) -> Absence:
    """`user` is not in school from a day to a day (both count). Raises `BadInput` when the days run backwards."""
    if ends_on < starts_on:
        raise BadInput("Last day must be on or after the first day.")
    return Absence.objects.create(user=user, starts_on=starts_on, ends_on=ends_on, recorded_by=by)


@transaction.atomic
def withdraw_absence(*, absence: Absence, by: User, at: datetime | None = None) -> None:
    """`user` is in school after all. Kept as withdrawn: who was on duty is part of what happened."""
    absence.withdrawn_at = at or timezone.now()
    absence.save(update_fields=["withdrawn_at"])


@transaction.atomic
def tell(
    *, people: Iterable[User], school_id: UUID, kind: Notice.Kind, object_type: str, object_id: UUID
) -> list[Notice]:
    """Put a notice in each inbox, once until it is opened, and ring the bell after commit.

    Must run inside the transaction of what it is about: either both are there or neither. Returns the new notices.
    """
    wanted = [
        Notice(user=user, school_id=school_id, kind=kind, object_type=object_type, object_id=object_id)
        for user in {p.pk: p for p in people}.values()
    ]
    made: list[Notice] = Notice.objects.bulk_create(wanted, ignore_conflicts=True)
    if made:
        transaction.on_commit(ring, robust=True)
    return made


def ring() -> None:
    """Ask the worker to look for mail to send. When the queue is away its beat looks every half minute anyway."""
    from .tasks import deliver_notices

    deliver_notices.apply_async(retry=False)


@transaction.atomic
def open_notices(*, user: User, object_id: UUID, at: datetime | None = None) -> int:
    """`user` has seen what these notices point to. Returns how many were open."""
    return Notice.objects.filter(user=user, object_id=object_id, opened_at=None).update(opened_at=at or timezone.now())
