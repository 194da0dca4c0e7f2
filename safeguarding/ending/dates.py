"""From which day does the period of a record run? Each app says which days it knows: the birth of a child, the day it
left.

A fact takes keys of records and returns the days that are known. Where none is returned, nobody knows it, and
the record stays.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models
from django.db.models.expressions import RawSQL
from psycopg import sql


@dataclass(frozen=True)
class _Since:
    """The fact that knows the day, and the one that knows on which rows of a model it rests."""

    fact: str
    rests: str
    model: type[models.Model] | None


_since: dict[str, _Since] = {}


def since(trigger: str, fact: str, *, rests: str = "", model: type[models.Model] | None = None) -> None:
    """Say that `rules.<fact>(uuid[])` knows the day of a trigger, such as "birth".

    Where not everybody who sees the record may see what the day rests on, `rules.<rests>(uuid[])` returns with each
    record the keys of those rows, which are of `model`. Raises `ImproperlyConfigured` where another app knows the day.
    """
    if trigger in _since:
        raise ImproperlyConfigured(f"The day of {trigger} is said twice.")
    _since[trigger] = _Since(fact, rests, model)


def triggers() -> dict[str, str]:
    """Every trigger with the name of its fact."""
    return {trigger: known.fact for trigger, known in _since.items()}


def days(trigger: str, records: Collection[UUID]) -> dict[UUID, date]:
    """The day of a trigger for each of these records, where it is known. Raises `LookupError` for an unknown one."""
    return days_of([trigger], records)[trigger]


def days_of(wanted: Collection[str], records: Collection[UUID]) -> dict[str, dict[UUID, date]]:
    """The same of several triggers, in one query."""
    found = days_by([_known(trigger).fact for trigger in wanted], records)
    return {trigger: found[_known(trigger).fact] for trigger in wanted}


def days_by(facts: Collection[str], records: Collection[UUID]) -> dict[str, dict[UUID, date]]:
    """The days that these facts know of these records, by fact: one query, and none where nothing is asked.

    Raises `DatabaseError` where there is no such fact.
    """
    found: dict[str, dict[UUID, date]] = {fact: {} for fact in facts}
    if not found or not records:
        return found
    statement = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {}, record, day FROM rules.{}(%(records)s::uuid[])").format(
            sql.Literal(fact), sql.Identifier(fact)
        )
        for fact in found
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {"records": list(records)})
        for fact, record, day in cursor.fetchall():
            found[fact][record] = day
    return found


def hidden_from(user: Any, trigger: str, records: Collection[UUID]) -> set[UUID]:
    """Of records with a known day of a trigger, those where the person sees no row on which that day rests: one query.

    Whoever reads a date that is counted by it would learn of them.
    """
    known = _known(trigger)
    if known.model is None or not records:
        return set()
    meta, manager = known.model._meta, known.model._default_manager
    rests = f"rules.{known.rests}(%s::uuid[]) AS rests"
    # Names of functions and tables of this code alone.
    rows = RawSQL(f"SELECT rests.row_key FROM {rests}", [list(records)])  # noqa: S608, S611
    of = f"ARRAY(SELECT rests.record FROM {rests} WHERE rests.row_key = {meta.db_table}.{meta.pk.column})"  # noqa: S608
    seen: Any = manager.filter(pk__in=rows).visible_to(user)  # type: ignore[attr-defined]
    told = seen.annotate(rest_of=RawSQL(of, [list(records)])).values_list("rest_of", flat=True)  # noqa: S611
    return set(records) - {record for some in told for record in some}


def _known(trigger: str) -> _Since:
    if trigger not in _since:
        raise LookupError(f"No app has said since when {trigger} is.")
    return _since[trigger]
