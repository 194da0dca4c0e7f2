"""The rows of records that end go, and what stays of others is emptied of them: raw statements by key, in one
transaction.

Not by Django's `delete()`, which would fetch narratives, follow links by itself and refuse. The database holds each
link until the transaction ends; the last statement asks it there and then, so that a link that nobody ruled on takes
everything back.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from safeguarding.audit.history import recorded
from safeguarding.exceptions import OutOfTurn
from safeguarding.personal_data import WRITTEN, Link, Retention, declared

from .facts import by_key, by_keys
from .reasons import waits_fact
from .units import (
    Hold,
    Model,
    among,
    emptied,
    empties,
    ended,
    ends,
    is_ending,
    is_uuid,
    key_of,
    keyed,
    keys,
    leads,
    links,
    quoted,
    table_of,
    waiting,
    waits,
)
from .wall import unguarded


@dataclass(frozen=True)
class Ended:
    """What went: how many rows of each model were deleted and emptied, by label, and the keys of what is gone."""

    deleted: dict[str, int]
    emptied: dict[str, int]
    keys: frozenset[UUID]


# What an app writes down of records, given their keys, before they go.
Before = Callable[[Collection[UUID]], None]
_before: list[Before] = []


def before(write: Before) -> Before:
    """Say what is written down, into a row that stays, of records that are about to go."""
    _before.append(write)
    return write


def ends_with(records: Collection[UUID]) -> dict[str, list[UUID]]:
    """The records that end together with these, by the label of their model; these among them."""
    found: dict[str, list[UUID]] = {}
    for model, key in _ask("SELECT model, key FROM rules.ends_with(%(records)s::uuid[])", records=list(records)):
        found.setdefault(model, []).append(key)
    return found


def manifest(roots: Collection[UUID]) -> tuple[str, dict[str, int]]:
    """The digest of everything that ends with these records, and how many rows of each model: made by the database."""
    [[digest, counts]] = _ask("SELECT digest, counts FROM rules.manifest(%(roots)s::uuid[])", roots=list(roots))
    return digest, json.loads(counts) if isinstance(counts, str) else counts


def left_of(keys: Collection[UUID]) -> list[tuple[str, UUID]]:
    """Where one of these keys still stands: (table.column, key). Evidence that names nobody is not looked into."""
    return list(_ask("SELECT place, key FROM rules.left_of(%(keys)s::uuid[]) ORDER BY 1, 2", keys=list(keys)))


def remove(records: Collection[UUID], *, begun: Collection[UUID] | None = None) -> Ended:
    """Delete everything that ends with these records, and empty what stays. In the caller's transaction.

    What keeps a record is asked before (`reasons.py`). Raises `OutOfTurn` where a row waits by its declaration, and
    `IntegrityError` where something links to what is gone and nobody ruled on it: nothing is done then. Done again, it
    finds nothing.

    `begun`: what ends together was settled when it began, and is not looked for again; and rows of tables without row
    security end by the function that asks which of them end (`wall.py`), as `destroyer` must.
    """
    with transaction.atomic():
        for model in waiting():
            statement = f"SELECT FROM rules.{waits_fact(model)}(%(records)s::uuid[]) LIMIT 1"
            if _ask(statement, records=list(records)):
                raise OutOfTurn("Something that belongs to this record is not settled. It stays until it is.")
        roots = [key for some in ends_with(records).values() for key in some] if begun is None else list(begun)
        for write in _before:
            write(roots)
        work = _Work(roots, () if begun is None else unguarded())
        work.by_links()
        work.by_keys()
        _do("SET CONSTRAINTS ALL IMMEDIATE")
        _do("SET CONSTRAINTS ALL DEFERRED")
    return Ended(dict(work.deleted), dict(work.emptied), frozenset(work.gone))


def give_up_waiting(records: Collection[UUID]) -> None:
    """Take out of the way what stands there by its declaration, where a record was destroyed before, and is here once
    more because a backup of then was put back: a row that waits itself goes, with what hangs on it. One that stands in
    the way by a link that can be empty, such as a share that rested on a consent, loses the link: it is part of another
    record, and ends with that one or stays.
    """
    for model in waiting():
        if not all(_can_lose(hold) for hold in waits(model)) or _waits_itself(model):
            _delete_waiting(model, records)
            continue
        for hold in waits(model):
            rows = model._base_manager.filter(**{f"{hold.field}__in": list(records)})
            column = quoted(hold.column)
            with recorded(rows, hold.field):
                _do(
                    f"UPDATE {table_of(model)} SET {column} = NULL WHERE {column} = ANY (%(records)s::uuid[])",  # noqa: S608
                    records=list(records),
                )


def _can_lose(hold: Hold) -> bool:
    return hold.target is not None and is_ending(hold.target) and hold.is_null


def _waits_itself(model: Model) -> bool:
    mine = declared(model)
    return mine is not None and mine.retention is Retention.WAITS


def _delete_waiting(model: Model, records: Collection[UUID]) -> None:
    statement = f"SELECT DISTINCT row_key FROM rules.{waits_fact(model)}(%(records)s::uuid[])"  # noqa: S608
    rows = [key for (key,) in _ask(statement, records=list(records))]
    for relation in model._meta.related_objects:
        column = quoted(str(relation.field.column))
        where = f"{column} = ANY (%(rows)s::uuid[])"
        _do(f"DELETE FROM {table_of(relation.related_model)} WHERE {where}", rows=rows)  # noqa: S608
    _do(f"DELETE FROM {table_of(model)} AS n WHERE {key_of(model, 'n')} = ANY (%(rows)s::uuid[])", rows=rows)  # noqa: S608


class _Work:
    """One removal: the keys of the records it is about, and what it has done so far."""

    def __init__(self, roots: list[UUID], by_function: Collection[Model]) -> None:
        self.roots, self.by_function = roots, by_function
        self.gone: set[UUID] = set(roots)
        self.bare: set[UUID] = set()
        self.deleted: Counter[str] = Counter()
        self.emptied: Counter[str] = Counter()

    def by_links(self) -> None:
        # First what is emptied: by then every row is there by which it is found.
        for model in emptied():
            self._empty(model)
        for model in ended():
            self._delete(model, ends(model, "n", _given), roots=self.roots)

    def by_keys(self) -> None:
        """Twice: an entry of the history may be about a row that was found by its key."""
        for _ in range(2):
            arrays = {"gone": list(self.gone), "touched": [*self.gone, *self.bare]}
            for model in by_keys():
                found = [by_key(hold, "n", _GONE, _TOUCHED) for hold in keys(model, Link.ENDS, Link.FOLLOWS)]
                self._delete(model, " OR ".join(found), **arrays)
        for model in keyed(Link.EMPTIES):
            for hold in keys(model, Link.EMPTIES):
                self._empty_key(model, hold)

    def _delete(self, model: Model, where: str, **given: Any) -> None:
        key = key_of(model, "n")
        if model in self.by_function:
            rows = _ask("SELECT public.end_rows(%(model)s)", model=model._meta.label_lower)
            self._note(
                model, [(UUID(one),) for (one,) in rows] if is_uuid(model._meta.pk) else rows, self.deleted, self.gone
            )
            return
        rows = _ask(f"DELETE FROM {table_of(model)} AS n WHERE {where} RETURNING {key}", **given)  # noqa: S608
        self._note(model, rows, self.deleted, self.gone)

    def _empty(self, model: Model) -> None:
        """What a link says goes with the link: one statement for each, since others of the row may stay."""
        stays = empties(model, "n", _given)
        for hold in links(model, Link.EMPTIES):
            values = {hold.column: None, **_emptied_with(model, hold)}
            sets = ", ".join(f"{quoted(column)} = %(set_{column})s" for column in values)
            where = f"({leads(hold, 'n', _given)}) AND {stays}"
            rows = _ask(
                f"UPDATE {table_of(model)} AS n SET {sets} WHERE {where} RETURNING {key_of(model, 'n')}",  # noqa: S608
                roots=self.roots,
                **{f"set_{column}": value for column, value in values.items()},
            )
            self._note(model, rows, self.emptied, self.bare)

    def _empty_key(self, model: Model, hold: Hold) -> None:
        column, key = quoted(hold.column), key_of(model, "n")
        left = f"ARRAY(SELECT k FROM unnest(n.{column}) AS k WHERE NOT k = ANY ({_GONE}))"  # noqa: S608
        value = left if hold.is_array else "NULL" if hold.is_null else key
        where = among(hold, "n", _GONE)
        rows = _ask(
            f"UPDATE {table_of(model)} AS n SET {column} = {value} WHERE {where} RETURNING {key}",  # noqa: S608
            gone=list(self.gone),
        )
        self._note(model, rows, self.emptied, self.bare)

    @staticmethod
    def _note(model: Model, rows: list[Any], counts: Counter[str], seen: set[UUID]) -> None:
        if rows:
            counts[str(model._meta.label_lower)] += len(rows)
        if is_uuid(model._meta.pk):
            seen.update(key for (key,) in rows)


_GONE, _TOUCHED = "%(gone)s::uuid[]", "%(touched)s::uuid[]"


def _given(column: str, root: Model) -> str:
    return f"{column} = ANY (%(roots)s::uuid[])"


def _emptied_with(model: Model, hold: Hold) -> dict[str, Any]:
    """The columns that are emptied with a link, with what they get."""
    mine: Any = declared(model)
    found = {}
    for name, value in mine.emptied.get(hold.field, {}).items():
        if value is not WRITTEN:
            field: Any = model._meta.get_field(name)
            found[str(field.column)] = field.get_db_prep_save(value, connection)
    return found


def _ask(statement: str, **given: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())


def _do(statement: str, **given: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, given or None)
