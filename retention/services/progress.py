"""How far is a list of destruction? In numbers that name nobody, made by the database.

What people have decided stands in the status of a list; what the machine has done, in the run of each item. A list is
carried out once each record that stands on it is gone to the last file.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, models
from django.db.models import QuerySet

from retention.models import Brake, DestructionItem, DestructionList, ItemRun, RetentionRule
from safeguarding.dates import as_day
from safeguarding.prepared import prepared

# The keys of what is destroyed are in their backups as long as this, whatever the other backups keep.
KEYS_GO = timedelta(days=35)
_S = DestructionList.Status


class Stand(models.TextChoices):
    """Where a list is, people and machine together."""

    REVIEW = "review", "Being reviewed"
    APPROVAL = "approval", "Waiting for approval"
    WAITING = "waiting", "Waiting fourteen days"
    DESTROYING = "destroying", "Being destroyed"
    DONE = "done", "Carried out"
    STOPPED = "stopped", "Stopped"


@dataclass(frozen=True)
class Progress:
    """Numbers of one list. `standing` are its records that have not left it, `decided` and `to_end` those of them that
    are decided and are to be destroyed, `approved` those approved; `begun`, `gone`, `stuck` is what the machine says.
    """

    listed: int = 0
    standing: int = 0
    decided: int = 0
    to_end: int = 0
    approved: int = 0
    begun: int = 0
    gone: int = 0
    stuck: int = 0
    approved_at: datetime | None = None
    waits_until: date | None = None
    begun_at: datetime | None = None
    gone_at: datetime | None = None

    @property
    def is_done(self) -> bool:
        """Whether each record that stands on it is gone: one that waits for another person keeps the list open."""
        return 0 < self.gone == self.standing

    @property
    def not_approved(self) -> int:
        """How many wait for another person."""
        return self.to_end - self.approved

    def stand(self, on_list: DestructionList) -> Stand:
        if self.is_done:
            return Stand.DONE
        return Stand.DESTROYING if self.begun else Stand(on_list.status)

    def days_left(self, today: date) -> int:
        """How many days can it still be stopped? It may be destroyed from the day after the last."""
        return max((self.waits_until - today).days, 0) if self.waits_until else 0

    @property
    def backups_clear_on(self) -> date | None:
        """From when on no backup holds anything of it."""
        return as_day(self.gone_at) + backups_live() if self.gone_at else None


def standing_brakes(school_id: UUID) -> QuerySet[Brake]:
    """What keeps anything of a school from being destroyed now, the oldest first."""
    return Brake.objects.filter(school=school_id, lifted_at=None).order_by("tripped_at", "pk")


def run_of(item: DestructionItem) -> ItemRun | None:
    """How far the machine is with a record; None before it begins."""
    return ItemRun.objects.filter(item=item).first()


def begun_of(items: Collection[DestructionItem]) -> set[UUID]:
    """The keys of those of these that have begun to be destroyed."""
    return set(ItemRun.objects.filter(item__in=items).values_list("item_id", flat=True))


def gone_of(items: Iterable[DestructionItem]) -> set[UUID]:
    """The keys of those of these that have not begun and whose record is there no more: it ended with another one."""
    items = list(items)
    waiting, begun = {item.record_key: item.pk for item in items}, begun_of(items)
    there = {key for (key,) in prepared("SELECT record FROM rules.kinds_of(%s::uuid[])", [list(waiting)])}
    return {item for record, item in waiting.items() if record not in there and item not in begun}


def known_by(keys: Collection[UUID]) -> dict[UUID, str]:
    """By what people tell records from others that are no child's: SAR-2026-007. Of those that are there still."""
    return dict(prepared("SELECT record, said FROM rules.known_by(%s::uuid[])", [list(keys)])) if keys else {}


def backups_live() -> timedelta:
    """How long a backup may still hold something of a record that was destroyed."""
    return max(timedelta(days=settings.BACKUP_DAYS), KEYS_GO)


def progress_of(lists: Collection[UUID]) -> dict[UUID, Progress]:
    """How far each of these lists is: one query."""
    if not lists:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM rules.counts_of_lists(%s::uuid[])", [list(lists)])
        found = {key: Progress(*numbers) for key, *numbers in cursor.fetchall()}
    return {key: found.get(key, Progress()) for key in lists}


@dataclass(frozen=True)
class Line:
    """How many records of one kind and rule stand on a list, and what is decided of them: "" where nothing is, "out"
    where they have left it.
    """

    list_id: UUID
    kind: str
    rule: RetentionRule
    decision: str
    records: int
    paper: int


def lines_of(lists: Collection[UUID]) -> list[Line]:
    """What stands on these lists, by kind and rule."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM rules.kinds_on_lists(%s::uuid[]) ORDER BY kind, rule", [list(lists)])
        rows = cursor.fetchall()
    rules = RetentionRule.objects.in_bulk({rule for _, _, rule, *_ in rows})
    return [Line(key, kind, rules[rule], *rest) for key, kind, rule, *rest in rows]


@dataclass(frozen=True)
class Due:
    """How many records of one kind and rule are kept at a school, and how many of them are due and on no list."""

    kind: str
    rule: RetentionRule | None
    due: int
    kept: int


def due_at(school_id: UUID) -> list[Due]:
    """What is due at a school, in numbers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM rules.due_at(%s) ORDER BY due DESC, kind, rule", [school_id])
        rows = cursor.fetchall()
    rules = RetentionRule.objects.in_bulk({rule for _, rule, *_ in rows if rule})
    return [Due(kind, rules.get(rule), due, kept) for kind, rule, due, kept in rows]
