"""Which records have a period, of which kind, and is one of them still over? As SQL of functions of the schema `rules`,
made from the declared kinds: `facts.py` puts them up.
"""

# ruff: noqa: S608  (names of tables, columns and functions of this code alone)

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.auth import get_user_model
from psycopg import sql

from safeguarding.personal_data import Link

from .kinds import Kind, kinds
from .units import key_of, links, quoted, table_of

_COLUMNS = "(kind text, record uuid, school uuid, child uuid)"


def first() -> Iterator[tuple[str, str]]:
    """Signature and body of each that facts of apps may ask: made before them."""
    yield f"kinds_of(records uuid[]) RETURNS TABLE {_COLUMNS}", _of_kinds(lambda key: f"{key} = ANY ($1)")
    yield f"records_at(school uuid) RETURNS TABLE {_COLUMNS}", _of_kinds(lambda key: "n.school_id = $1", living=True)
    yield "known_by(records uuid[]) RETURNS TABLE (record uuid, said text)", _known_by()
    yield "goes_with(records uuid[]) RETURNS TABLE (record uuid, target uuid)", _goes_with()
    yield "group_of(kind text) RETURNS text", _group_of()
    plain = ", ".join(sql.Literal(kind.key).as_string(None) for kind in kinds().values() if kind.plain)
    yield "plain_kinds() RETURNS text[]", f"SELECT ARRAY[{plain}]::text[]"


def last() -> Iterator[tuple[str, str]]:
    """Of each that asks facts of apps: made after them."""
    yield "keeps_day_changed(records uuid[]) RETURNS TABLE (record uuid, row_key uuid)", _day_changed()


def _day_changed() -> str:
    """The dates whose record is no longer over since the day that its rule counted from, as the facts know it now."""
    asked = (
        "SELECT kept.record_key, kept.id FROM public.retention_retentiondate AS kept "
        "JOIN public.retention_retentionrule AS rule ON rule.id = kept.rule_id "
        f"LEFT JOIN rules.{quoted(fact)}($1) AS now ON now.record = kept.record_key "
        f"WHERE kept.record_key = ANY ($1) AND kept.kind = {sql.Literal(kind.key).as_string(None)} "
        f"AND rule.code = {sql.Literal(code).as_string(None)} AND now.day IS DISTINCT FROM kept.trigger_on"
        for kind in kinds().values()
        if not kind.own_scan
        for code, fact in kind.rules.items()
    )
    return " UNION ALL ".join(asked)


def _known_by() -> str:
    """The number of each record, or whose of the staff it is, where its kind says by which it is known."""
    found = []
    for kind in kinds().values():
        if not kind.known_by:
            continue
        key, table = key_of(kind.model, "n"), table_of(kind.model)
        if kind.known_by.endswith("-"):
            prefix = sql.Literal(kind.known_by).as_string(None)
            said = f"{prefix} || n.year || '-' || lpad(n.number::text, 4, '0')"
            found.append(f"SELECT {key}, {said} FROM {table} AS n WHERE {key} = ANY ($1)")
            continue
        field: Any = kind.model._meta.get_field(kind.known_by)
        column = f"n.{quoted(str(field.column))}"
        said, of = f"{column}::text", ""
        if field.is_relation:
            said, of = (
                "u.first_name || ' ' || u.last_name",
                f" JOIN {table_of(get_user_model())} AS u ON u.id = {column}",
            )
        found.append(f"SELECT {key}, {said} FROM {table} AS n{of} WHERE {key} = ANY ($1)")
    return " UNION ALL ".join(found) or "SELECT NULL::uuid, NULL::text WHERE false"


def _goes_with() -> str:
    """With which other record each of these ends in any case: a consent with the file of its child."""
    found = (
        f"SELECT {key_of(kind.model, 'n')}, n.{quoted(hold.column)} FROM {table_of(kind.model)} AS n "
        f"WHERE {key_of(kind.model, 'n')} = ANY ($1) AND n.{quoted(hold.column)} IS NOT NULL"
        for kind in kinds().values()
        for hold in links(kind.model, Link.ENDS)
    )
    return " UNION ALL ".join(found) or "SELECT NULL::uuid, NULL::uuid WHERE false"


def _group_of() -> str:
    """Who decides on records of a kind (`Kind.group`)."""
    cases = " ".join(
        f"WHEN {sql.Literal(kind.key).as_string(None)} THEN {sql.Literal(kind.group).as_string(None)}"
        for kind in kinds().values()
    )
    return f"SELECT CASE $1 {cases} END"


_NOT_LIVING = ("ending_at", "merged_into_id")


def _of_kinds(where: Callable[[str], str], *, living: bool = False) -> str:
    """The records of every kind with a period, each with its school and its child. `living`: without those that are
    ending, or have become part of another.
    """
    return " UNION ALL ".join(_of_kind(kind, where, living=living) for kind in kinds().values())


def _of_kind(kind: Kind, where: Callable[[str], str], *, living: bool) -> str:
    key, columns = key_of(kind.model, "n"), {str(f.column) for f in kind.model._meta.concrete_fields}
    child = "NULL::uuid"
    if kind.child:
        child = f"n.{quoted(str(kind.model._meta.get_field(kind.child).column))}"  # type: ignore[union-attr]
    if kind.own_scan:
        child = key
    named = sql.Literal(kind.key).as_string(None)
    there = "".join(f" AND n.{column} IS NULL" for column in _NOT_LIVING if living and column in columns)
    return f"SELECT {named}, {key}, n.school_id, {child} FROM {table_of(kind.model)} AS n WHERE {where(key)}{there}"
