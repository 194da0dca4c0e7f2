"""Stop destruction where something is not as it should be: too much at once, or a time that cannot be right.

Asked by `destroyer` before anything of a school begins. What is wrong stands as a `Brake`, which the database asks
too: until two people have lifted it, nothing of the school begins. What has begun is carried on, since it goes forwards
only.

The time is compared with what no single clock can change: the other clock, the newest seal, the last scan, and the last
look itself, which is kept. A clock that jumps is found by that, whichever way, and also where both jump together.
"""

import logging
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from retention.models import Brake, RetentionGate
from retention.verbs import RetentionVerb
from safeguarding.accounts.models import School
from safeguarding.audit.services import record
from safeguarding.keys import uuid7

logger = logging.getLogger(__name__)
_K = Brake.Kind
MOST_A_DAY, MOST_PLAIN_A_DAY = 25, 100
# Of the files of a school within thirty days, and never fewer than one day's most: in a small school one family is a
# tenth.
SHARE_A_MONTH = 0.2
APART = timedelta(minutes=10)
SILENT = timedelta(days=8)
# How long what two people let through is let through, up to the amount that they have typed.
LET_THROUGH = {_K.TOO_MANY_A_MONTH: timedelta(days=30)}
_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Reading:
    """What the database says before a destruction (`rules.before_destruction`), in the order of its columns; and the
    time of the application at that moment.
    """

    now: datetime
    sealed_at: datetime | None
    scanned_at: datetime | None
    scanned_by_database_at: datetime | None
    looked_at: datetime | None
    waiting: int
    waiting_plain: int
    waiting_files: int
    begun_today: int
    plain_begun_today: int
    files_begun_in_30_days: int
    files: int
    here: datetime

    @property
    def apart(self) -> timedelta:
        """How far the two clocks are apart."""
        return abs(self.here - self.now)

    @property
    def ahead(self) -> timedelta:
        """By how much the newest of what happened before is later than now."""
        before = (self.scanned_at, self.scanned_by_database_at, self.looked_at)
        return max((at - self.now for at in before if at), default=timedelta())

    @property
    def waits(self) -> int:
        """How many records would begin now."""
        return self.waiting + self.waiting_plain

    @property
    def silent(self) -> timedelta:
        """For how long nobody has sealed or scanned, where something waits; or looked at the time."""
        marks = [self.looked_at or self.now]
        if self.waits:
            marks += [self.sealed_at or _NEVER, self.scanned_by_database_at or _NEVER]
        return self.now - min(marks)


_NEVER = datetime(2000, 1, 1, tzinfo=timezone.get_default_timezone())


def reading(school_id: UUID, *, here: datetime | None = None) -> Reading | None:
    """How things stand at a school now; None where nothing was ever scanned or held there.

    `here`: the time of the application when the transaction began, whose time is that of the database.
    """
    columns = [field.name for field in fields(Reading) if field.name != "here"]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM rules.before_destruction(%s)", [school_id])  # noqa: S608
        row = cursor.fetchone()
    if row is None:
        return None
    return Reading(**dict(zip(columns, row, strict=True)), here=here or timezone.now())


def clocks_agree(now: Reading) -> bool:
    """Whether the time can be what both clocks say: they agree, and nothing happened later than now."""
    return now.apart <= APART and now.ahead <= APART and not _sealed_ahead(now)


def stopped() -> set[UUID]:
    """The schools of which nothing may begin. Where that cannot be asked of one, nothing of it does."""
    return {key for key in School.objects.order_by("pk").values_list("pk", flat=True) if _stops(key)}


def _stops(school_id: UUID) -> bool:
    try:
        return stops(school_id)
    except Exception:
        logger.exception("Nobody knows whether something stops destruction at a school: nothing of it begins.")
        return True


def stops(school_id: UUID) -> bool:
    """Whether nothing of the school may begin. What is wrong is put down once, for people to lift.

    Where nothing is wrong, it is kept that the time was looked at.
    """
    with transaction.atomic():
        gate = RetentionGate.objects.select_for_update(of=("self",)).filter(school=school_id).first()
        if gate is None or Brake.objects.filter(school=school_id, lifted_at=None).exists():
            return True
        now = reading(school_id)
        if now is None:
            return True
        wrong = _wrong(now)
        if wrong and not _let_through(school_id, *wrong, now.now):
            _trip(school_id, *wrong)
            return True
        gate.looked_at = now.now
        gate.save(update_fields=["looked_at"])
        return False


def _wrong(now: Reading) -> tuple[str, int] | None:
    """The first thing that is not as it should be, and by how much: minutes, days, or records."""
    if now.apart > APART:
        return _K.CLOCKS_APART, _minutes(now.apart)
    if _sealed_ahead(now):
        return _K.SEAL_AHEAD, _minutes((now.sealed_at or now.now) - now.now)
    if now.ahead > APART:
        return _K.CLOCK_BACK, _minutes(now.ahead)
    if now.silent > SILENT:
        return _K.NO_SEAL, now.silent.days
    if now.waiting and (today := now.begun_today + now.waiting) > MOST_A_DAY:
        return _K.TOO_MANY_A_DAY, today
    if now.waiting_plain and (today := now.plain_begun_today + now.waiting_plain) > MOST_PLAIN_A_DAY:
        return _K.TOO_MANY_PLAIN, today
    if not now.waiting_files:
        return None
    if (month := now.files_begun_in_30_days + now.waiting_files) > max(MOST_A_DAY, int(now.files * SHARE_A_MONTH)):
        return _K.TOO_MANY_A_MONTH, month
    return None


def _sealed_ahead(now: Reading) -> bool:
    return now.sealed_at is not None and now.sealed_at - now.now > APART


def _minutes(how_long: timedelta) -> int:
    return how_long // timedelta(minutes=1)


def _let_through(school_id: UUID, kind: str, amount: int, now: datetime) -> bool:
    """Whether two people have let this much through lately. Clocks that differ are set right, and never let through."""
    since = now - LET_THROUGH.get(_K(kind), _A_DAY)
    lifted = Brake.objects.filter(school=school_id, kind=kind, amount__gte=amount, lifted_at__gt=since)
    return kind != _K.CLOCKS_APART and lifted.exists()


def _trip(school_id: UUID, kind: str, amount: int) -> None:
    key = uuid7()
    with connection.cursor() as cursor:
        cursor.execute(
            # These columns alone are `destroyer`'s to fill in.
            "INSERT INTO retention_brake (id, school_id, kind, amount) VALUES (%s, %s, %s, %s)",
            [key, school_id, kind, amount],
        )
    record(RetentionVerb.TRIP_BRAKE, object_type="retention.brake", object_id=key, school_id=school_id, purpose=kind)
