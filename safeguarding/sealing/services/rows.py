"""Seal the narratives of many rows at once, for what is written without `save()`."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models.functions import Cast

from safeguarding.personal_data import own_models
from safeguarding.sealing import crypto
from safeguarding.sealing.crypto import DoesNotOpen
from safeguarding.sealing.exceptions import Destroyed
from safeguarding.sealing.fields import SealedField
from safeguarding.sealing.ring import Key, ring
from safeguarding.sealing.services.keeping import make
from safeguarding.sealing.subjects import key_column, kind_of, subject_alone

_BATCH = 5000


def sealed_fields(model: type[models.Model]) -> list[SealedField]:
    """The narratives of a model."""
    return [f for f in model._meta.concrete_fields if isinstance(f, SealedField)]


def sealed_under() -> Iterator[list[UUID]]:
    """The records under whose keys something is sealed, some thousands at a time: without a look at any row."""
    for model in own_models():
        if sealed_fields(model):
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT * FROM rules.sealed_in_{model._meta.db_table}()")  # noqa: S608  (a model's table)
                while rows := cursor.fetchmany(_BATCH):
                    yield [key for (key,) in rows]


def as_text(column: str) -> Cast:
    """A key as text: it is put beside what is sealed, and nobody needs an object of it."""
    return Cast(column, models.TextField())


def raw_rows(rows: models.QuerySet[Any]) -> list[Any]:
    """The rows as the database has them."""
    statement, given = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())


def open_rows(fields: Sequence[SealedField], rows: Iterable[Sequence[Any]]) -> Iterator[tuple[str, Any, list[bytes]]]:
    """Of rows that the database gave (row key as text, something, what is sealed in each of `fields`): both of them,
    and the words.

    For reading very many: the query goes past the fields, and so does not make an object of each, and most words are
    looked at as the bytes they are. Empty ones are left out, and so is what does not open: it says nothing that could
    be looked for.
    """
    starts = [field.place("") for field in fields]
    at_hand = ring()
    for row, about, *sealed in rows:
        words = []
        for start, text in zip(starts, sealed, strict=True):
            if text and (record := crypto.record_in(text)) and isinstance(found := at_hand.key(record), Key):
                try:
                    words.append(crypto.open_sealed(found.cipher, start + row, text))
                except DoesNotOpen:  # `suppress` took a fifth of the time that opening takes
                    continue
        yield row, about, words


def seal_rows(model: type[models.Model], rows: Sequence[dict[str, Any]]) -> None:
    """Put what is sealed in the place of the narratives in `rows` ({column name: value}), each with its key and its
    record's.

    Records without a key are given one, wrapped as `subject_alone` says.
    """
    fields = [f for f in sealed_fields(model) if rows and f.attname in rows[0]]
    if not fields:
        return
    column, kind, pk = key_column(model), kind_of(model), str(model._meta.pk.attname)  # type: ignore[union-attr]
    written = [row for row in rows if any(row[f.attname] not in (None, f.empty) for f in fields)]
    lacking = {row[column]: row for row in written if not isinstance(ring().keys.get(row[column].bytes), Key)}
    if lacking:
        make(kind, {record: [subject_alone(model, row.__getitem__)] for record, row in lacking.items()})
    for row in rows:
        for field in fields:
            row[field.attname] = seal_value(field, row[column], row[pk], row[field.attname])


def seal_value(field: SealedField, record: UUID, row: Any, value: Any) -> bytes:
    """A value sealed for the row with this key, with the key of its record, which is at hand (`make`, `seal_rows`)."""
    if field.is_shut(value, row):
        return bytes(value.sealed)
    if value in (None, field.empty):
        return b""
    key = ring().key(record.bytes)
    if not isinstance(key, Key):
        raise Destroyed
    return field.seal(key, record.bytes, row, value)
