"""Let destruction go on that was stopped: two people, who each type how many records, or which day it is.

Typed, and not clicked: who types 31 has read 31, and who types the day has looked at a calendar.
"""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone

from retention.capabilities import RetentionCapability as C
from retention.models import Brake
from retention.notice_kinds import BrakeNotice
from retention.verbs import RetentionVerb
from safeguarding.accounts.models import Notice, User
from safeguarding.accounts.permissions import people_with, rights
from safeguarding.accounts.second_person import RULES, ensure_second, may_be_first, second_people
from safeguarding.accounts.services import settle_notices, tell
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.dates import as_day, full_day
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn

from .brakes import APART, reading

RULE = "brake"
LIFTERS = "Safeguarding leads and the Headteacher let destruction go on; where they are not two, who stands in does."
_K = Brake.Kind
# Of the others the day is typed.
BY_NUMBER = frozenset({_K.TOO_MANY_A_DAY, _K.TOO_MANY_PLAIN, _K.TOO_MANY_A_MONTH})
_LIFTED = "Somebody has let destruction go on already."


def get_brake(key: UUID) -> Brake:
    """What stopped destruction, with its school and the two who let it go on. Raises `Http404`."""
    return get_object_or_404(Brake.objects.select_related("school", "lift_asked_by", "lifted_by"), pk=key)


def may_lift(user: User, brake: Brake) -> bool:
    """Whether the person may be one of the two."""
    named = {*RULES[RULE].usual, *RULES[RULE].fallback}
    return any(held.school_id == brake.school_id and held.role.key in named for held in rights(user).held)


def lift_problem(brake: Brake, *, number: int | None, day: date | None, today: date) -> str:
    """What is wrong with what was typed, without its full stop. Empty where nothing is."""
    if brake.kind in BY_NUMBER:
        return "" if number == brake.amount else "This is not the number of records that the page names. Read it again"
    if day == today:
        return ""
    return f"By the time of the server today is {full_day(today)}. If that is wrong, have it set right first"


@transaction.atomic
def ask_to_lift_brake(
    *, brake: Brake, by: User, number: int | None = None, day: date | None = None, at: datetime | None = None
) -> Brake:
    """The first of two people says that destruction may go on. Asked again by the same person, nothing changes.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn`.
    """
    if not may_be_first(RULE, by, brake.school_id):
        raise NotAllowed(LIFTERS)
    now = at or timezone.now()
    row = _standing(brake, number, day, now)
    if row.lift_asked_at is not None:
        if row.lift_asked_by_id == by.pk:
            return row
        raise OutOfTurn("Somebody has said so already. You can be the second person.")
    row.lift_asked_at, row.lift_asked_by = now, by
    row.save(update_fields=["lift_asked_at", "lift_asked_by"])
    record(Verb.ASK, row, by=by, purpose=row.kind)
    others = second_people(RULE, row.school_id, as_day(now), first=by, about=None)
    _tell(others, row, BrakeNotice.LIFT_ASKED, now)
    return row


@transaction.atomic
def lift_brake(
    *, brake: Brake, by: User, number: int | None = None, day: date | None = None, at: datetime | None = None
) -> Brake:
    """The second of two people lets destruction go on. Asked again by the same person, nothing changes.

    Raises `NotAllowed`, `BadInput`, `OutOfTurn`.
    """
    if brake.lifted_by_id == by.pk:
        return brake
    now = at or timezone.now()
    row = _standing(brake, number, day, now)
    if row.lift_asked_by is None:
        raise OutOfTurn("Nobody has said yet that it may go on. You can be the first person.")
    ensure_second(RULE, by, row.school_id, as_day(now), first=row.lift_asked_by)
    row.lifted_at, row.lifted_by = now, by
    row.save(update_fields=["lifted_at", "lifted_by"])
    record(RetentionVerb.LIFT_BRAKE, row, by=by, purpose=row.kind)
    settle_notices(object_id=row.pk, kinds=BrakeNotice, by=by, at=now)
    return row


def tell_of_brakes(*, at: datetime | None = None) -> int:
    """Tell leads and the Headteacher of each stop, once. Work of the worker, since `destroyer` writes to nobody.

    Returns of how many they were told.
    """
    with transaction.atomic():
        return sum(_told(row, at or timezone.now()) for row in Brake.objects.select_for_update().filter(lifted_at=None))


def _told(row: Brake, at: datetime) -> bool:
    if Notice.objects.filter(object_id=row.pk, kind=BrakeNotice.STOPPED).exists():
        return False
    people = {
        person
        for capability in (C.KEEP_RETENTION, C.APPROVE_DESTRUCTION)
        for person in people_with(capability, row.school_id, as_day(at))
    }
    if people:
        record(Verb.ASK, row, purpose=row.kind)
        _tell(people, row, BrakeNotice.STOPPED, at)
    return bool(people)


def _tell(people: Iterable[User], row: Brake, kind: BrakeNotice, at: datetime) -> None:
    tell(people=people, school_id=row.school_id, kind=kind, object_type="brake", object_id=row.pk, at=at)


def _standing(brake: Brake, number: int | None, day: date | None, at: datetime) -> Brake:
    """The brake, locked, if it still stands, what was typed is right, and the clocks agree again."""
    row = Brake.objects.select_for_update(of=("self",)).get(pk=brake.pk)
    if row.lifted_at is not None:
        raise OutOfTurn(_LIFTED)
    if problem := lift_problem(row, number=number, day=day, today=as_day(at)):
        raise BadInput(f"{problem}.")
    now = reading(row.school_id)
    if now is not None and now.apart > APART:
        raise OutOfTurn("The times of the application and the database are still apart. Have them set right first.")
    return row
