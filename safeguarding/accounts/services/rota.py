"""Change who is called: the order, and who is away. For those who take calls themselves."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import Absence, RoleAssignment, School, User
from safeguarding.accounts.permissions import ensure, live, people_with, rights
from safeguarding.accounts.roles import Capability, with_capability
from safeguarding.accounts.services.cover import call_order
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn

_TAKE_CALLS = "Only people who take calls for a safeguarding lead can change who is called."


def find_caller(user_id: UUID, school_id: UUID, *, on: date) -> User | None:
    """Somebody who takes calls at the school, away or not."""
    return people_with(Capability.RECEIVE_CALLS, school_id, on).filter(pk=user_id).first()


def find_absence(absence_id: UUID, school_id: UUID, *, on: date) -> Absence | None:
    """An absence that the cover page of the school lists."""
    return next((a for a in absences_from(school_id, on=on) if a.pk == absence_id), None)


@transaction.atomic
def record_absence(*, user: User, starts_on: date, ends_on: date, by: User, at: datetime | None = None) -> Absence:
    """`user` is not in school from a day to a day (both count): calls go to the next person meanwhile.

    Days on which they are recorded as away already change nothing: "in after all" must not leave a second row behind.
    Raises `BadInput` when the days run backwards or are over, `NotAllowed` unless both take calls at one school.
    """
    _ensure_may_change_cover(user, by)
    if problem := absence_problem(starts_on, ends_on, today=timezone.localdate(at or timezone.now())):
        raise BadInput(f"{problem}.")
    # Two clicks at once: the second waits here, and finds what the first has written.
    User.objects.select_for_update().get(pk=user.pk)
    there = Absence.objects.filter(user=user, withdrawn_at=None, starts_on__lte=starts_on, ends_on__gte=ends_on).first()
    if there is not None:
        return there
    absence = Absence.objects.create(user=user, starts_on=starts_on, ends_on=ends_on, recorded_by=by)
    record(Verb.ADD, absence, by=by)
    return absence


def absence_problem(starts_on: date, ends_on: date, *, today: date) -> str:
    """Why these days away cannot be recorded, as a sentence for the form; empty when they can."""
    if ends_on < starts_on:
        return "Last day away must be on or after the first day"
    return "Last day away must be today or later" if ends_on < today else ""


@transaction.atomic
def withdraw_absence(*, absence: Absence, by: User, at: datetime | None = None) -> None:
    """`user` is in school after all. Kept as withdrawn: who was on duty is part of what happened."""
    _ensure_may_change_cover(absence.user, by)
    locked = Absence.objects.select_for_update().get(pk=absence.pk)
    if locked.withdrawn_at is not None:
        raise OutOfTurn("This absence has been withdrawn already.")
    locked.withdrawn_at = at or timezone.now()
    locked.save(update_fields=["withdrawn_at"])
    record(Verb.CHANGE, locked, by=by, purpose="withdrawn")


@transaction.atomic
def set_call_order(*, school: School, user_ids: Sequence[UUID], by: User, at: datetime | None = None) -> None:
    """From now on people are called in the order of `user_ids`. Who is not named keeps a place after them.

    Raises `NotAllowed` unless `by` takes calls at the school, `BadInput` for somebody who takes none there.
    """
    ensure(by, Capability.RECEIVE_CALLS, school.pk, _TAKE_CALLS)
    day = timezone.localdate(at or timezone.now())
    held = RoleAssignment.objects.select_for_update().filter(
        live(day), school=school, role_key__in=with_capability(Capability.RECEIVE_CALLS)
    )
    in_order = list(
        dict.fromkeys([*user_ids, *held.order_by("call_order", "user_id").values_list("user_id", flat=True)])
    )
    roles: dict[UUID, list[RoleAssignment]] = {}
    for row in held:
        roles.setdefault(row.user_id, []).append(row)
    if strangers := set(in_order) - set(roles):
        raise BadInput(f"{len(strangers)} of these people take no calls at this school. Open the page again.")
    for place, user_id in enumerate(in_order, start=1):
        for row in roles[user_id]:
            row.call_order = place
    RoleAssignment.objects.bulk_update([row for rows in roles.values() for row in rows], ["call_order"])
    record(Verb.CHANGE, school, by=by, purpose="order of calling")


@transaction.atomic
def call_sooner(*, school: School, user_id: UUID, by: User, at: datetime | None = None) -> None:
    """Put one person a place further up in the order of calling. Who is first already stays first."""
    # Two who press at once: the second starts from the order that the first has left.
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    order = [place.user_id for place in call_order(school.pk, on=timezone.localdate(at or timezone.now()))]
    if user_id not in order:
        raise BadInput("This person takes no calls at this school. Open the page again.")
    place = order.index(user_id)
    order.insert(max(place - 1, 0), order.pop(place))
    set_call_order(school=school, user_ids=order, by=by, at=at)


def absences_from(school_id: UUID, *, on: date) -> list[Absence]:
    """Absences of people who take calls at the school that are not over and not withdrawn, soonest first."""
    return list(
        Absence.objects.filter(
            user__in=people_with(Capability.RECEIVE_CALLS, school_id, on).values("pk"),
            ends_on__gte=on,
            withdrawn_at=None,
        )
        .select_related("user", "recorded_by")
        .order_by("starts_on", "id")
    )


def _ensure_may_change_cover(user: User, by: User) -> None:
    today = timezone.localdate()
    if not any(
        people_with(Capability.RECEIVE_CALLS, school_id, today).filter(pk=user.pk).exists()
        for school_id in rights(by).schools(Capability.RECEIVE_CALLS)
    ):
        raise NotAllowed(_TAKE_CALLS)
