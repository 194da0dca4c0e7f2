"""What keeps a record from ending? Each app says what of its own is in the way: a fact of the schema `rules`, and the
sentence for it.

A fact is a function that takes keys of records and returns those it keeps, each with the key of the row that keeps it.
It reads no context: the nightly scan, pages and the destroyer ask it, and none of their roles sees every row. The
sentence is read by those who see one of those rows; everybody else reads that something keeps the record, and not what.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, models, transaction
from psycopg import sql

from .units import waiting

HIDDEN = "Something you may not see keeps this record."
UNSETTLED = "Something that belongs to it is not settled."


@dataclass(frozen=True)
class Reason:
    """Something that keeps a record. `fact` is the function `rules.<fact>(uuid[])`, `says` its sentence, `model` the
    model of the rows that keep, and `by` the column of that model with their keys.
    """

    fact: str
    says: str
    model: type[models.Model]
    by: str = "pk"


@dataclass(frozen=True)
class Kept:
    """That a record is kept: by which reason, and by which row. Neither where its fact could not be asked."""

    reason: Reason | None
    row: UUID | None


_reasons: dict[str, Reason] = {}


def keeps(fact: str, *, says: str, model: type[models.Model], by: str = "pk") -> None:
    """Say what keeps a record: the rows of `model` that `rules.<fact>` returns.

    Raises `ImproperlyConfigured` where that is said twice.
    """
    if fact in _reasons:
        raise ImproperlyConfigured(f"What {fact} keeps is said twice.")
    _reasons[fact] = Reason(fact, says, model, by)


def waits_fact(model: type[models.Model]) -> str:
    """The name of the fact of rows that wait by declaration (`Retention.WAITS`, `Link.WAITS`)."""
    return f"waits_{model._meta.db_table}"


def reasons() -> list[Reason]:
    """Everything that can keep a record: what apps have said, and what waits by its declaration."""
    undeclared = (Reason(waits_fact(m), UNSETTLED, m) for m in waiting() if waits_fact(m) not in _reasons)
    return [*_reasons.values(), *undeclared]


def what_keeps(records: Collection[UUID]) -> dict[UUID, list[Kept]]:
    """Of these records, those that something keeps, and what. A fact that cannot be asked keeps them all."""
    found: dict[UUID, list[Kept]] = {}
    for reason in reasons():
        for record, row in _asked(reason, records):
            found.setdefault(record, []).append(Kept(reason if row else None, row))
    return found


def _asked(reason: Reason, records: Collection[UUID]) -> Iterator[tuple[UUID, UUID | None]]:
    statement = sql.SQL("SELECT DISTINCT record, row_key FROM rules.{}(%s::uuid[])").format(sql.Identifier(reason.fact))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [list(records)])
            yield from cursor.fetchall()
    except DatabaseError:
        yield from ((record, None) for record in records)


def told_to(user: Any, records: Collection[UUID]) -> dict[UUID, list[str]]:
    """What keeps each of these records, in the sentences that this person may read, each once."""
    kept = what_keeps(records)
    seen = {reason: _seen(user, reason, kept) for reason in {k.reason for ks in kept.values() for k in ks if k.reason}}

    def sentence(one: Kept) -> str:
        return one.reason.says if one.reason and one.row in seen[one.reason] else HIDDEN

    def told(some: list[Kept]) -> list[str]:
        said = list(dict.fromkeys(map(sentence, some)))
        # Last: what is hidden stands behind what can be done something about.
        return sorted(said, key=lambda one: one == HIDDEN)

    return {record: told(some) for record, some in kept.items()}


def _seen(user: Any, reason: Reason, kept: dict[UUID, list[Kept]]) -> set[UUID]:
    """Of the rows that keep records by this reason, those that the person sees."""
    rows = {one.row for some in kept.values() for one in some if one.reason == reason}
    manager: Any = reason.model._default_manager
    return set(manager.filter(**{f"{reason.by}__in": rows}).visible_to(user).values_list(reason.by, flat=True))
