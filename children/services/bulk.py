"""How do many rows reach a table at once? As one JSON parameter per few thousand, written by one INSERT … SELECT.

Not COPY: PostgreSQL refuses it into a table under row-level security. Only services call this, and a bulk write records
its own events. What `update` changes gets its entries in the history of fields here.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import batched
from typing import Any

from django.db import connection, models

from safeguarding.audit.history import recorded
from safeguarding.sealing.services.rows import seal_rows

Row = Mapping[str, Any]
BATCH = 4000


def insert(model: type[models.Model], rows: Iterable[Row]) -> int:
    """Insert `rows` ({field or field_id: value}); what a row leaves out takes the model's default.

    Returns their number.
    """
    fields = [f for f in model._meta.concrete_fields if f.db_default is models.NOT_PROVIDED]
    names = [f.attname for f in fields]
    defaults = [f.get_default if callable(f.default) else _always(f.get_default()) for f in fields]
    statement = (
        f"INSERT INTO {_q(model._meta.db_table)} ({_columns(fields)}) "  # noqa: S608  (names from the model only)
        f"SELECT {_columns(fields)} FROM json_to_recordset(%s::json) AS r({_typed(fields)})"
    )
    total = 0
    with connection.cursor() as cursor:
        for batch in batched(rows, BATCH):
            given = [
                {name: row[name] if name in row else default() for name, default in zip(names, defaults, strict=True)}
                for row in batch
            ]
            seal_rows(model, given)
            cursor.execute(statement, [_dump(given)])
            total += len(batch)
    return total


def update(model: type[models.Model], fields: Sequence[str], rows: Iterable[Row]) -> int:
    """Set `fields` of the rows whose primary key each of `rows` names. Returns how many were changed."""
    key: Any = model._meta.pk
    changed = [_field(model, name) for name in fields]
    sets = ", ".join(f"{_q(f.column)} = r.{_q(f.column)}" for f in changed)
    statement = (
        f"UPDATE {_q(model._meta.db_table)} AS t SET {sets} "  # noqa: S608
        f"FROM json_to_recordset(%s::json) AS r({_typed([key, *changed])}) "
        f"WHERE t.{_q(key.column)} = r.{_q(key.column)}"
    )
    total = 0
    with connection.cursor() as cursor:
        for batch in batched(rows, BATCH):
            keys = [row[key.attname] for row in batch]
            given = [dict(row) for row in batch]
            seal_rows(model, given)
            with recorded(model._base_manager.filter(pk__in=keys), *fields):
                cursor.execute(statement, [_dump(given)])
                total += cursor.rowcount
    return total


def _always(value: Any) -> Any:
    return lambda: value


def _field(model: type[models.Model], name: str) -> Any:
    return next(f for f in model._meta.concrete_fields if name in (f.name, f.attname))


def _dump(rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows, default=_written, ensure_ascii=False)


def _written(value: Any) -> str:
    """As PostgreSQL reads it: bytes in its own notation, everything else as it is said."""
    return f"\\x{value.hex()}" if isinstance(value, bytes) else str(value)


def _q(name: str) -> str:
    return connection.ops.quote_name(name)


def _columns(fields: Sequence[Any]) -> str:
    return ", ".join(_q(f.column) for f in fields)


def _typed(fields: Sequence[Any]) -> str:
    return ", ".join(
        f"{_q(f.column)} {f.rel_db_type(connection) if f.is_relation else f.db_type(connection)}" for f in fields
    )
