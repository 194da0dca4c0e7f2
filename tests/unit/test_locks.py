"""What is somebody told of an error that came of a lock, or of what took too long?"""

import pytest
from django.db import InternalError, OperationalError
from psycopg import errors

from safeguarding import locks
from safeguarding.locks import TurnTaken, busy
from safeguarding.sealing.exceptions import KeysAway


def raised(*kinds: type[Exception]) -> Exception:
    """The last of these errors, each raised of the one before."""
    found: Exception | None = None
    for kind in kinds:
        try:
            raise kind from found
        except Exception as error:
            found = error
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("kinds", "saving"),
    [
        ([errors.LockNotAvailable, OperationalError], locks.LOCKED),
        ([errors.DeadlockDetected, OperationalError, ValueError], locks.LOCKED),
        ([errors.LockNotAvailable, OperationalError, TurnTaken, InternalError], locks.SAVED_ALREADY),
        ([errors.QueryCanceled, OperationalError], locks.TOO_LONG),
        ([errors.TransactionTimeout, OperationalError], locks.TOO_LONG),
        ([errors.IdleInTransactionSessionTimeout, OperationalError], locks.TOO_LONG),
        ([errors.AdminShutdown, OperationalError], None),
        ([errors.LockNotAvailable, OperationalError, KeysAway], None),
        ([ValueError], None),
    ],
)
def test_who_saves_and_who_reads_is_told_what_was_in_the_way(kinds: list[type[Exception]], saving: str | None) -> None:
    told, read = busy(raised(*kinds), reading=False), busy(raised(*kinds), reading=True)
    if saving is None:
        assert told is read is None
    else:
        assert told is not None and read is not None
        assert (told.sentence, told.status) == (saving, 503)
        assert (read.sentence, read.status) == (locks.LOCKED_READING, 503)
