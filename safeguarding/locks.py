"""Is somebody else doing this just now, in whatever process or on whatever machine? How long is that waited for, and
what is said then?

How long each role of the database waits is in `environment.database`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections, transaction
from psycopg.errors import (
    DeadlockDetected,
    IdleInTransactionSessionTimeout,
    LockNotAvailable,
    QueryCanceled,
    TransactionTimeout,
)

from safeguarding.environment import PATIENT
from safeguarding.exceptions import Busy, HarbourError, NotSavedNow, SavedAlready

LOCKED = "Somebody else is saving this just now. Nothing was saved; try again in a moment."
TOO_LONG = "This took Harbour too long just now. Nothing was saved; try again in a moment."
LOCKED_READING = "Harbour is busy with this. Try again in a moment."
SAVED_ALREADY = "This is being saved already. Look whether it is there before you send it again."
_LOCKS = (LockNotAvailable, DeadlockDetected)
_TOO_LONG = (QueryCanceled, IdleInTransactionSessionTimeout, TransactionTimeout)
# For one statement that remembers how long is waited, waits for longer, takes its lock, and waits as before. What waits
# for longer already, or without end, goes on to.
USUAL = "usual AS MATERIALIZED (SELECT current_setting('lock_timeout') AS was)"
PATIENTLY = (
    "set_config('lock_timeout', CASE WHEN was::interval BETWEEN '1 millisecond' AND "
    f"'{PATIENT}' THEN '{PATIENT}' ELSE was END, true)"
)
AS_BEFORE = "set_config('lock_timeout', was, true)"
_WAIT = f"""
WITH {USUAL}
SELECT set_config('lock_timeout', %s, true), pg_advisory_lock(hashtextextended(%s, 0)), {AS_BEFORE} FROM usual
"""  # noqa: S608


class TurnTaken(OperationalError):
    """Another request with the same token holds it for longer than is waited. No refusal that a form could show: the
    transaction is over.
    """


@contextmanager
def one_at_a_time(what: str, *, wait: str = "") -> Iterator[bool]:
    """Whether nobody else does this now. Longer than a transaction; it ends with the connection of who is killed.

    `wait`: who holds it for so long or less, as "500ms", is waited for.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [what])
        mine: bool = cursor.fetchone()[0] or bool(wait and _waited_for(what, wait))
        try:
            yield mine
        finally:
            if mine:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [what])


def _waited_for(what: str, wait: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_WAIT, [wait, what])
    except OperationalError as error:
        if not is_lock(error):
            raise
        return False
    return True


@contextmanager
def patiently() -> Iterator[None]:
    """Wait longer than usual for the locks that are taken inside: for what must not fail because of a moment. Within a
    transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {USUAL} SELECT was, {PATIENTLY} FROM usual")  # noqa: S608
        before = cursor.fetchone()[0]
        yield
        # What fails inside is rolled back, and this with it.
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [before])


def take_longer(*, minutes: int, because: str, using: str = DEFAULT_DB_ALIAS) -> None:
    """This transaction may last so long, where it is limited at all. Said at its beginning, with the reason for whoever
    reads the code.
    """
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT set_config('transaction_timeout', %s, true) "
            "WHERE current_setting('transaction_timeout')::interval BETWEEN '1 millisecond' AND %s::interval",
            [f"{minutes}min", f"{minutes}min"],
        )


def busy(error: BaseException, *, reading: bool) -> Busy | None:
    """What somebody is told whose request came to an end because others were in its way, or because it took too long.

    `reading`: they wanted to save nothing. None for any other error, and for a refusal: it has a sentence of its own.
    """
    if isinstance(error, HarbourError) or not _caused(error, *_LOCKS, *_TOO_LONG):
        return None
    if reading:
        return Busy(LOCKED_READING)
    if _caused(error, TurnTaken):
        return SavedAlready(SAVED_ALREADY)
    return NotSavedNow(LOCKED if is_lock(error) else TOO_LONG)


def is_lock(error: BaseException) -> bool:
    """Whether somebody else held what was waited for. The next time it may be free."""
    return _caused(error, *_LOCKS)


def _caused(error: BaseException, *kinds: type[BaseException]) -> bool:
    """Whether an error is one of these, or came of one."""
    found: BaseException | None = error
    while found is not None and not isinstance(found, kinds):
        found = found.__cause__ or found.__context__
    return found is not None
