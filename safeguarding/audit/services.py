"""Write down what happened, in the transaction of what happened: if it cannot be written, it did not happen."""

from collections.abc import Iterable
from functools import cache
from itertools import batched
from typing import Any
from uuid import UUID

from django.db import connection, models

from safeguarding.prepared import prepared_write

from .context import current
from .models import Event, Outcome, Verb


def record(
    verb: Verb,
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
            object_type=record_._meta.label_lower if record_ is not None else object_type,
            object_id=record_.pk if record_ is not None else object_id,
            count=count,
            purpose=purpose,
            outcome=outcome,
            request_id=who.request_id,
            source_address=who.source_address,
        )
    )


def write(event: Event) -> None:
    """Put one event into the record, as `save` would: every page does, and Django took longer to put the INSERT together
    than the database to answer it.
    """
    statement, fields = _insert()
    values = [field.get_db_prep_save(getattr(event, field.attname), connection) for field in fields]
    prepared_write(statement, values)


@cache
def _insert() -> tuple[str, tuple[Any, ...]]:
    """The INSERT of an event, and the fields that it takes: the database fills in the others."""
    fields = tuple(field for field in Event._meta.concrete_fields if not field.has_db_default())
    table, *columns = map(connection.ops.quote_name, (Event._meta.db_table, *(str(field.column) for field in fields)))
    places = ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", fields  # noqa: S608  (names from the model)


def record_many(
    verb: Verb,
    object_type: str,
    object_ids: Iterable[UUID],
    *,
    by: models.Model | None = None,
    school_id: UUID | None = None,
    purpose: str = "",
) -> None:
    """One event for each of many records that a bulk write touched, in few statements. Who asks comes from the context."""
    who = current()
    same_person = by is None or by.pk == who.user_id
    school_id = school_id or who.school_id
    for some in batched(object_ids, 2000):
        Event.objects.bulk_create(
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
            for object_id in some
        )
