"""Who from outside works with a child, and who of them is the social worker?

The team hangs on the child, not on one plan: each row says in which areas somebody works with the child, and is read by
who reads one of them. Callers give what somebody may see (`see`).
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from children.models import Contact
from children.social_workers import social_workers_of_system
from safeguarding.dates import as_day
from safeguarding.plans.kinds import Area
from safeguarding.plans.models import Professional

See = Callable[[Any], QuerySet[Any]]
R = Professional.Role
# Who is asked first about a plan of an area.
_FIRST = {Area.NEEDS: (R.CASEWORKER, R.SOCIAL_WORKER)}


@dataclass(frozen=True)
class Worker:
    """The social worker of a child, or who else is asked first: of the team, or of the school's own system."""

    record: Professional | Contact
    role: str

    @property
    def name(self) -> str:
        return self.record.name if isinstance(self.record, Professional) else self.record.full_name

    @property
    def telephone(self) -> str:
        if isinstance(self.record, Professional):
            return self.record.telephone
        return self.record.mobile or self.record.telephone


def team_of(see: See, child_id: UUID) -> list[Professional]:
    """Everybody who works with the child now, by role, the newest of each first."""
    return list(_now(see, [child_id]))


def _now(see: See, children: Collection[UUID]) -> Iterable[Professional]:
    found = see(Professional).filter(child__in=children, ended_at=None).order_by("role", "pk")
    return sorted(found, key=lambda one: (one.role, *_age(one)))


def _age(one: Professional) -> tuple[int, float]:
    """The newest first: by the day since when, else by when it was written."""
    since: date = one.starts_on or as_day(one.written_at)
    written: datetime = one.written_at
    return -since.toordinal(), -written.timestamp()


def newest(team: Iterable[Professional], role: str = R.SOCIAL_WORKER) -> Professional | None:
    """Of two social workers, as after a merge, the one who came last."""
    return min((one for one in team if one.role == role), key=_age, default=None)


def asked_first(
    see: See, child_id: UUID, team: Collection[Professional], areas: Collection[str]
) -> dict[str, Worker | None]:
    """By area who is rung about its plans: the social worker, of an education, health and care plan the caseworker;
    else the social worker of the school's own system. Two queries at most.
    """
    found: dict[str, Worker | None] = {}
    for area in areas:
        some = (newest(team, role) for role in _FIRST.get(Area(area), (R.SOCIAL_WORKER,)))
        first = next(filter(None, some), None)
        found[area] = Worker(first, first.get_role_display()) if first else None
    if not all(found.values()):
        system = _of_system(see, [child_id]).get(child_id)
        found |= {area: system for area, worker in found.items() if worker is None}
    return found


def social_workers(see: See, children: Collection[UUID]) -> dict[UUID, Worker]:
    """By child the newest social worker, else the one of the school's own system. Three queries at most."""
    if not children:
        return {}
    found: dict[UUID, Worker] = {}
    for one in _now(lambda model: see(model).filter(role=R.SOCIAL_WORKER), children):
        found.setdefault(one.child_id, Worker(one, R.SOCIAL_WORKER.label))
    return _of_system(see, [key for key in children if key not in found]) | found


def _of_system(see: See, children: Collection[UUID]) -> dict[UUID, Worker]:
    some = social_workers_of_system(see, children) if children else {}
    return {child: Worker(contact, R.SOCIAL_WORKER.label) for child, contact in some.items()}
