"""What keeps a record from ending? Each app says what of its own is in the way: a fact of the schema `rules`, and the
sentence for it.

A fact is a function that takes keys of records and returns those it keeps, each with the key of the row that keeps it.
It reads no context: the nightly scan, pages and the destroyer ask it, and none of their roles sees every row. The
sentence is read by those who see one of those rows; everybody else reads that something keeps the record, and not what.
"""

from collections.abc import Collection, Iterable
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
    """Of these records, those that something keeps, and what. A fact that cannot be asked keeps them all.

    All facts are asked together; where one fails, each by itself.
    """
    found: dict[UUID, list[Kept]] = {}
    if not records:
        return found
    known = {reason.fact: reason for reason in reasons()}
    try:
        rows = _asked_of(known, records)
    except DatabaseError:
        rows = [row for fact in known for row in _asked(fact, records)]
    for fact, record, row in rows:
        found.setdefault(record, []).append(Kept(known[fact] if row else None, row))
    return found


def _asked(fact: str, records: Collection[UUID]) -> list[tuple[str, UUID, UUID | None]]:
    try:
        return _asked_of([fact], records)
    except DatabaseError:
        return [(fact, record, None) for record in records]


def _asked_of(facts: Iterable[str], records: Collection[UUID]) -> list[tuple[str, UUID, UUID | None]]:
    asked = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT DISTINCT {}::text, record, row_key FROM rules.{}(%(records)s::uuid[])").format(
            sql.Literal(fact), sql.Identifier(fact)
        )
        for fact in facts
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(asked, {"records": list(records)})
        return cursor.fetchall()


def told_to(user: Any, records: Collection[UUID]) -> dict[UUID, list[str]]:
    """What keeps each of these records, in the sentences that this person may read, each once."""
    kept = what_keeps(records)
    seen = _seen(user, kept)

    def sentence(one: Kept) -> str:
        return one.reason.says if one.reason and (one.reason.fact, one.row) in seen else HIDDEN

    def told(some: list[Kept]) -> list[str]:
        said = list(dict.fromkeys(map(sentence, some)))
        # Last: what is hidden stands behind what can be done something about.
        return sorted(said, key=lambda one: one == HIDDEN)

    return {record: told(some) for record, some in kept.items()}


def _seen(user: Any, kept: dict[UUID, list[Kept]]) -> set[tuple[str, UUID]]:
    """Of the rows that keep records, those that the person sees, each with the fact: one query."""
    rows: dict[Reason, set[UUID]] = {}
    for one in (one for some in kept.values() for one in some):
        if one.reason is not None and one.row is not None:
            rows.setdefault(one.reason, set()).add(one.row)
    found = [_visible(user, reason, keys) for reason, keys in rows.items()]
    return set(found[0].union(*found[1:], all=True)) if found else set()


def _visible(user: Any, reason: Reason, keys: set[UUID]) -> Any:
    manager: Any = reason.model._default_manager
    rows = manager.filter(**{f"{reason.by}__in": keys}).visible_to(user).order_by()
    return rows.annotate(keeps_by=models.Value(reason.fact, models.TextField())).values_list("keeps_by", reason.by)
