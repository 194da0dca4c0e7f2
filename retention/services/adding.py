"""Add a decision or an approval: all of it but its time, which the database says.

They give rights, so no role that works may fill in when they were made, nor change one. Django would name the column of
the time, as having its default.
"""

from typing import Any, TypeVar

from django.db import connection

from retention.models import Approval, Decision

R = TypeVar("R", bound=Decision | Approval)


def add(row: R) -> R:
    """Put the row into its table, and give it with its time."""
    fields: list[Any] = [field for field in row._meta.concrete_fields if not field.has_db_default()]
    table, *columns = map(connection.ops.quote_name, (row._meta.db_table, *(str(field.column) for field in fields)))
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
    places = ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", values)  # noqa: S608  (names from the model)
    row._state.adding, row._state.db = False, connection.alias
    row.refresh_from_db()
    return row
