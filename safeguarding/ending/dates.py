"""From which day does the period of a record run? Each app says which days it knows: the birth of a child, the day it
left.

A fact takes keys of records and returns the days that are known. Where none is returned, nobody knows it, and
the record stays.
"""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from psycopg import sql

_since: dict[str, str] = {}


def since(trigger: str, fact: str) -> None:
    """Say that `rules.<fact>(uuid[])` knows the day of a trigger, such as "birth".

    Raises `ImproperlyConfigured` where another does.
    """
    if trigger in _since:
        raise ImproperlyConfigured(f"The day of {trigger} is said twice.")
    _since[trigger] = fact


def triggers() -> dict[str, str]:
    """Every trigger with the name of its fact."""
    return dict(_since)


def days(trigger: str, records: Collection[UUID]) -> dict[UUID, date]:
    """The day of a trigger for each of these records, where it is known. Raises `LookupError` for an unknown one."""
    if trigger not in _since:
        raise LookupError(f"No app has said since when {trigger} is.")
    statement = sql.SQL("SELECT record, day FROM rules.{}(%s::uuid[])").format(sql.Identifier(_since[trigger]))
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(records)])
        return dict(cursor.fetchall())
