"""How is a statement asked whose text is the same each time? Prepared: the database reads it once, and keeps its plan.

Only one that finds what it wants by key, which is done the same way whoever asks (adr/prepared.md). Django's own
queries are not prepared.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql.base import ServerBindingCursor
from psycopg.types.datetime import TimestamptzLoader


class _Prepared(ServerBindingCursor):
    """A cursor whose statements the server keeps. It takes what they are asked of apart from their text."""

    def execute(self, query: Any, params: Any = None) -> Any:
        return super().execute(query, params, prepare=True)  # type: ignore[misc]

    def _convert_query(self, query: Any, params: Any = None) -> Any:
        # Where Django looks when it keeps a log of queries, as tests do.
        self._query = super()._convert_query(query, params)  # type: ignore[misc]
        return self._query


def prepared(
    text: str, parameters: Sequence[Any] | Mapping[str, Any], using: str = DEFAULT_DB_ALIAS
) -> list[tuple[Any, ...]]:
    """The rows of a statement. `using` is the database. Raises as any query of Django does."""
    return list(_asked(text, parameters, using).fetchall())


def prepared_write(text: str, parameters: Sequence[Any] | Mapping[str, Any], using: str = DEFAULT_DB_ALIAS) -> None:
    """The same of a statement that gives no rows."""
    _asked(text, parameters, using)


def _asked(text: str, parameters: Sequence[Any] | Mapping[str, Any], using: str) -> Any:
    connection: Any = connections[using]
    # As each of Django's own cursors does: a connection that the database ended since the last request is made anew.
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    cursor = connection._prepare_cursor(_cursor_of(connection))
    cursor.execute(text, parameters)
    return cursor


def _cursor_of(connection: Any) -> _Prepared:
    """One for as long as the connection lasts: each statement is read to its end before the next."""
    kept: Any = getattr(connection, "_prepared_cursor", None)
    if kept is None or kept.connection is not connection.connection:
        kept = connection._prepared_cursor = _Prepared(connection.connection)  # type: ignore[call-arg]
        # In C. Django's own puts the same zone into each moment in Python: connections are in UTC (settings).
        kept.adapters.register_loader("timestamptz", TimestamptzLoader)
    return kept
