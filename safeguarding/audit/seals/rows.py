"""How are events, their numbers and the seals read from the database?

In the text in which they are sealed, in batches.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.db import connection, models, transaction
from psycopg import sql

from safeguarding.audit.models import Event
from safeguarding.locks import take_longer

from .canonical import moment
from .checking import Evidence, Leaf, Seal
from .models import Checkpoint

# Rows in memory at one time.
BATCH = 10_000

_TIME = (
    "CASE WHEN isfinite({c}) AND {c} >= '0001-01-01Z' "
    "THEN to_char({c} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') ELSE {c}::text END"
)


@cache
def columns() -> tuple[tuple[str, ...], sql.Composed]:
    """The names of all columns of an event, sorted, and the SQL that writes each in one way.

    A new column is sealed as well.
    """
    fields = sorted((str(field.column), field) for field in Event._meta.concrete_fields)
    return tuple(name for name, _ in fields), sql.SQL(", ").join(_written(*one) for one in fields)


def _written(name: str, field: "models.Field[Any, Any]") -> sql.Composable:
    column = sql.Identifier("e", name)
    if isinstance(field, models.DateTimeField):
        return sql.SQL(_TIME).format(c=column)
    if field.get_internal_type() == "PositiveIntegerField":
        return column
    return sql.SQL("{}::text").format(column)


def as_event(names: tuple[str, ...], row: tuple[Any, ...]) -> dict[str, Any]:
    """The columns that hold something, by name."""
    return {name: value for name, value in zip(names, row, strict=True) if value is not None and value != ""}


@contextmanager
def snapshot() -> Iterator[None]:
    """One moment of the database for everything that is read inside, and nothing written."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        take_longer(minutes=4 * 60, because="years of events are read as they stood at one moment")
        yield


def evidence() -> Evidence:
    """What `checking.examine` looks at. Use inside `snapshot`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        as_of = moment(cursor.fetchone()[0])
    return Evidence(leaves(), seals(), ((e["id"], e["at"]) for e in waiting()), as_of)


def leaves() -> Iterator[Leaf]:
    """Every numbered event, in the order of the numbers."""
    names, written = columns()
    query = sql.SQL(
        "SELECT l.index, l.event_id::text, l.hash, {written} FROM audit_leaf l LEFT JOIN audit_event e ON "
        "e.id = l.event_id "
        "WHERE l.index > %s ORDER BY l.index LIMIT %s"
    ).format(written=written)
    last = -(1 << 63)
    while rows := _read(query, [last, BATCH]):
        place = 3 + names.index("id")
        for row in rows:
            event = None if row[place] is None else as_event(names, row[3:])
            yield Leaf(row[0], row[1], bytes(row[2] or b""), event)
        last = rows[-1][0]


def seals() -> Iterator[Seal]:
    """Every checkpoint, in the order of the numbers."""
    for row in Checkpoint.objects.order_by("number").iterator(chunk_size=2000):
        yield Seal(row.number, row.size, moment(row.at), row.note, bytes(row.frontier))


def waiting() -> Iterator[dict[str, Any]]:
    """Every event without a number, oldest first."""
    names, written = columns()
    query = sql.SQL(
        "SELECT {written} FROM audit_event e WHERE (%s::uuid IS NULL OR e.id > %s) "
        "AND NOT EXISTS (SELECT FROM audit_leaf l WHERE l.event_id = e.id) ORDER BY e.id LIMIT %s"
    ).format(written=written)
    last: str | None = None
    while rows := _read(query, [last, last, BATCH]):
        yield from (as_event(names, row) for row in rows)
        last = rows[-1][names.index("id")]


def _read(query: sql.Composed, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()
