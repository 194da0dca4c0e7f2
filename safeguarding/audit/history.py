"""Which fields of which records are followed, and how does a change of one get its entry: before, after, who, when?

What is followed is read from each model's `PersonalData`: every protected model and every setting, its fields that are
plain or identifying, and its links. Sealed narratives are not: what somebody wrote is added to and never replaced, and
a copy of a narrative would have to be sealed and destroyed twice. Nor is what only the machine keeps
(`editable=False`): names folded for search, counters, when somebody looked.

`save()` is followed by django-auditlog. What goes past it (`update`, SQL) stands inside `recorded`, or says its
changes itself to `record_changes`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from functools import cache
from itertools import batched
from typing import Any
from uuid import UUID

from auditlog.registry import auditlog
from auditlog.signals import pre_log
from django.db import connection, models
from django.utils.timezone import is_aware

from safeguarding.keys import uuid7
from safeguarding.personal_data import declared, own_models, record_path
from safeguarding.records import record_of

from .context import current
from .models import LogEntry
from .protection import ProtectedQuerySet

Model = type[models.Model]
Changes = Mapping[str, tuple[Any, Any]]
CHILD, SCHOOL = "children.child", "accounts.school"
BATCH = 4000
_MADE = "_made_by_this_work"


def is_protected(model: Model) -> bool:
    """Whether rows of the model have a rule of visibility, that is: whether they are records."""
    return isinstance(model._default_manager.none(), ProtectedQuerySet)


@cache
def followed() -> dict[Model, tuple[Any, ...]]:
    """Every model whose changes get an entry, and the fields that are followed."""
    return {
        model: _fields(model)
        for model in own_models()
        if (is_protected(model) or is_setting(model)) and is_followed(model)
    }


def is_followed(model: Model) -> bool:
    """Whether nobody has refused that changes of the model get entries (`records.py`)."""
    record = record_of(model)
    return record is None or record.is_followed


def is_setting(model: Model) -> bool:
    """Whether rows of the model are what a school has decided for itself."""
    mine = declared(model)
    return bool(mine and mine.setting)


def _fields(model: Model) -> tuple[Any, ...]:
    mine = declared(model)
    named = {*mine.identifying, *mine.plain} if mine else set()
    return tuple(
        f
        for f in model._meta.concrete_fields
        if not f.primary_key and f.editable and (f.is_relation or f.name in named) and f.name not in ("school", "token")
    )


def follow_all() -> None:
    """Tell the library what to follow: once, when all models are known."""
    for model, fields in followed().items():
        auditlog.register(model, include_fields=[f.name for f in fields])
    pre_log.connect(_only_changes, dispatch_uid="only_changes")


def _only_changes(instance: models.Model, action: int, **_: Any) -> bool:
    """Not what is new: that stands in the record, and its event says who made it. Asked before anything is compared.

    But a new setting is a decision, whose page shows who made it. A service that makes a row and completes it before it
    is done has changed nothing that anybody could have read.
    """
    if action == LogEntry.Action.CREATE:
        instance.__dict__[_MADE] = True
        return is_setting(type(instance)) and instance._meta.label_lower != SCHOOL
    return action == LogEntry.Action.UPDATE and _MADE not in instance.__dict__


# --- one entry


def entry_of(instance: models.Model) -> dict[str, Any]:
    """The fields of an entry about `instance`, less its changes. Who, and in which request, comes from the context."""
    who = current()
    return {
        "actor_id": who.user_id,
        "request_id": who.request_id,
        "school_id": instance.pk if instance._meta.label_lower == SCHOOL else getattr(instance, "school_id", None),
        "object_type": instance._meta.label_lower,
        "object_id": instance.pk,
        "record_id": _reach(instance, record_path(type(instance))),
        "child_id": _child_of(instance),
    }


def _reach(instance: Any, path: tuple[str, ...]) -> UUID:
    """The key at the end of a path of links, without fetching the row that it ends at."""
    for name in path[:-1]:
        instance = getattr(instance, name)
    return getattr(instance, f"{path[-1]}_id") if path else instance.pk  # type: ignore[no-any-return]


def _child_of(instance: models.Model) -> UUID | None:
    return instance.pk if instance._meta.label_lower == CHILD else getattr(instance, "child_id", None)


# --- what is written past `save()`


@contextmanager
def recorded(rows: "models.QuerySet[Any]", *fields: str) -> Iterator[None]:
    """Whatever is done inside to `fields` of `rows` gets its entries: as they are in the database before, and after.

    Fields that are not followed are left out; none given means all. Two queries and the entries, however many rows. The
    caller holds the lock that keeps others from the rows meanwhile.
    """
    model = rows.model
    wanted = [f for f in followed().get(model, ()) if not fields or {f.name, f.attname} & set(fields)]
    before = _values(rows, wanted) if wanted else {}
    yield
    if not before:
        return
    now = _values(model._base_manager.filter(pk__in=list(before)), wanted)
    record_changes(
        model,
        {
            key: {f.name: (a, b) for f, a, b in zip(wanted, was, now[key], strict=True) if a != b}
            for key, was in before.items()
            if key in now and was != now[key]
        },
    )


def _values(rows: "models.QuerySet[Any]", fields: Iterable[Any]) -> dict[Any, tuple[Any, ...]]:
    found = rows.order_by().values_list("pk", *(f.attname for f in fields))
    return {row[0]: row[1:] for row in found}


def record_changes(model: Model, changed: Mapping[Any, Changes]) -> None:
    """An entry for each row of `model` that a bulk write changed: {key: {field: (before, after)}}.

    A few statements for all: one INSERT for thousands of entries, as `children/services/bulk.py` has measured it.
    """
    who = current()
    common = {"object_type": model._meta.label_lower, "actor_id": who.user_id, "request_id": who.request_id}
    names = ("object_id", "record_id", "school_id", "child_id")
    for some in batched(changed, BATCH):
        rows = model._base_manager.filter(pk__in=some).order_by().values_list(*_places(model))
        entries = [
            {
                "id": uuid7(),
                "changes": {name: [_plain(was), _plain(now)] for name, (was, now) in changed[row[0]].items()},
                **common,
                **dict(zip(names, row, strict=True)),
            }
            for row in rows
        ]
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, [json.dumps(entries, default=str, ensure_ascii=False)])


_INSERT = """
INSERT INTO audit_logentry (id, actor_id, school_id, request_id, object_type, object_id, record_id, child_id, changes)
SELECT id, actor_id, school_id, request_id, object_type, object_id, record_id, child_id, changes
FROM json_to_recordset(%s::json) AS e(
    id uuid, actor_id uuid, school_id uuid, request_id uuid, object_type text, object_id uuid, record_id uuid,
    child_id uuid, changes jsonb
)
"""


def _places(model: Model) -> list[Any]:
    """Where a row of the model has its own key, that of its record, of its school and of the child it is about."""
    there = {f.name for f in model._meta.concrete_fields}
    path = record_path(model)
    nothing = models.Value(None, output_field=models.UUIDField())
    child = "pk" if model._meta.label_lower == CHILD else "child_id" if "child" in there else nothing
    return ["pk", f"{'__'.join(path)}_id" if path else "pk", "school_id" if "school" in there else nothing, child]


def _plain(value: Any) -> Any:
    """As the library writes a value: a moment is in UTC and does not say so, a key is its text."""
    if isinstance(value, datetime) and is_aware(value):
        return str(value.astimezone(UTC).replace(tzinfo=None))
    return str(value) if isinstance(value, date | time | UUID) else value
