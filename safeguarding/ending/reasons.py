"""What keeps a record from ending? Each app says what of its own is in the way: a fact of the schema `rules`, and the
sentence for it.

A fact is a function that takes keys of records and returns those it keeps, each with the key of the row that keeps it.
It reads no context: the nightly scan, pages and the destroyer ask it, and none of their roles sees every row. The
sentence is read by those who see one of those rows; everybody else reads that something keeps the record, and not what.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from typing import Any, LiteralString
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, models, transaction
from psycopg import sql

from .units import waiting

HIDDEN = "Something you may not see keeps this record."
NOT_DUE = "Kept, not due."
UNSETTLED = "Something that belongs to it is not settled."


class Of(Enum):
    """What a fact keeps beside records of certain kinds."""

    EACH = "each record by itself, of whatever kind"
    CHILD = "each record by itself, and every record that is about a child whom it keeps"


@dataclass(frozen=True)
class Reason:
    """Something that keeps a record. `fact` is the function `rules.<fact>(uuid[])`, `says` its sentence, `model` the
    model of the rows that keep, and `by` the column of that model with their keys. `is_open`: its sentence tells
    nothing that a reader of the record may not know, also where there is no row. `fills`: what it says is that the
    record holds something, and each row says by which fact of `filling()`. `of` names the kinds of record that it
    keeps, or says which (`Of`).
    """

    fact: str
    says: str
    model: type[models.Model]
    by: str = "pk"
    is_open: bool = False
    fills: bool = False
    of: tuple[str, ...] | Of = Of.EACH


@dataclass(frozen=True)
class Kept:
    """That a record is kept: by which reason, and by which row. Neither where its fact could not be asked."""

    reason: Reason | None
    row: UUID | None


_reasons: dict[str, Reason] = {}
_filling: dict[str, Reason] = {}


def keeps(
    fact: str,
    *,
    says: str,
    model: type[models.Model],
    of: tuple[str, ...] | Of,
    by: str = "pk",
    is_open: bool = False,
    fills: bool = False,
) -> None:
    """Say what keeps a record: the rows of `model` that `rules.<fact>` returns, and which kinds of record (`of`).

    With `fills` it keeps a record that ends because nothing is on it, by whatever is: the fact says of each row which
    one of `filling()` found it. Raises `ImproperlyConfigured` where that is said twice.
    """
    _say(_reasons, Reason(fact, says, model, by, is_open, fills, of))


def fills(fact: str, *, says: str, model: type[models.Model], by: str = "pk") -> None:
    """Say what makes a record more than a name on the register: the rows of `model` that `rules.<fact>` returns.

    Raises `ImproperlyConfigured` where that is said twice.
    """
    _say(_filling, Reason(fact, says, model, by))


def _say(said: dict[str, Reason], reason: Reason) -> None:
    if reason.fact in said:
        raise ImproperlyConfigured(f"What {reason.fact} keeps is said twice.")
    said[reason.fact] = reason


def filling() -> dict[str, Reason]:
    """Everything that can be on a record, by its fact. `rules.filled_by` asks all of them."""
    return dict(_filling)


def waits_fact(model: type[models.Model]) -> str:
    """The name of the fact of rows that wait by declaration (`Retention.WAITS`, `Link.WAITS`)."""
    return f"waits_{model._meta.db_table}"


def reasons() -> list[Reason]:
    """Everything that can keep a record: what apps have said, and what waits by its declaration."""
    undeclared = (Reason(waits_fact(m), UNSETTLED, m) for m in waiting() if waits_fact(m) not in _reasons)
    return [*_reasons.values(), *undeclared]


def what_keeps(records: Collection[UUID]) -> dict[UUID, list[Kept]]:
    """Of these records, those that something keeps, and what. A fact that cannot be asked keeps them all."""
    asked = reasons()
    found: dict[UUID, list[Kept]] = {}
    try:
        for record, kept in _answered(asked, records):
            found.setdefault(record, []).append(kept)
    except DatabaseError:
        # One of them cannot be asked: each by itself.
        for reason in asked:
            for record, kept in _alone(reason, records):
                found.setdefault(record, []).append(kept)
    return found


def _answered(asked: list[Reason], records: Collection[UUID]) -> list[tuple[UUID, Kept]]:
    """Each record that is kept, and by what: one statement for all reasons."""
    statement = sql.SQL("WITH kinds AS MATERIALIZED (SELECT * FROM rules.kinds_of(%(keys)s::uuid[])) ") + sql.SQL(
        " UNION ALL "
    ).join(
        sql.SQL("SELECT {}, kept.* FROM (SELECT DISTINCT {} FROM {}) AS kept").format(
            sql.Literal(number), sql.SQL(_kept_as(reason)), _asked_of(reason)
        )
        for number, reason in enumerate(asked)
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, {"keys": list(records)})
        order = {fact: place for place, fact in enumerate(_filling)}
        rows = sorted(cursor.fetchall(), key=lambda row: (row[0], order.get(row[3], 0)))
    return [
        (record, Kept(_filling[fact] if fact else asked[number] if row or asked[number].is_open else None, row))
        for number, record, row, fact in rows
    ]


def _kept_as(reason: Reason) -> LiteralString:
    return "record, row_key, fact" if reason.fills else "record, row_key, NULL::text"


def _asked_of(reason: Reason) -> sql.Composable:
    """The answers of a fact about the records of `kinds` that it may keep."""
    fact = sql.Identifier(reason.fact)
    if reason.of is Of.EACH:
        return sql.SQL("rules.{}(%(keys)s::uuid[]) AS found").format(fact)
    if reason.of is Of.CHILD:
        return sql.SQL(
            "(SELECT asked.record, said.row_key FROM unnest(%(keys)s::uuid[]) AS asked (record) "
            "LEFT JOIN kinds ON kinds.record = asked.record "
            "JOIN rules.{}(%(keys)s::uuid[] || ARRAY(SELECT child FROM kinds WHERE child IS NOT NULL)) AS said "
            "ON said.record IN (asked.record, kinds.child)) AS found"
        ).format(fact)
    return sql.SQL("rules.{}(ARRAY(SELECT record FROM kinds WHERE kind = ANY ({}::text[]))) AS found").format(
        fact, sql.Literal(list(reason.of))
    )


def filled(records: Collection[UUID]) -> dict[UUID, list[Kept]]:
    """Of these records, those on which something is, and what: whatever it is that ends them."""
    found: dict[UUID, list[Kept]] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT fact, record, row_key FROM rules.filled_by(%s::uuid[])", [list(records)])
        for fact, record, row in cursor.fetchall():
            found.setdefault(record, []).append(Kept(_filling[fact], row))
    return found


def filled_unseen(user: Any, records: Collection[UUID]) -> set[UUID]:
    """Of these records, those on which something is and the person sees none of it."""
    kept = filled(records)
    seen = _seen(user, kept)
    return {
        record
        for record, some in kept.items()
        if not any(one.reason and (one.reason.fact, one.row) in seen for one in some)
    }


def _alone(reason: Reason, records: Collection[UUID]) -> list[tuple[UUID, Kept]]:
    try:
        return _answered([reason], records)
    except DatabaseError:
        return [(record, Kept(None, None)) for record in records]


def told_to(user: Any, records: Collection[UUID]) -> dict[UUID, list[str]]:
    """What keeps each of these records, in the sentences that this person may read, each once."""
    kept = what_keeps(records)
    seen = _seen(user, kept)

    def sentence(one: Kept) -> str:
        reason = one.reason
        if reason is None:
            return HIDDEN
        if reason.is_open or (reason.fact, one.row) in seen:
            return reason.says
        # By that nothing is on it a record would be due: that something is says no more than that it is not.
        return NOT_DUE if reason.fact in _filling else HIDDEN

    def told(some: list[Kept]) -> list[str]:
        said = list(dict.fromkeys(map(sentence, some)))
        if NOT_DUE in said:
            said = [one for one in said if one != HIDDEN]
        # Last: what is hidden stands behind what can be done something about.
        return sorted(said, key=lambda one: one in (HIDDEN, NOT_DUE))

    return {record: told(some) for record, some in kept.items()}


def _seen(user: Any, kept: dict[UUID, list[Kept]]) -> set[tuple[str, UUID]]:
    """Of the rows that keep records, those that the person sees, each with the fact by which it keeps: one query."""
    rows: dict[Reason, set[UUID]] = {}
    for one in (one for some in kept.values() for one in some):
        if one.reason is not None and one.row is not None and not one.reason.is_open:
            rows.setdefault(one.reason, set()).add(one.row)
    each = [_visible(user, reason, keys) for reason, keys in rows.items()]
    return set(each[0].union(*each[1:], all=True)) if each else set()


def _visible(user: Any, reason: Reason, keys: set[UUID]) -> Any:
    manager: Any = reason.model._default_manager
    found = manager.filter(**{f"{reason.by}__in": keys}).visible_to(user).order_by()
    fact = models.Value(reason.fact, output_field=models.TextField())
    return found.annotate(by_fact=fact).values_list("by_fact", reason.by)
