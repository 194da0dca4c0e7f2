"""Who has how much? What each lead has opened and nobody has closed, and what they have to do. Never to rank people."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Count, DateTimeField, F, Max, Min, Q, QuerySet, Value
from django.db.models.functions import Cast

from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import people_with
from safeguarding.accounts.roles import Capability
from safeguarding.concerns.models import Action, Concern

from .base import actions, concerns
from .registry import Figure, Lists, key_of, register
from .values import Viewer

_S = Concern.Status


@dataclass(frozen=True)
class Load:
    """One lead: open concerns that they read first, the oldest of them, actions to do and those that are late."""

    name: str
    open: int
    oldest: datetime | None
    actions: int
    late: int
    behind_open: str
    behind_actions: str


def load_of_leads(viewer: Viewer) -> tuple[Load, ...]:
    """Everybody who decides concerns at the school today, in the order in which they are called. Two queries."""
    people = list(people_with(Capability.DECIDE_CONCERNS, viewer.school_id, viewer.today))
    found = {(is_open, key): rest for is_open, key, *rest in _counted(viewer)}
    loads = []
    for one in people:
        opened, oldest, _ = found.get((True, one.pk), (0, None, 0))
        to_do, _, late = found.get((False, one.pk), (0, None, 0))
        behind_open, behind_actions = (viewer.behind(key, str(one.pk)) for key in ("open-of", "actions-of"))
        loads.append(Load(one.full_name, opened, oldest, to_do, late, behind_open, behind_actions))
    return tuple(loads)


def _counted(viewer: Viewer) -> QuerySet[Any]:
    """Of each person, first of open concerns and then of actions: how many, since when, and how many are late."""

    def told(rows: QuerySet[Any], person: str, is_open: bool, **counts: Any) -> QuerySet[Any]:
        named = rows.order_by().annotate(is_open=Value(is_open, output_field=BooleanField()), person=F(person))
        return named.values_list("is_open", "person").annotate(number=Count("pk"), **counts)

    nothing = Max(Cast(Value(None), DateTimeField()))
    none = Count(Cast(Value(None), DateTimeField()))
    late = Count("pk", filter=Q(due_on__lt=viewer.today))
    opened = told(_open(viewer), "acknowledged_by_id", True, oldest=Min("logged_at"), late=none)
    return opened.union(told(_to_do(viewer), "owner_id", False, oldest=nothing, late=late), all=True)


def _open(viewer: Viewer) -> QuerySet[Concern]:
    return concerns(viewer).exclude(status=_S.CLOSED)


def _to_do(viewer: Viewer) -> QuerySet[Action]:
    return actions(viewer).filter(status=Action.Status.TO_DO)


def _open_rows(viewer: Viewer, cell: str) -> QuerySet[Concern]:
    return _open(viewer).filter(acknowledged_by=key_of(cell))


def _action_rows(viewer: Viewer, cell: str) -> QuerySet[Action]:
    return _to_do(viewer).filter(owner=key_of(cell))


def _name(viewer: Viewer, cell: str) -> str:
    """Of whoever decides there today; of nobody else is it said whether there is such a person."""
    key: UUID = key_of(cell)
    found = people_with(Capability.DECIDE_CONCERNS, viewer.school_id, viewer.today).filter(pk=key).first()
    return found.full_name if isinstance(found, User) else "Somebody else"


register(
    Figure(
        "open-of",
        "Open concerns of a lead",
        Lists.CONCERNS,
        "Concerns that are not closed, by who read them first.",
        _open_rows,
        _name,
        has_period=False,
    ),
    Figure(
        "actions-of",
        "Actions of a lead",
        Lists.ACTIONS,
        "Actions that are still to do, by who has to do them.",
        _action_rows,
        _name,
        has_period=False,
    ),
)
