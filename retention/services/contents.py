"""What goes with a record, by kind, as far as one person sees it.

The database counts it whole. Nobody is told whether they see all of it: what is kept from somebody would be told by it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, models

from retention.models import ItemReason, Mark, RetentionDate, Statement
from safeguarding.accounts.models import User
from safeguarding.audit.history import is_protected
from safeguarding.dates import counted
from safeguarding.ending.removal import ends_with
from safeguarding.records import records

_OF_RETENTION = frozenset(model._meta.label_lower for model in (RetentionDate, Statement, Mark, ItemReason))


@dataclass(frozen=True)
class Contents:
    """What goes, in words ("3 concerns"), and what is emptied of the name and stays. `kept_for`: how many entries there
    are beside it that say only how long it is kept.
    """

    goes: list[str]
    emptied: list[str]
    kept_for: int


def contents_of(record: UUID, reader: User) -> Contents:
    """What would be destroyed with this record now."""
    roots = [key for keys in ends_with([record]).values() for key in keys]
    with connection.cursor() as cursor:
        cursor.execute("SELECT model, key, becomes FROM rules.rows_ending(%s::uuid[])", [roots])
        rows = [(model, key, becomes) for model, key, becomes in cursor.fetchall() if model in _called()]
    seen = _seen(reader, {(model, key) for model, key, _ in rows})
    shown = [(model, becomes) for model, key, becomes in rows if (model, key) in seen]
    return Contents(
        goes=_in_words(model for model, becomes in shown if becomes == "ends" and model not in _OF_RETENTION),
        emptied=_in_words(model for model, becomes in shown if becomes != "ends"),
        kept_for=sum(model in _OF_RETENTION for model, _ in shown),
    )


def _called() -> dict[str, tuple[str, str]]:
    """What the rows of protected models are called, by label."""
    return {one.label: one.called for one in records() if one.called and is_protected(one.model)}


def _seen(reader: User, rows: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of these rows that the person sees: one query."""
    keys: dict[str, list[str]] = {}
    for label, key in rows:
        keys.setdefault(label, []).append(key)
    found = [_visible(reader, apps.get_model(label), some) for label, some in keys.items()]
    if not found:
        return set()
    return {(label, str(key)) for label, key in found[0].union(*found[1:], all=True)}


def _visible(reader: User, model: type[models.Model], keys: list[str]) -> Any:
    manager: Any = model._default_manager
    label = models.Value(model._meta.label_lower, models.TextField())
    return (
        manager.filter(pk__in=keys).visible_to(reader).order_by().annotate(of_model=label).values_list("of_model", "pk")
    )


def _in_words(labels: Any) -> list[str]:
    numbers: dict[str, int] = {}
    for label in labels:
        numbers[label] = numbers.get(label, 0) + 1
    called = _called()
    return [counted(number, *called[label]) for label, number in sorted(numbers.items(), key=lambda one: -one[1])]
