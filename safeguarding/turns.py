"""What two requests with one token do: one after the other. A double click, a page gone back to, a form sent again."""

from uuid import UUID

from django.db import OperationalError, connection

from safeguarding.locks import AS_BEFORE, PATIENTLY, USUAL, TurnTaken, is_lock

_TURN = f"""
WITH {USUAL} SELECT {PATIENTLY}, pg_advisory_xact_lock(hashtextextended(%s, 0)), {AS_BEFORE} FROM usual
"""  # noqa: S608


def wait_for(token: UUID) -> None:
    """Whatever is done with one token is done one after the other, until the transaction ends.

    Taken before any row is locked. Raises `TurnTaken` where the other takes too long.
    """
    with connection.cursor() as cursor:
        try:
            cursor.execute(_TURN, [str(token)])
        except OperationalError as error:
            if is_lock(error):
                raise TurnTaken from error
            raise
