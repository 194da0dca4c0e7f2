"""PostgreSQL as Django talks to it, and what the open transaction was told (`audit/context.py`).

A setting of a transaction ends with it, and goes back with a savepoint. What Harbour remembers of it does the same, or
it would sign a context for a transaction that is over, or leave out a door that is open.
"""

from typing import Any

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):  # type: ignore[misc]
    """`told`: the context as it stands in the open transaction, None where none was given.

    `challenge`: what is signed with it.
    """

    told: Any = None
    challenge: bytes = b""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._at_savepoints: dict[str, Any] = {}

    def _set_autocommit(self, autocommit: bool) -> None:
        """Django begins and ends each transaction by it, and each connection."""
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        self.told, self.challenge = None, b""
        self._at_savepoints.clear()

    def _savepoint(self, sid: str) -> None:
        super()._savepoint(sid)  # type: ignore[misc]
        self._at_savepoints[sid] = self.told

    def _savepoint_commit(self, sid: str) -> None:
        super()._savepoint_commit(sid)  # type: ignore[misc]
        self._at_savepoints.pop(sid, None)

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]
        self.told = self._at_savepoints.get(sid)
