"""Write down what happened, in the transaction of what happened: if it cannot be written, it did not happen."""

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import batched
from typing import Any
from uuid import UUID

from django.db import connection, models

from safeguarding.prepared import prepared_write

from .context import current
from .models import Event, Outcome
from .verbs import EventVerb, Verb

# Events in one statement.
BATCH = 2000


def record(
    verb: EventVerb,
    record_: models.Model | None = None,
    *,
    by: models.Model | None = None,
    object_type: str = "",
    object_id: UUID | None = None,
    school_id: UUID | None = None,
    count: int | None = None,
    purpose: str = "",
    outcome: Outcome = Outcome.DONE,
) -> None:
    """One event. `record_` is what it is about, or `object_type` and `object_id` where there is no row at hand.

    Who, in which role, from where and in which request comes from the context; `by` where a command or task acts for
    somebody else. Never pass words of a record as `purpose`: it takes codes.

    Raises `NotRegistered` for a verb that no app has registered.
    """
    who = current()
    same_person = by is None or by.pk == who.user_id
    school_id = school_id or getattr(record_, "school_id", None) or who.school_id
    write(
        Event(
            actor_id=who.user_id if by is None else by.pk,
            acting_role=who.role_at(school_id) if same_person else "",
            school_id=school_id,
            verb=verb,
            object_type=logged_as(record_) if record_ is not None else object_type,
            object_id=record_.pk if record_ is not None else object_id,
            count=count,
            purpose=purpose,
            outcome=outcome,
            request_id=who.request_id,
            source_address=who.source_address,
        )
    )


def logged_as(row: models.Model) -> str:
    """The kind by which events name a record: of its model, unless the record says another (`logged_as`).

    One that belongs to what the log of a school leaves out (`page_lists.keep_apart`) is named so too.
    """
    return str(getattr(row, "logged_as", "") or row._meta.label_lower)


def write(event: Event) -> None:
    """Put one event into the record, as `save` would: every page does, and Django took longer to put the INSERT
    together than the database to answer it.
    """
    head, places, fields = _insert()
    prepared_write(head + places, _values(event, fields))


def _values(event: Event, fields: Iterable[Any]) -> list[Any]:
    return [field.get_db_prep_save(getattr(event, field.attname), connection) for field in fields]


@cache
def _insert() -> tuple[str, str, tuple[Any, ...]]:
    """The INSERT of events, the places of one, and the fields that it takes.

    The others are the database's to fill in: no role that works may say when something happened, or in which
    transaction.
    """
    fields = tuple(field for field in Event._meta.concrete_fields if not field.has_db_default())
    table, *columns = map(connection.ops.quote_name, (Event._meta.db_table, *(str(field.column) for field in fields)))
    places = f"({', '.join(['%s'] * len(fields))})"
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ", places, fields  # noqa: S608  (names from the model)


def record_many(
    verb: EventVerb,
    object_type: str,
    object_ids: Iterable[UUID],
    *,
    by: models.Model | None = None,
    school_id: UUID | None = None,
    purpose: str = "",
) -> None:
    """One event for each of many records that a bulk write touched, in few statements.

    Who asks comes from the context.
    """
    who = current()
    same_person = by is None or by.pk == who.user_id
    school_id = school_id or who.school_id
    _write_many(
        Event(
            actor_id=who.user_id if by is None else by.pk,
            acting_role=who.role_at(school_id) if same_person else "",
            school_id=school_id,
            verb=verb,
            object_type=object_type,
            object_id=object_id,
            purpose=purpose,
            request_id=who.request_id,
            source_address=who.source_address,
        )
        for object_id in object_ids
    )


def record_lists(lists: Iterable[Mapping[str, Any]]) -> None:
    """An event for each of these lists, in one statement: its `object_type`, `count`, `purpose` and `shown`."""
    who = current()
    events = [
        Event(
            actor_id=who.user_id,
            acting_role=who.role_key,
            school_id=who.school_id,
            verb=Verb.LIST,
            request_id=who.request_id,
            source_address=who.source_address,
            **one,
        )
        for one in lists
    ]
    if len(events) == 1:
        write(events[0])
    else:
        _write_many(events)


def record_of_schools(verb: EventVerb, object_type: str, school_ids: Iterable[UUID], *, purpose: str) -> None:
    """One event about each of several schools, each in the school's own log, in few statements."""
    who = current()
    _write_many(
        Event(
            actor_id=who.user_id,
            acting_role=who.role_at(school_id),
            school_id=school_id,
            verb=verb,
            object_type=object_type,
            object_id=school_id,
            purpose=purpose,
            request_id=who.request_id,
            source_address=who.source_address,
        )
        for school_id in school_ids
    )


def _write_many(events: Iterable[Event]) -> None:
    head, places, fields = _insert()
    for some in batched(events, BATCH):
        with connection.cursor() as cursor:
            values = [value for event in some for value in _values(event, fields)]
            cursor.execute(head + ", ".join([places] * len(some)), values)
