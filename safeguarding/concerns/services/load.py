"""Who has how much to read and to do, and what was never opened? For leads; no child, and nothing the reader may not
see.

Counted from the notices and actions whose records the reader sees: a number that told of a hidden concern would be a
leak.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from children.notice_kinds import ChildNotice
from safeguarding.accounts.calendar import SchoolCalendar
from safeguarding.accounts.models import Notice
from safeguarding.accounts.services import Colleague, staff_of
from safeguarding.concerns.models import Action, Concern, OutsideNote
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services.escalation import UNREAD_AFTER

K = ConcernNotice
_WAITING = (K.NEW_CONCERN, K.CALL, K.UNREAD, K.STAND_IN)
# What is counted, by the type that its notices were written with, and the fields that make its reference.
_COUNTED: dict[str, tuple[Any, tuple[str, ...]]] = {
    "concern": (Concern, ("year", "number", "status")),
    "action": (Action, ("reference",)),
    "outside_note": (OutsideNote, ("year", "number")),
}
# What a notice says of itself to whoever has it, in the words of somebody else who reads of it.
_SAYS: dict[str, str] = {
    K.ACTION: "An action to do",
    K.ACTION_DUE: "An action that is due",
    K.STAND_IN: "A concern to read in somebody’s place",
    ChildNotice.ACCESS: "Access to a record was given",
}
# What was never opened, the oldest first: as many as somebody looks through.
MOST = 50


@dataclass
class Load:
    """What one person has: unread notices, the oldest of them, those never opened in a school day, actions, unread
    concerns.
    """

    one: Colleague
    unread: int = 0
    oldest: datetime | None = None
    never: int = 0
    actions: int = 0
    late: int = 0
    concerns: set[UUID] = field(default_factory=set)

    @property
    def anything(self) -> bool:
        return bool(self.unread or self.actions)


@dataclass(frozen=True)
class Unopened:
    """What was told and not opened for a school day: to whom, of what kind, its record's reference and since when."""

    names: list[str]
    kind: str
    reference: str
    told_at: datetime
    object_type: str
    object_id: UUID


@dataclass(frozen=True)
class Loads:
    """The page: people with something, the most first; how many have nothing; and what was never opened, the oldest
    first.

    What was told to several is one line with their names.
    """

    people: list[Load]
    idle: int
    unopened: list[Unopened]


def loads(school_id: UUID, see: Callable[[Any], Any], *, at: datetime, today: date) -> Loads:
    """Everybody's load at a school as `see` shows it: six queries, whatever their number."""
    found = {one.user.pk: Load(one) for one in staff_of(school_id, on=today)}
    calendar = SchoolCalendar.of(school_id)
    notices = list(
        Notice.objects.filter(
            user__in=found, school_id=school_id, object_type__in=_COUNTED, opened_at=None, settled_at=None
        ).order_by("created_at", "pk")
    )
    about = {
        object_type: see(model).filter(pk__in=_about(notices, object_type)).only(*fields).in_bulk()
        for object_type, (model, fields) in _COUNTED.items()
    }
    unopened: dict[tuple[str, UUID], Unopened] = {}
    for notice in notices:
        record = about[notice.object_type].get(notice.object_id)
        if record is None:
            continue
        load = found[notice.user_id]
        load.unread += 1
        load.oldest = load.oldest or notice.created_at
        if notice.kind in _WAITING and isinstance(record, Concern) and record.status == Concern.Status.NEW:
            load.concerns.add(record.pk)
        if calendar.hours_between(notice.created_at, at) >= UNREAD_AFTER:
            load.never += 1
            line = unopened.setdefault((notice.kind, notice.object_id), _line(notice, record.reference))
            if load.one.user.full_name not in line.names:
                line.names.append(load.one.user.full_name)
    for row in (
        see(Action)
        .filter(school_id=school_id, owner__in=found, status=Action.Status.TO_DO)
        .values_list("owner_id", "due_on")
    ):
        found[row[0]].actions += 1
        found[row[0]].late += row[1] < today
    busy = sorted((one for one in found.values() if one.anything), key=lambda one: (-one.never, -one.late, -one.unread))
    return Loads(busy, len(found) - len(busy), list(unopened.values())[:MOST])


def _about(notices: Iterable[Notice], object_type: str) -> set[UUID]:
    return {notice.object_id for notice in notices if notice.object_type == object_type}


def _line(notice: Notice, reference: str) -> Unopened:
    kind = _SAYS.get(notice.kind, notice.get_kind_display())
    return Unopened([], kind, reference, notice.created_at, notice.object_type, notice.object_id)
